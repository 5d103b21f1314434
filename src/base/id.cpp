#include "base/id.hpp"

#include <algorithm>

namespace tally {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

}  // namespace

std::string id_digits(const IdBits& bits) {
  std::string digits(kIdDigits, '0');
  // 26 digits of five bits are 130: two zero bits lead.
  for (std::size_t digit = 0; digit < kIdDigits; ++digit) {
    unsigned value = 0;
    for (std::size_t bit = 5 * digit; bit < 5 * digit + 5; ++bit) {
      const unsigned one = bit < 2 ? 0U : (bits[(bit - 2) / 8] >> (7 - (bit - 2) % 8)) & 1U;
      value = value * 2 + one;
    }
    digits[digit] = kDigits[value];
  }
  return digits;
}

IdBits id_bits(std::string_view digits) {
  IdBits bits{};
  for (std::size_t digit = 0; digit < kIdDigits; ++digit) {
    const std::size_t value = kDigits.find(digits[digit]);
    for (std::size_t bit = std::max<std::size_t>(5 * digit, 2); bit < 5 * digit + 5; ++bit) {
      const std::size_t one = value >> (5 * digit + 4 - bit) & 1U;
      const std::size_t at = bit - 2;
      bits[at / 8] = static_cast<std::uint8_t>(bits[at / 8] | one << (7 - at % 8));
    }
  }
  return bits;
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + 1 + kIdDigits) return false;
  if (!text.starts_with(prefix) || text[prefix.size()] != '_') return false;
  const std::string_view digits = text.substr(prefix.size() + 1);
  return digits.front() <= '7' &&
         std::ranges::all_of(digits, [](char c) { return kDigits.find(c) != kDigits.npos; });
}

}  // namespace tally
