#include "perception/verify/agreement.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace tally::verify {

void Agreement::add(std::span<const vision::Detection> reference,
                    std::span<const vision::Detection> candidate) {
  std::vector<bool> taken(candidate.size(), false);
  for (const vision::Detection& wanted : reference) {
    float best = kIouSame;
    std::size_t at = candidate.size();
    for (std::size_t i = 0; i < candidate.size(); ++i) {
      if (taken[i] || candidate[i].class_id != wanted.class_id) continue;
      const float overlap = vision::iou(wanted.box, candidate[i].box);
      const bool first = at == candidate.size();
      if (overlap > best || (first && overlap >= best)) {
        best = overlap;
        at = i;
      }
    }
    if (at == candidate.size()) {
      ++missed_;
      continue;
    }
    taken[at] = true;
    ++both_;
    iou_sum_ += static_cast<double>(best);
    score_difference_sum_ += std::abs(static_cast<double>(wanted.score - candidate[at].score));
  }
  for (const bool one : taken) extra_ += one ? 0 : 1;
}

double Agreement::f1() const {
  const auto both = 2 * static_cast<double>(both_);
  const double all = both + static_cast<double>(missed_ + extra_);
  return all > 0 ? both / all : 1;
}

double Agreement::iou() const { return both_ > 0 ? iou_sum_ / static_cast<double>(both_) : 0; }

double Agreement::score_difference() const {
  return both_ > 0 ? score_difference_sum_ / static_cast<double>(both_) : 0;
}

}  // namespace tally::verify
