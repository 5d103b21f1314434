// From changes of single items to the events of a cart, its lines, and what to do with it.
//
// Pure functions. Items of one product that change in the same way within kSameAct are one act of a
// hand.
#pragma once

#include <string>
#include <vector>

#include "base/cart.hpp"
#include "perception/cart/stock.hpp"

namespace tally::cart {

inline constexpr SessionTime kSameAct = from_seconds(0.6);

// When a human looks before anybody is charged: the one knob.
struct ReviewPolicy {
  // Carts less likely to be exactly right are reviewed: 0 reviews nothing, 1 everything.
  double probability_min = 0.9;
};

// `changes` by time. An event's confidence is that of all its items together.
[[nodiscard]] std::vector<CartEvent> merge_into_events(const std::vector<Change>& changes,
                                                       const std::string& camera);

// Events of single items, joined where kind and product are equal and they follow within kSameAct
// of the first. By time, then product.
[[nodiscard]] std::vector<CartEvent> merge_equal_acts(std::vector<CartEvent> events);

// One line per product that had an event, by product. A line is right if all its events are.
[[nodiscard]] std::vector<CartLine> sum_lines(const std::vector<CartEvent>& events);

// Charge what is sure, nothing if surely nothing was taken, else review. More put back than taken
// (a negative line) and doubts are reviewed under every policy that reviews at all: the provider
// owes the shopper nothing for what he brought.
[[nodiscard]] Decision decide(const std::vector<CartLine>& lines, const std::vector<Doubt>& doubts,
                              const ReviewPolicy& policy = {});

// Reasons for a review, in words.
[[nodiscard]] std::string more_put_than_taken(const CartLine& line);  // Its quantity is below 0.
[[nodiscard]] std::string only_so_sure(double probability);

}  // namespace tally::cart
