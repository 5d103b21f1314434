// Whether two carts tell the same story. Savings (gate, stride) are held to this: the cart with
// them must agree with the cart without.
//
// Compared: the decision's kind; the lines (product, quantity); the events (kind, product,
// quantity, order) and their times within kEventTimeTolerance. Confidences, evidence, inputs and
// stats are not.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/cart.hpp"

namespace tally {

inline constexpr std::chrono::milliseconds kEventTimeTolerance{500};

// Each difference in words, for a person; empty where the carts agree.
[[nodiscard]] std::vector<std::string> cart_differences(const Cart& reference, const Cart& other);

[[nodiscard]] bool carts_agree(const Cart& reference, const Cart& other);

}  // namespace tally
