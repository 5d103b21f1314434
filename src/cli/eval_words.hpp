// Figures of an evaluation in words, for the terminal and the page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perception/evaluate/evaluation.hpp"

namespace tally::cli {

// "95.3 %", "0.25 %" below one per cent; "–" where there was nothing to count. Only what is all
// reads "100 %", only what is none "0 %".
[[nodiscard]] std::string share_text(const std::optional<double>& share);

// The 95 % confidence interval, "93.8 to 96.4 %"; empty where there was nothing to count.
[[nodiscard]] std::string interval_text(const evaluate::Rate& rate);

// The rates that are told of an evaluation, in their order, each with its name.
struct NamedRate {
  std::string_view name;  // "Exact carts"
  evaluate::Rate rate;
};
[[nodiscard]] std::vector<NamedRate> rates_of(const evaluate::Figures& figures);

// "2.50 EUR", "-0.70 EUR", "120 JPY": by the currency's decimals (ISO 4217).
[[nodiscard]] std::string money_text(double minor, const std::string& currency);

// "Wrong charge", "Review", …
[[nodiscard]] std::string outcome_words(evaluate::Outcome outcome);

// "all cameras", "cam0 and cam2".
[[nodiscard]] std::string run_words(const evaluate::EvaluatedRun& run);

}  // namespace tally::cli
