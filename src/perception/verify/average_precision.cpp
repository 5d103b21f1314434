#include "perception/verify/average_precision.hpp"

#include <algorithm>
#include <cstddef>

namespace tally::verify {

void AveragePrecision::add(std::span<const vision::Detection> found,
                           std::span<const Label> labels) {
  std::vector<bool> taken(labels.size(), false);
  for (const Label& label : labels) ++classes_[label.class_id].labels;
  for (const vision::Detection& detection : found) {
    float best = kIouFound;
    std::size_t at = labels.size();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (taken[i] || labels[i].class_id != detection.class_id) continue;
      const float overlap = vision::iou(detection.box, labels[i].box);
      const bool first = at == labels.size();
      if (overlap > best || (first && overlap >= best)) {
        best = overlap;
        at = i;
      }
    }
    if (at < labels.size()) taken[at] = true;
    classes_[detection.class_id].answers.push_back({detection.score, at < labels.size()});
  }
}

double AveragePrecision::of(OfClass one) {
  constexpr int kRecalls = 101;
  std::ranges::stable_sort(one.answers, std::greater<>(), &Answer::score);
  std::vector<double> precisions;
  std::vector<double> recalls;
  std::int64_t right = 0;
  for (const Answer& answer : one.answers) {
    if (answer.right) ++right;
    precisions.push_back(static_cast<double>(right) / static_cast<double>(precisions.size() + 1));
    recalls.push_back(static_cast<double>(right) / static_cast<double>(one.labels));
  }
  for (std::size_t i = precisions.size(); i > 1; --i) {
    precisions[i - 2] = std::max(precisions[i - 2], precisions[i - 1]);
  }
  double sum = 0;
  for (int i = 0; i < kRecalls; ++i) {
    const auto at = std::ranges::lower_bound(recalls, i / static_cast<double>(kRecalls - 1));
    if (at == recalls.end()) break;
    sum += precisions[static_cast<std::size_t>(at - recalls.begin())];
  }
  return sum / kRecalls;
}

std::optional<double> AveragePrecision::value() const {
  double sum = 0;
  int classes = 0;
  for (const auto& [id, one] : classes_) {
    if (one.labels == 0) continue;
    sum += of(one);
    ++classes;
  }
  if (classes == 0) return std::nullopt;
  return sum / classes;
}

}  // namespace tally::verify
