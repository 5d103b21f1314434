// The number under a barcode: GS1's Global Trade Item Number, of 8, 12, 13 or 14 digits, the last
// of which checks the others (GS1 General Specifications, section 7.9).
//
// All four are one number space: kept with zeros in front up to 14 digits, as GS1 asks of
// databases, so that a UPC "036000291452" and the EAN "0036000291452" are the same product.
// UPC-E, which leaves zeros out in the middle, has 8 digits too and is not read: a scanner gives
// the 12 that it stands for.
//
// Thread-safety: values. Errors: CommerceError::kInvalid.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::commerce {

inline constexpr std::size_t kGtinDigits = 14;

// Empty where default-made: a product without a barcode.
class Gtin {
 public:
  Gtin() = default;
  // Digits alone: no blanks, no hyphens. All zeros name nothing and are refused.
  static Result<Gtin> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }  // 14 digits, or empty.
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const Gtin&, const Gtin&) = default;
  friend auto operator<=>(const Gtin&, const Gtin&) = default;

 private:
  explicit Gtin(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// What must follow `digits` (decimal digits alone): weights 3, 1, 3, … from the right, up to the
// next multiple of ten.
[[nodiscard]] char gtin_check_digit(std::string_view digits);

}  // namespace tally::commerce
