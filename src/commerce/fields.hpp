// Checks of single fields that many values of commerce share. Each message names the field first
// ("product.name: …"), so that a page can put it beside what was typed.
//
// Thread-safety: pure functions. Errors: CommerceError::kInvalid, kLimit for what is too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/money.hpp"

namespace tally::commerce {

inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kKeyBytesMax = 255;  // As of an Idempotency-Key.
inline constexpr std::size_t kSha256Digits = 64;

// 1 to `bytes_max` bytes of UTF-8 without control characters, and no blanks at either end.
Result<void> check_text(std::string_view field, std::string_view text,
                        std::size_t bytes_max = kNameBytesMax);

// 64 hexadecimal digits in lower case, as sha256_hex() writes them.
Result<void> check_sha256(std::string_view field, std::string_view digest);

// Both ends belong to the range.
Result<void> check_range(std::string_view field, std::int64_t value, std::int64_t min,
                         std::int64_t max);

// Of this currency, and in this range of minor units.
Result<void> check_money(std::string_view field, const Money& money, const Currency& currency,
                         std::int64_t minor_min, std::int64_t minor_max);

template <typename SomeId>
Result<void> check_id(std::string_view field, const SomeId& id) {
  return id.empty() ? check_text(field, "") : Result<void>{};
}

// The first error of several checks, in their order.
template <typename... Checks>
Result<void> first_error(Result<void> first, Checks... others) {
  if constexpr (sizeof...(others) > 0) {
    if (first) return first_error(std::move(others)...);
  }
  return first;
}

}  // namespace tally::commerce
