// Whether "97 % sure" means right in 97 of 100 cases, and what a probability threshold for review
// buys. Pure; the order of the sessions changes nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "perception/evaluate/interval.hpp"
#include "perception/evaluate/score.hpp"

namespace tally::evaluate {

inline constexpr std::size_t kReliabilityBins = 10;

// Sessions of similar probability.
struct ReliabilityBin {
  double probability_min = 0;
  double probability_max = 0;
  double probability_mean = 0;
  Rate exact;
};

struct Calibration {
  std::size_t count = 0;  // Sessions that gave a cart.
  double brier = 0;       // Mean of (probability - exactness)^2.
  double ece = 0;         // Mean over sessions of |probability - exact rate| of their bin's means.
  std::vector<ReliabilityBin> bins;  // By probability; about equally many sessions in each.
};

// Equal probabilities are never split between bins, so that there may be fewer than `bins_max`.
[[nodiscard]] Calibration calibrate(std::span<const SessionScore* const> scores,
                                    std::size_t bins_max = kReliabilityBins);

// What happens when exactly the sessions below `threshold` go to review. All rates are of all
// sessions; those that failed go to review at any threshold.
struct KnobPoint {
  double threshold = 0;
  Rate review;
  Rate wrong_charge;
  Rate missed_charge;
};
[[nodiscard]] KnobPoint knob_at(std::span<const SessionScore* const> scores, double threshold);

// The knob from 0 to 1: its corners, which are the first threshold of each pair of wrong-charge and
// missed-charge rates, and the ends. Review rates rise, the others fall.
[[nodiscard]] std::vector<KnobPoint> knob_curve(std::span<const SessionScore* const> scores);

// The point with the lowest review rate of those whose wrong-charge rate is at most `wrong_max`;
// empty where even the highest threshold does not keep to it.
[[nodiscard]] std::optional<KnobPoint> best_knob(std::span<const KnobPoint> curve,
                                                 double wrong_max);

}  // namespace tally::evaluate
