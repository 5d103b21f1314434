// Gates: figures that an evaluation must reach, as `--require exact=0.95,wrong=0.003` says. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/evaluate/summary.hpp"

namespace tally::evaluate {

struct Gate {
  std::string name;
  double bound = 0;
};

struct GateResult {
  Gate gate;
  bool at_least = true;  // Otherwise at most.
  std::optional<double> value;
  bool met = false;  // Never without a value.
};

// "name=number,…"; the numbers are shares from 0 to 1. At least: exact, f1, precision, recall,
// place_f1, identified, lines. At most: wrong, missed, review, brier, ece, failed. Errors:
// EvaluateError::kGates, naming the gates that exist.
Result<std::vector<Gate>> parse_gates(std::string_view text);

[[nodiscard]] std::vector<GateResult> check_gates(const std::vector<Gate>& gates,
                                                  const Summary& summary);

// "exact is 0.9120, required is at least 0.95".
[[nodiscard]] std::string words_of(const GateResult& result);

}  // namespace tally::evaluate
