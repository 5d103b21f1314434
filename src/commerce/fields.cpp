#include "commerce/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commerce/error.hpp"

namespace tally::commerce {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: no UTF-8.
};

// Unicode's table 3-7 of well-formed sequences: no overlong forms, no surrogates.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const std::uint32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return {};
  return {code, bytes};
}

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

Result<void> check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return fail(CommerceError::kInvalid, fmt::format("{}: must be given", field));
  if (text.size() > bytes_max) {
    return fail(CommerceError::kLimit, fmt::format("{}: has {} bytes, and {} are the most", field,
                                                   text.size(), bytes_max));
  }
  if (text.front() == ' ' || text.back() == ' ') {
    return fail(CommerceError::kInvalid,
                fmt::format("{}: begins or ends with a blank; take it out", field));
  }
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    if (character.bytes == 0 || is_control(character.code)) {
      return fail(CommerceError::kInvalid,
                  fmt::format("{}: byte {} is {}; write plain UTF-8 text", field, at,
                              character.bytes == 0 ? "no UTF-8" : "a control character"));
    }
    at += character.bytes;
  }
  return {};
}

Result<void> check_sha256(std::string_view field, std::string_view digest) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (digest.size() == kSha256Digits && std::ranges::all_of(digest, is_digit)) return {};
  return fail(CommerceError::kInvalid,
              fmt::format("{}: must be a SHA-256, {} hexadecimal digits in lower case", field,
                          kSha256Digits));
}

Result<void> check_range(std::string_view field, std::int64_t value, std::int64_t min,
                         std::int64_t max) {
  if (min <= value && value <= max) return {};
  return fail(CommerceError::kInvalid,
              fmt::format("{}: is {}, and must be {} to {}", field, value, min, max));
}

Result<void> check_money(std::string_view field, const Money& money, const Currency& currency,
                         std::int64_t minor_min, std::int64_t minor_max) {
  if (money.currency != currency) {
    return fail(CommerceError::kInvalid, fmt::format("{}: is in {}, and must be in {}", field,
                                                     money.currency.text(), currency.text()));
  }
  if (minor_min <= money.minor && money.minor <= minor_max) return {};
  return fail(CommerceError::kInvalid,
              fmt::format("{}: is {}, and must be {} to {}", field, to_string(money),
                          to_string({minor_min, currency}), to_string({minor_max, currency})));
}

}  // namespace tally::commerce
