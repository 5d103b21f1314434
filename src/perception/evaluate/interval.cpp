#include "perception/evaluate/interval.hpp"

#include <algorithm>
#include <cmath>

namespace tally::evaluate {
namespace {

constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution lie below.

}  // namespace

std::optional<double> Rate::share() const {
  if (of <= 0) return std::nullopt;
  return hits / of;
}

Interval Rate::interval() const {
  if (of <= 0) return {};
  const double p = hits / of;
  const double z2 = kZ * kZ / of;
  const double centre = (p + z2 / 2) / (1 + z2);
  const double half = kZ / (1 + z2) * std::sqrt(p * (1 - p) / of + z2 / (4 * of));
  // Rounding must not put the share itself outside.
  return {std::clamp(centre - half, 0.0, p), std::clamp(centre + half, p, 1.0)};
}

Mean mean_of(std::span<const double> samples) {
  Mean result;
  result.count = static_cast<std::int64_t>(samples.size());
  if (samples.empty()) return result;
  const auto count = static_cast<double>(samples.size());
  double sum = 0;
  for (const double sample : samples) sum += sample;
  result.mean = sum / count;
  if (samples.size() < 2) return result;
  double squares = 0;
  for (const double sample : samples) squares += (sample - result.mean) * (sample - result.mean);
  const double half = kZ * std::sqrt(squares / (count - 1) / count);
  result.interval = Interval{result.mean - half, result.mean + half};
  return result;
}

}  // namespace tally::evaluate
