// From carries to acts: which item left the stock or joined it, when, where, and how surely.
//
// A carry tells where a thing was; the plane of the opening (y = 0) divides stock from shopper.
// What was first seen inside and then outside was taken at the crossing; what came from outside and
// was last seen inside was put. What a hand only carries in and out again is neither. Which product
// it was is told by four witnesses, multiplied as likelihoods: how it looks (embeddings against
// the gallery), from which facing it came (the layout), which facing changed (FacingWatch), and
// what was taken before.
// Sightings count by their scores, and by how surely they are outside: a sleeve may be taken for an
// item many times, but never surely, and what stands beside a hand may be taken for held.
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
#include "perception/identify/identify.hpp"

namespace tally::cabinet {

// Of what an item looks like: for each product of the layout, its log likelihood against "none of
// these".
using ProductLikelihood = std::function<std::vector<double>(std::span<const identify::Look> looks)>;

// How a facing looks after a time against before another, over all cameras, as log odds of an item
// having left it against none; 0 where nobody could see. `left`: when another item left it before
// that, if one did; what looks again as it did then has come back.
using FacingEvidence = std::function<double(std::size_t facing, SessionTime before,
                                            SessionTime after, std::optional<SessionTime> left)>;

// Odds from which a facing has surely changed, and up to which it surely has not.
inline constexpr double kSurelyChanged = 6.0;
inline constexpr double kSurelyUnchanged = -2.5;

// Acts less likely explain nothing that facings show.
inline constexpr double kExplainsMin = 0.3;

struct Act {
  EventKind kind = EventKind::kTake;
  SessionTime time{0};
  std::size_t carry = 0;                // Index into the carries; its acts are of one item.
  double probability = 0;               // That something of the kind happened.
  vision::Point3 place;                 // Where it left its place, or came to rest.
  std::optional<std::size_t> facing{};  // The likeliest, index into Layout::facings.
};

// What one item in a hand was, and what was done with it.
struct CarriedItem {
  std::size_t carry = 0;
  std::vector<double> products;  // Posterior over the layout's products,
  double foreign = 0;            // and that it is none of them; together 1.
  std::size_t product = 0;       // The likeliest.
  std::optional<Act> take{};
  std::optional<Act> put{};
  std::vector<std::size_t> cameras;  // Those that saw it, the one that saw most first.
};

struct ActInputs {
  const cart::Layout* layout = nullptr;  // Calibrated.
  std::span<const Sighting> sightings;
  std::span<const Carry> carries;
  ProductLikelihood likelihood;
  FacingEvidence evidence;
};

// Items with a take, a put, or both, in the order of the carries. Which acts are likely enough to
// count is not decided here.
[[nodiscard]] std::vector<CarriedItem> find_acts(const ActInputs& inputs);

}  // namespace tally::cabinet
