// Rates and means with their 95 % confidence intervals. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tally::evaluate {

struct Interval {
  double low = 0;
  double high = 1;
};

// So many of so many. `hits` and `of` may be halves (F1), never negative; hits <= of.
struct Rate {
  double hits = 0;
  double of = 0;

  // Empty where there was nothing to count.
  [[nodiscard]] std::optional<double> share() const;
  // Wilson's score interval (Wilson 1927), which stays honest at 0 and 1 and for few cases;
  // 0 to 1 where there was nothing to count.
  [[nodiscard]] Interval interval() const;
};

struct Mean {
  std::int64_t count = 0;
  double mean = 0;  // 0 for no samples.
  // Mean +- 1.96 standard errors; empty for fewer than two samples.
  std::optional<Interval> interval;
};
[[nodiscard]] Mean mean_of(std::span<const double> samples);

}  // namespace tally::evaluate
