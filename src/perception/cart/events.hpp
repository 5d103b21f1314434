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

// Decide without a human at this probability that every line is right.
inline constexpr double kDecideProbability = 0.9;

// `changes` by time. An event's confidence is that of all its items together.
[[nodiscard]] std::vector<CartEvent> merge_into_events(const std::vector<Change>& changes,
                                                       const std::string& camera);

// Events of single items, joined where kind and product are equal and they follow within kSameAct
// of the first. By time, then product.
[[nodiscard]] std::vector<CartEvent> merge_equal_acts(std::vector<CartEvent> events);

// One line per product that had an event, by product. A line is right if all its events are.
[[nodiscard]] std::vector<CartLine> sum_lines(const std::vector<CartEvent>& events);

// Charge what is sure, nothing if surely nothing was taken, else review. More put back than taken
// (a negative line) is always reviewed: the provider owes the shopper nothing for what he brought.
[[nodiscard]] Decision decide(const std::vector<CartLine>& lines, const std::vector<Doubt>& doubts);

// Reasons for a review, in words.
[[nodiscard]] std::string more_put_than_taken(const CartLine& line);  // Its quantity is below 0.
[[nodiscard]] std::string only_so_sure(double probability);

}  // namespace tally::cart
