#include "cli/eval_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace tally::cli {
namespace {

constexpr std::array<std::string_view, 12> kNoDecimals{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                       "KMF", "KRW", "PYG", "RWF", "VND", "XAF"};
constexpr std::array<std::string_view, 6> kThreeDecimals{"BHD", "IQD", "JOD", "KWD", "OMR", "TND"};

int decimals_of(std::string_view currency) {
  if (std::ranges::find(kNoDecimals, currency) != kNoDecimals.end()) return 0;
  return std::ranges::find(kThreeDecimals, currency) != kThreeDecimals.end() ? 3 : 2;
}

// Without the sign for per cent. Rounding never reaches 0 or 100 from inside.
std::string per_cent(double share) {
  if (share <= 0) return "0";
  if (share >= 1) return "100";
  if (share < 0.01) return share < 0.00005 ? "<0.01" : fmt::format("{:.2f}", share * 100);
  return share > 0.9995 ? ">99.9" : fmt::format("{:.1f}", share * 100);
}

}  // namespace

std::string share_text(const std::optional<double>& share) {
  return share ? per_cent(*share) + " %" : "\xE2\x80\x93";
}

std::string interval_text(const evaluate::Rate& rate) {
  if (!rate.share()) return "";
  const evaluate::Interval interval = rate.interval();
  return fmt::format("{} to {} %", per_cent(interval.low), per_cent(interval.high));
}

std::string money_text(double minor, const std::string& currency) {
  const int decimals = decimals_of(currency);
  const double amount = minor / std::pow(10, decimals);
  // What rounds to nothing has no sign.
  const double shown = std::abs(minor) < 0.5 ? 0 : amount;
  return fmt::format("{:.{}f}{}{}", shown, decimals, currency.empty() ? "" : " ", currency);
}

std::string outcome_words(evaluate::Outcome outcome) {
  switch (outcome) {
    case evaluate::Outcome::kRight:
      return "Right";
    case evaluate::Outcome::kWrongCharge:
      return "Wrong charge";
    case evaluate::Outcome::kMissedCharge:
      return "Missed charge";
    case evaluate::Outcome::kReview:
      return "Review";
    case evaluate::Outcome::kFailed:
      return "No cart";
  }
  std::abort();
}

std::string run_words(const evaluate::EvaluatedRun& run) {
  if (run.label == "all") return "all cameras";
  std::string words = run.label;
  for (std::size_t at = 0; (at = words.find('+', at)) != std::string::npos; at += 5) {
    words.replace(at, 1, " and ");
  }
  return words;
}

std::vector<NamedRate> rates_of(const evaluate::Figures& figures) {
  return {{"Exact carts", figures.exact},
          {"Wrong charges", figures.wrong_charge},
          {"Missed charges", figures.missed_charge},
          {"Reviews", figures.review},
          {"Items, F1", figures.f1},
          {"Items, precision", figures.precision},
          {"Items, recall", figures.recall},
          {"Kind and place only, F1", figures.place_f1},
          {"Right product, if seen", figures.identified},
          {"Right lines", figures.lines_right}};
}

}  // namespace tally::cli
