#include "perception/evaluate/gates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/assert.hpp"
#include "perception/evaluate/error.hpp"

namespace tally::evaluate {
namespace {

using Value = std::optional<double>;

struct Kind {
  std::string_view name;
  bool at_least;
  Value (*value)(const Summary&);
};

Value of_calibration(const Summary& summary, double value) {
  return summary.calibration.count > 0 ? Value(value) : std::nullopt;
}

constexpr std::array<Kind, 13> kKinds{{
    {"exact", true, [](const Summary& s) { return s.all.exact.share(); }},
    {"f1", true, [](const Summary& s) { return s.all.f1.share(); }},
    {"precision", true, [](const Summary& s) { return s.all.precision.share(); }},
    {"recall", true, [](const Summary& s) { return s.all.recall.share(); }},
    {"place_f1", true, [](const Summary& s) { return s.all.place_f1.share(); }},
    {"identified", true, [](const Summary& s) { return s.all.identified.share(); }},
    {"lines", true, [](const Summary& s) { return s.all.lines_right.share(); }},
    {"wrong", false, [](const Summary& s) { return s.all.wrong_charge.share(); }},
    {"missed", false, [](const Summary& s) { return s.all.missed_charge.share(); }},
    {"review", false, [](const Summary& s) { return s.all.review.share(); }},
    {"brier", false, [](const Summary& s) { return of_calibration(s, s.calibration.brier); }},
    {"ece", false, [](const Summary& s) { return of_calibration(s, s.calibration.ece); }},
    {"failed", false,
     [](const Summary& s) {
       return Rate{static_cast<double>(s.all.failed), static_cast<double>(s.all.sessions)}.share();
     }},
}};

const Kind* kind_of(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

Result<Gate> parse_gate(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  Gate gate{.name = std::string(text.substr(0, equals))};
  if (kind_of(gate.name) == nullptr) {
    std::vector<std::string_view> names;
    for (const Kind& kind : kKinds) names.push_back(kind.name);
    return fail(EvaluateError::kGates,
                fmt::format("'{}' is no gate; there are {}", gate.name, fmt::join(names, ", ")));
  }
  const std::string_view number = text.substr(std::min(equals + 1, text.size()));
  const char* end = number.data() + number.size();
  const auto [stopped, problem] = std::from_chars(number.data(), end, gate.bound);
  const bool is_share =
      problem == std::errc() && stopped == end && gate.bound >= 0 && gate.bound <= 1;
  if (is_share) return gate;
  return fail(EvaluateError::kGates,
              fmt::format("gate '{}' needs a number from 0 to 1, as in {}=0.95", text, gate.name));
}

}  // namespace

Result<std::vector<Gate>> parse_gates(std::string_view text) {
  std::vector<Gate> gates;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    auto gate = parse_gate(text.substr(0, comma));
    if (!gate) return std::unexpected(std::move(gate.error()));
    gates.push_back(std::move(*gate));
    if (comma == text.size()) return gates;
    text.remove_prefix(comma + 1);
  }
}

std::vector<GateResult> check_gates(const std::vector<Gate>& gates, const Summary& summary) {
  std::vector<GateResult> results;
  for (const Gate& gate : gates) {
    const Kind* kind = kind_of(gate.name);
    TALLY_ASSERT(kind != nullptr);
    GateResult result{.gate = gate, .at_least = kind->at_least, .value = kind->value(summary)};
    if (result.value) {
      result.met = result.at_least ? *result.value >= gate.bound : *result.value <= gate.bound;
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::string words_of(const GateResult& result) {
  return fmt::format("{} is {}, required is at {} {}", result.gate.name,
                     result.value ? fmt::format("{:.4f}", *result.value) : "not known",
                     result.at_least ? "least" : "most", result.gate.bound);
}

}  // namespace tally::evaluate
