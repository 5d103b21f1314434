#include "perception/evaluate/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace tally::evaluate {
namespace {

std::vector<const SessionScore*> by_probability(std::span<const SessionScore* const> scores) {
  std::vector<const SessionScore*> sorted;
  for (const SessionScore* score : scores) {
    if (score->outcome != Outcome::kFailed) sorted.push_back(score);
  }
  std::ranges::sort(sorted, {}, [](const SessionScore* score) { return score->probability; });
  return sorted;
}

// One past the last session that has the probability of the one at `begin`.
std::size_t end_of_equals(const std::vector<const SessionScore*>& sorted, std::size_t begin) {
  std::size_t end = begin;
  while (end < sorted.size() && sorted[end]->probability <= sorted[begin]->probability) ++end;
  return end;
}

void add_to_bin(ReliabilityBin& bin, const SessionScore& score) {
  if (bin.exact.of == 0) bin.probability_min = score.probability;
  bin.probability_max = score.probability;
  bin.probability_mean += score.probability;  // The sum, until the bin is complete.
  bin.exact.of += 1;
  bin.exact.hits += score.exact ? 1 : 0;
}

}  // namespace

Calibration calibrate(std::span<const SessionScore* const> scores, std::size_t bins_max) {
  Calibration result;
  const std::vector<const SessionScore*> sorted = by_probability(scores);
  result.count = sorted.size();
  if (sorted.empty() || bins_max == 0) return result;
  std::vector<ReliabilityBin> bins(bins_max);
  for (std::size_t begin = 0; begin < sorted.size();) {
    const std::size_t end = end_of_equals(sorted, begin);
    // A run of equals belongs to where its middle lies.
    const std::size_t bin = (begin + end - 1) * bins_max / (2 * sorted.size());
    for (; begin < end; ++begin) add_to_bin(bins[bin], *sorted[begin]);
  }
  const auto count = static_cast<double>(sorted.size());
  for (ReliabilityBin& bin : bins) {
    if (bin.exact.of == 0) continue;
    bin.probability_mean /= bin.exact.of;
    result.ece += std::abs(bin.probability_mean - *bin.exact.share()) * bin.exact.of / count;
    result.bins.push_back(bin);
  }
  for (const SessionScore* score : sorted) {
    const double off = score->probability - (score->exact ? 1 : 0);
    result.brier += off * off / count;
  }
  return result;
}

KnobPoint knob_at(std::span<const SessionScore* const> scores, double threshold) {
  KnobPoint point{.threshold = threshold, .review = {}, .wrong_charge = {}, .missed_charge = {}};
  for (const SessionScore* score : scores) {
    const Outcome outcome = outcome_at(*score, threshold);
    const bool human = outcome == Outcome::kReview || outcome == Outcome::kFailed;
    point.review.hits += human ? 1 : 0;
    point.wrong_charge.hits += outcome == Outcome::kWrongCharge ? 1 : 0;
    point.missed_charge.hits += outcome == Outcome::kMissedCharge ? 1 : 0;
  }
  const auto count = static_cast<double>(scores.size());
  point.review.of = point.wrong_charge.of = point.missed_charge.of = count;
  return point;
}

std::vector<KnobPoint> knob_curve(std::span<const SessionScore* const> scores) {
  KnobPoint point = knob_at(scores, 0);
  std::vector<KnobPoint> curve{point};
  const std::vector<const SessionScore*> sorted = by_probability(scores);
  for (std::size_t begin = 0; begin < sorted.size();) {
    const std::size_t end = end_of_equals(sorted, begin);
    point.threshold = sorted[begin]->probability;
    // Review does not reach these yet, only those below.
    const KnobPoint& last = curve.back();
    const bool corner = point.wrong_charge.hits < last.wrong_charge.hits ||
                        point.missed_charge.hits < last.missed_charge.hits;
    if (corner) curve.push_back(point);
    for (; begin < end && sorted[begin]->probability < 1; ++begin) {
      point.review.hits += 1;
      if (sorted[begin]->unreviewed == Outcome::kWrongCharge) point.wrong_charge.hits -= 1;
      if (sorted[begin]->unreviewed == Outcome::kMissedCharge) point.missed_charge.hits -= 1;
    }
    begin = end;
  }
  point.threshold = 1;
  if (curve.back().threshold < 1) curve.push_back(point);
  return curve;
}

std::optional<KnobPoint> best_knob(std::span<const KnobPoint> curve, double wrong_max) {
  for (const KnobPoint& point : curve) {
    if (point.wrong_charge.share().value_or(0) <= wrong_max) return point;
  }
  return std::nullopt;
}

}  // namespace tally::evaluate
