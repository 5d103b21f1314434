// Whether two models find the same things in the same pictures.
//
// A detection of one is the other's where both are of one class and their boxes overlap by at least
// kIouSame; each is taken once, the surest of the reference first, with the one that overlaps most.
// Pure; one thread at a time.
#pragma once

#include <cstdint>
#include <span>

#include "perception/vision/geometry.hpp"

namespace tally::verify {

inline constexpr float kIouSame = 0.5F;

class Agreement {
 public:
  // What both found in one picture, ordered by falling score, as detectors give it.
  void add(std::span<const vision::Detection> reference,
           std::span<const vision::Detection> candidate);

  [[nodiscard]] std::int64_t found_by_both() const { return both_; }
  [[nodiscard]] std::int64_t found_at_all() const { return both_ + missed_ + extra_; }
  // F1: twice those found by both, of all found by either; 1 where nothing was found.
  [[nodiscard]] double f1() const;
  // Means over those found by both; 0 where there are none.
  [[nodiscard]] double iou() const;
  [[nodiscard]] double score_difference() const;

 private:
  std::int64_t both_ = 0;
  std::int64_t missed_ = 0;  // By the candidate.
  std::int64_t extra_ = 0;   // Of the candidate alone.
  double iou_sum_ = 0;
  double score_difference_sum_ = 0;
};

}  // namespace tally::verify
