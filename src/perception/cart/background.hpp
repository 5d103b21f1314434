// The view without what moves: each part as it looked when it last was still for kBackgroundTime.
//
// A hand, and the item it brings, take longer than a moment to become background; so right after an
// act the background still shows the place as it was before the act. Internal to the stock model.
#pragma once

#include <memory>
#include <vector>

#include "base/time.hpp"
#include "perception/vision/luma.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cart {

inline constexpr SessionTime kBackgroundTime = from_seconds(2.0);

class Background {
 public:
  // Every frame, in order.
  void follow(SessionTime time, const vision::LumaImage& picture,
              const vision::MotionField& motion);
  [[nodiscard]] std::shared_ptr<const vision::LumaImage> snapshot() const;
  // Whether anything moved in `box` (analysis pixels) at `time` or later.
  [[nodiscard]] bool moved_since(const vision::Box& box, SessionTime time) const;

 private:
  vision::LumaImage image_;
  int columns_ = 0;
  std::vector<SessionTime> moved_;  // When each cell moved last.
};

}  // namespace tally::cart
