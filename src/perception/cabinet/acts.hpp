// From carries to acts: which item left the stock or joined it, when, where, and how surely.
//
// A carry tells where a thing was; the plane of the opening (y = 0) divides stock from shopper. What
// was first seen inside and then outside was taken at the crossing; what came from outside and was
// last seen inside was put. What a hand only carries in and out again is neither. Which product it
// was is told by three witnesses, multiplied as likelihoods: how it looks (embeddings against the
// gallery), from which facing it came (the layout), and which facing changed (FacingWatch).
//
// Pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/cart.hpp"
#include "perception/cabinet/carry.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cabinet {

// Log likelihood of what an item looks like under each product of the layout, and at the end under
// "none of these"; only differences mean something.
using ProductLikelihood =
    std::function<std::vector<double>(std::span<const std::vector<float>* const> embeddings)>;

// How much a facing changed between two times, over all cameras, as log odds of changed against
// unchanged; 0 where nobody could see.
using FacingEvidence =
    std::function<double(std::size_t facing, SessionTime before, SessionTime after)>;

struct Act {
  EventKind kind = EventKind::kTake;
  SessionTime time{0};
  std::size_t product = 0;                 // Index into Layout::products.
  double event_probability = 0;            // That something of the kind happened.
  double product_probability = 0;          // That it was this product, given it happened.
  std::vector<double> products;            // Posterior over the layout's products.
  double foreign_probability = 0;          // That the thing is none of them.
  vision::Point3 place;                    // Where it left its place, or came to rest.
  std::optional<std::size_t> facing;       // The likeliest, index into Layout::facings.
  std::vector<std::size_t> cameras;        // Those that saw it, the one that saw most first.
  std::vector<std::size_t> sightings;
};

struct ActInputs {
  const cart::Layout* layout = nullptr;  // Calibrated.
  std::span<const Sighting> sightings;
  std::span<const Carry> carries;
  ProductLikelihood likelihood;
  FacingEvidence evidence;
};

// By time.
[[nodiscard]] std::vector<Act> find_acts(const ActInputs& inputs);

}  // namespace tally::cabinet
