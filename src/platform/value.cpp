#include "platform/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "platform/store_error.hpp"

namespace tally::platform {
namespace {

// Bytes of the sequence that starts with `lead`, and the smallest code point that needs so many.
struct Utf8Lead {
  std::size_t bytes;
  std::uint32_t bits;
  std::uint32_t smallest;
};

std::optional<Utf8Lead> lead_of(unsigned char byte) {
  if (byte < 0x80U) return Utf8Lead{1, byte, 0};
  if ((byte & 0xE0U) == 0xC0U) return Utf8Lead{2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0U) return Utf8Lead{3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0U) return Utf8Lead{4, byte & 0x07U, 0x10000};
  return std::nullopt;
}

// Bytes of the character at the text's start, or 0 if it is none that PostgreSQL takes: UTF-8 of
// RFC 3629 without U+0000.
std::size_t character_at_start(std::string_view text) {
  const auto lead = lead_of(static_cast<unsigned char>(text.front()));
  if (!lead || lead->bytes > text.size()) return 0;
  std::uint32_t code = lead->bits;
  for (std::size_t next = 1; next < lead->bytes; ++next) {
    const auto byte = static_cast<unsigned char>(text[next]);
    if ((byte & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code == 0 || code < lead->smallest || code > 0x10FFFF || surrogate) return 0;
  return lead->bytes;
}

bool is_storable_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = character_at_start(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

Result<void> check(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  const auto* blob = std::get_if<Blob>(&value);
  const auto* number = std::get_if<double>(&value);
  const std::size_t bytes = text != nullptr   ? text->size()
                            : blob != nullptr ? blob->bytes.size()
                                              : 0;
  if (bytes > kValueBytesMax) {
    return fail(StoreError::kLimit, fmt::format("a value of {} bytes; at most {} go into the store",
                                                bytes, kValueBytesMax));
  }
  if (text != nullptr && !is_storable_text(*text)) {
    return fail(StoreError::kValue, "text that is not UTF-8, or has a NUL in it, can't be stored");
  }
  if (number != nullptr && !std::isfinite(*number)) {
    return fail(StoreError::kValue, "a number that is not finite can't be stored");
  }
  return {};
}

}  // namespace

Result<void> check_values(std::span<const Value> values) {
  for (const Value& value : values) {
    if (auto checked = check(value); !checked) return checked;
  }
  return {};
}

std::string storable_text(std::string_view text, std::size_t bytes_max) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t bytes = character_at_start(text);
    const std::string_view next = bytes == 0 ? "?" : text.substr(0, bytes);
    if (kept.size() + next.size() > bytes_max) break;
    kept += next;
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return kept;
}

Result<void> check_body(std::string_view body) {
  if (body.size() <= kBodyBytesMax) return {};
  return fail(StoreError::kLimit, fmt::format("a body of {} bytes; at most {} go into the store",
                                              body.size(), kBodyBytesMax));
}

std::string_view kind_of(const Value& value) {
  constexpr std::array<std::string_view, 5> kKinds{"NULL", "an integer", "a real", "text",
                                                   "a blob"};
  return kKinds[value.index()];
}

}  // namespace tally::platform
