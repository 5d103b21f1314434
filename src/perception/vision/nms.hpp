// Greedy non-maximum suppression, class by class.
//
// In the order of falling scores (ties: the lower index first, so the result is one and the same on
// every machine) a candidate is kept unless it overlaps one of its class that is kept already by
// more than iou_max. Pure function, any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "perception/vision/head.hpp"

namespace tally::vision {

// The best so many are looked at, and the best so many are kept, of all classes together.
inline constexpr std::size_t kCandidatesMax = 30'000;
inline constexpr std::size_t kDetectionsMax = 300;

struct NmsOptions {
  float iou_max = 0.45F;
  std::size_t candidates_max = kCandidatesMax;
  std::size_t detections_max = kDetectionsMax;
};

// What is kept, in the order of falling scores. Cost: candidates x kept of the same class, after a
// sort.
[[nodiscard]] std::vector<Candidate> suppress(std::vector<Candidate> candidates,
                                              const NmsOptions& options = {});

// The best detections_max in the same order, nothing suppressed.
[[nodiscard]] std::vector<Candidate> best_of(std::vector<Candidate> candidates,
                                             const NmsOptions& options = {});

}  // namespace tally::vision
