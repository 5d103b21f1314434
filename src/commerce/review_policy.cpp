#include "commerce/review_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "commerce/error.hpp"

namespace tally::commerce {
namespace {

bool is_sure(const CartLine& line) { return line.confidence >= kLineSure; }

// One less than the likeliest, where that is not sure: a count that is too low costs the operator,
// one that is too high the shopper.
int lower_number(const CartLine& line) {
  if (is_sure(line) || line.quantity <= 0) return line.quantity;
  return line.quantity - 1;
}

bool is_costly(const ReviewRule& rule, const Decision& decision) {
  const auto& error = decision.expected_error_minor;
  return !error || *error > static_cast<double>(rule.error_minor_max);
}

bool review_wanted(const ReviewRule& rule, std::span<const ChargeLine> lines,
                   const Decision& decision) {
  const bool doubt = decision.kind == DecisionKind::kReview;
  switch (rule.level) {
    case ReviewLevel::kAll:
      return true;
    case ReviewLevel::kAllCharges:
      return doubt || std::ranges::any_of(lines, [](const auto& l) { return l.quantity > 0; });
    case ReviewLevel::kByPerception:
      return doubt;
    case ReviewLevel::kCostlyDoubts:
      return doubt && is_costly(rule, decision);
    case ReviewLevel::kNone:
      return false;
  }
  return true;
}

}  // namespace

std::optional<ReviewLevel> review_level(int number) {
  if (number < 1 || number > 5) return std::nullopt;
  return static_cast<ReviewLevel>(number);
}

Result<std::vector<ChargeLine>> checked_lines(std::vector<ChargeLine> lines) {
  std::ranges::sort(lines, {}, &ChargeLine::sku);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const ChargeLine& line = lines[i];
    if (line.sku.empty()) return fail(CommerceError::kInvalid, "a line names no product");
    if (i > 0 && lines[i - 1].sku == line.sku) {
      return fail(CommerceError::kInvalid, fmt::format("product {} is there twice", line.sku));
    }
    if (line.quantity < -kChargeQuantityMax || line.quantity > kChargeQuantityMax) {
      return fail(CommerceError::kLimit, fmt::format("{} of product {}: at most {} a session",
                                                     line.quantity, line.sku, kChargeQuantityMax));
    }
  }
  if (lines.size() > kChargeLinesMax) {
    return fail(CommerceError::kLimit,
                fmt::format("{} products: at most {} a session", lines.size(), kChargeLinesMax));
  }
  std::erase_if(lines, [](const ChargeLine& line) { return line.quantity == 0; });
  return lines;
}

Result<ReviewVerdict> judge(const ReviewRule& rule, std::span<const CartLine> lines,
                            const Decision& decision) {
  std::vector<ChargeLine> likeliest;
  std::vector<ChargeLine> careful;
  for (const CartLine& line : lines) {
    likeliest.push_back({line.product, line.quantity});
    careful.push_back({line.product, lower_number(line)});
  }
  auto checked = checked_lines(std::move(likeliest));
  if (!checked) return std::unexpected(std::move(checked.error()));
  if (review_wanted(rule, *checked, decision)) {
    std::vector<std::string> reasons = decision.reasons;
    if (reasons.empty()) reasons.emplace_back("the operator has every such cart looked at");
    return ReviewVerdict{std::move(reasons), {}};
  }
  auto settled = checked_lines(std::move(careful));
  if (!settled) return std::unexpected(std::move(settled.error()));
  return ReviewVerdict{std::nullopt, *std::move(settled)};
}

}  // namespace tally::commerce
