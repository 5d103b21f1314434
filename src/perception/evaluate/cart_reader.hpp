// Reads back a cart that base/cart_json.hpp wrote (`tally.cart.v1`): events, lines, decision,
// the cameras and the frames counted. What measuring does not need is left at its default.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/cart.hpp"
#include "base/error.hpp"

namespace tally::evaluate {

inline constexpr std::size_t kCartBytesMax = 16U << 20U;

// `where` names the text in messages. Errors: EvaluateError::kSyntax, kSchema, kValue, with the
// path of the field. Limits: kEventsMax, kItemsMax and kProductsMax of truth.hpp.
Result<Cart> parse_cart(std::string_view text, std::string_view where);

}  // namespace tally::evaluate
