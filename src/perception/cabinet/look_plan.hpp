// What one camera of a cabinet looks at, and when: which frames, and which of them whole.
//
// A camera whose view moves is looked at each kActiveLook, and kActiveAfter longer; one at rest
// each kRestLook. A whole picture is needed to find hands that nobody knows of: each kWholeLook
// while some are known, each kSearchLook while none is, and not at all where nothing has moved
// since the last one.
//
// A pure function of the frames' times and activities and of what the looks found.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cabinet {

inline constexpr SessionTime kActiveLook = from_seconds(0.06);
inline constexpr SessionTime kRestLook = from_seconds(0.5);
inline constexpr SessionTime kActiveAfter = from_seconds(0.4);
inline constexpr SessionTime kWholeLook = from_seconds(0.4);
inline constexpr SessionTime kSearchLook = from_seconds(0.19);
inline constexpr float kActiveShare = 0.002F;  // Of moving cells, from which something moves.
// Of the detector's network here: hands in whole pictures are found as well as in its own size, at
// half the cost (AP50 0.83 and 0.85 on held-out synthetic pictures).
inline constexpr vision::Size kWholeLookSize{384, 224};

class LookPlan {
 public:
  // Without the gate stillness is looked at too, without stride each frame; without close-ups each
  // look is at the whole picture.
  explicit LookPlan(cart::Savings savings = {}) : savings_(savings) {}

  // Whether to look at this frame. Call for every frame in order, and look_whole() only
  // after it said so.
  bool look_at(SessionTime time, float activity);
  // Whether that look is at the whole picture. `known`: the last look found a hand or a held item.
  bool look_whole(SessionTime time, bool known);

 private:
  cart::Savings savings_;
  SessionTime moved_at_{from_seconds(-1)};
  std::optional<SessionTime> last_look_;
  std::optional<SessionTime> last_whole_;
};

}  // namespace tally::cabinet
