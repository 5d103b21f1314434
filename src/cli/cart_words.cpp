#include "cli/cart_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/cart_json.hpp"

namespace tally::cli {

std::vector<LineTotals> line_totals(const Cart& cart) {
  std::vector<LineTotals> totals;
  for (const CartLine& line : cart.lines) {
    LineTotals total{.product = line.product, .net = line.quantity, .confidence = line.confidence};
    for (const CartEvent& event : cart.events) {
      if (event.product != line.product) continue;
      (event.kind == EventKind::kTake ? total.taken : total.put) += event.quantity;
    }
    totals.push_back(std::move(total));
  }
  return totals;
}

std::string headline(const Cart& cart) {
  switch (cart.decision.kind) {
    case DecisionKind::kCharge: {
      std::int64_t items = 0;
      for (const CartLine& line : cart.lines) items += std::max(0, line.quantity);
      return fmt::format("Charge {}", counted(items, "item"));
    }
    case DecisionKind::kReview:
      return "Review before charging";
    case DecisionKind::kNothing:
      return "Nothing to charge";
  }
  std::abort();
}

std::string certainty(const Cart& cart) {
  const bool empty = cart.lines.empty();
  if (empty && cart.decision.kind == DecisionKind::kReview) return "";
  return fmt::format("{} sure that {}", percent(cart.decision.probability),
                     empty ? "nothing was taken" : "every line is right");
}

std::string clock_text(std::int64_t at_ms) {
  const std::int64_t tenths = (std::max<std::int64_t>(0, at_ms) + 50) / 100;
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

std::string percent(double probability) {
  const double value = probability * 100;
  if (value < 100 && value >= 99.5) return ">99 %";
  if (value > 0 && value < 0.5) return "<1 %";
  return fmt::format("{:.0f} %", value);
}

std::string counted(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string act_words(const CartEvent& event) {
  return fmt::format("{} {} x {}", name_of(event.kind), event.quantity, event.product);
}

}  // namespace tally::cli
