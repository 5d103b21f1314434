#include "perception/cart/frame_merge.hpp"

#include <utility>

namespace tally::cart {

FrameMerge::FrameMerge(const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    lanes_.push_back({source, std::nullopt, source.reader == nullptr});
  }
}

std::optional<FrameMerge::Step> FrameMerge::next() {
  Lane* first = nullptr;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (!lane.ended && !lane.ahead) {
      auto frame = lane.source.reader->next();
      lane.ended = !frame || !*frame;
      if (!frame) return Step{i, std::nullopt, std::move(frame.error())};
      if (lane.ended) continue;
      lane.ahead = std::move(**frame);
      lane.ahead->time += lane.source.start;
    }
    if (!lane.ahead) continue;
    if (first == nullptr || lane.ahead->time < first->ahead->time) first = &lane;
  }
  if (first == nullptr) return std::nullopt;
  Step step{static_cast<std::size_t>(first - lanes_.data()), std::nullopt, std::nullopt};
  step.frame = std::exchange(first->ahead, std::nullopt);
  return step;
}

}  // namespace tally::cart
