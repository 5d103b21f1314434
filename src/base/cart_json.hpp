// The cart as JSON, schema `tally.cart.v1`: what `tally process --json` prints and what is stored.
//
// Keys come in a fixed order; probabilities and seconds have at most four decimals; what was not
// given (no layout file, no evidence clip) is null; a video's start_ms and problem are there only
// where they say something; text that is not UTF-8 has U+FFFD in place of the bad bytes. Without
// stats the same inputs give the same bytes, whatever the machine's load was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/cart.hpp"

namespace tally {

inline constexpr std::string_view kCartSchema = "tally.cart.v1";

enum class CartStatsIn : std::uint8_t { kYes, kNo };

// Two-space indented, a newline at the end.
[[nodiscard]] std::string to_json(const Cart& cart, CartStatsIn stats);

// The same on one line, without a newline at the end: for JSON Lines.
[[nodiscard]] std::string to_json_line(const Cart& cart, CartStatsIn stats);

[[nodiscard]] std::string_view name_of(EventKind kind);     // "take", "put"
[[nodiscard]] std::string_view name_of(DecisionKind kind);  // "charge", "review", "nothing"

}  // namespace tally
