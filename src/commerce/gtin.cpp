#include "commerce/gtin.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commerce/error.hpp"

namespace tally::commerce {

char gtin_check_digit(std::string_view digits) {
  int sum = 0;
  int weight = 3;
  for (std::size_t i = digits.size(); i > 0; --i) {
    sum += weight * (digits[i - 1] - '0');
    weight = 4 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

Result<Gtin> Gtin::parse(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool known_length =
      text.size() == 8 || text.size() == 12 || text.size() == 13 || text.size() == kGtinDigits;
  if (!known_length || !std::ranges::all_of(text, is_digit)) {
    return fail(CommerceError::kInvalid,
                "gtin: must be the 8, 12, 13 or 14 digits under the barcode, and nothing else");
  }
  if (std::ranges::all_of(text, [](char c) { return c == '0'; })) {
    return fail(CommerceError::kInvalid, "gtin: only zeros name no product; leave it empty");
  }
  const char expected = gtin_check_digit(text.substr(0, text.size() - 1));
  if (text.back() != expected) {
    return fail(CommerceError::kInvalid,
                fmt::format("gtin: {} has a wrong digit: the last would have to be {}; compare it "
                            "with the label",
                            text, expected));
  }
  return Gtin(std::string(kGtinDigits - text.size(), '0').append(text));
}

}  // namespace tally::commerce
