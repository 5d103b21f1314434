#include "perception/vision/nms.hpp"

#include <algorithm>

namespace tally::vision {
namespace {

void sort_best_first(std::vector<Candidate>& candidates, std::size_t count_max) {
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.index < b.index;
  };
  if (candidates.size() > count_max) {
    const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(count_max);
    std::ranges::nth_element(candidates, end, better);
    candidates.erase(end, candidates.end());
  }
  std::ranges::sort(candidates, better);
}

}  // namespace

std::vector<Candidate> suppress(std::vector<Candidate> candidates, const NmsOptions& options) {
  sort_best_first(candidates, options.candidates_max);
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates) {
    if (kept.size() == options.detections_max) break;
    const bool duplicate = std::ranges::any_of(kept, [&](const Candidate& better) {
      return better.class_id == candidate.class_id &&
             iou(better.box, candidate.box) > options.iou_max;
    });
    if (!duplicate) kept.push_back(candidate);
  }
  return kept;
}

std::vector<Candidate> best_of(std::vector<Candidate> candidates, const NmsOptions& options) {
  sort_best_first(candidates, options.detections_max);
  return candidates;
}

}  // namespace tally::vision
