// From carried items to the cart: how many of each product left, how surely, and what to do.
//
// Each carried item adds 1, -1 or 0 of one product: its acts are of one item, so what was taken and
// put back adds nothing, whatever product it was. Items are taken as independent, so the number of
// a product that left is distributed as the sum; a line's confidence is the probability of its
// number in that distribution.
//
// Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "perception/cabinet/acts.hpp"
#include "perception/cart/events.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/stock.hpp"

namespace tally::cabinet {

// An act counts from this probability on; below, down to kDoubtMin, it is a reason for doubt.
inline constexpr double kActMin = 0.5;
inline constexpr double kDoubtMin = 0.1;
struct CountPosterior {
  std::size_t product = 0;
  int least = 0;                      // Number that probabilities[0] is of.
  std::vector<double> probabilities;  // Of net counts, taken minus put.

  [[nodiscard]] double probability_of(int count) const;
};

// For each product that an item may have been, by index.
[[nodiscard]] std::vector<CountPosterior> count_posteriors(std::span<const CarriedItem> items,
                                                           std::size_t product_count);

struct CabinetCart {
  std::vector<CartEvent> events;  // By time; without evidence.
  std::vector<CartLine> lines;
  double probability = 0;  // That every line is exactly right, doubts included.
  // Of the sum, in minor units, over products with a price; empty where no product has one.
  std::optional<double> expected_error_minor;
  std::vector<cart::Doubt> doubts;
};

// Charge, nothing, or review with the reasons in words. More put in than taken is reviewed under
// every policy that reviews at all.
[[nodiscard]] Decision decide(const CabinetCart& cart, const cart::ReviewPolicy& policy);

// `camera_ids` by the sightings' camera index. `doubts` are what other witnesses say.
[[nodiscard]] CabinetCart tally_up(std::span<const CarriedItem> items, const cart::Layout& layout,
                                   std::span<const std::string> camera_ids,
                                   std::vector<cart::Doubt> doubts = {});

}  // namespace tally::cabinet
