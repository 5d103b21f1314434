// Which carts a human sees before anyone is charged, and what a cart that no human sees charges.
//
// Five levels, from a human who sees everything to none. Whatever the level: in doubt between n and
// n + 1 nobody is charged the higher number without a human, and what was brought (a negative net
// count) costs nothing.
//
// Pure; thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"

namespace tally::commerce {

enum class ReviewLevel : std::uint8_t {
  kAll = 1,           // Also carts in which nothing was taken.
  kAllCharges = 2,    // Whatever would cost something, and every doubt.
  kByPerception = 3,  // What perception asks to have reviewed.
  kCostlyDoubts = 4,  // Of those, where the expected error is above ReviewRule::error_minor_max.
  kNone = 5,          // Nothing; doubtful lines charge the lower number.
};
// Nothing unless 1..5.
[[nodiscard]] std::optional<ReviewLevel> review_level(int number);

inline constexpr int kChargeQuantityMax = 100;  // Of one product in one session.
inline constexpr std::size_t kChargeLinesMax = 200;
inline constexpr double kLineSure = 0.9;  // Probability from which a line is no doubt.

// What a market asks for.
struct ReviewRule {
  ReviewLevel level = ReviewLevel::kByPerception;
  // kCostlyDoubts: where the sum is expected to be off by more, a human looks. Of the market's
  // currency.
  std::int64_t error_minor_max = 0;
};

// What is to be paid for one product; sku is the name that layouts and carts use.
struct ChargeLine {
  std::string sku;
  int quantity = 0;  // Net; negative where something was brought, which stock wants to know.

  friend bool operator==(const ChargeLine&, const ChargeLine&) = default;
};

struct ReviewVerdict {
  std::optional<std::vector<std::string>> review;  // Reasons, where a human must look.
  std::vector<ChargeLine> lines;                   // Else what to settle, by sku.
};

// Errors: kInvalid, kLimit: a product twice, more than kChargeQuantityMax of one, too many lines.
Result<ReviewVerdict> judge(const ReviewRule& rule, std::span<const CartLine> lines,
                            const Decision& decision);

// As judge() checks them; sorts by sku and drops lines of nothing.
Result<std::vector<ChargeLine>> checked_lines(std::vector<ChargeLine> lines);

}  // namespace tally::commerce
