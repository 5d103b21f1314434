// Which frames the detector looks at: often while something moves, soon after it came to rest, then
// rarely.
//
// A pure function of the frames' times and activities so far. After motion ends, a few looks follow
// and then one every 2.5 s, since what stands still looks the same; while things move, one every
// fifth of a second, since a hand takes a good part of a second to carry anything away.
#pragma once

#include <cstddef>
#include <optional>

#include "base/time.hpp"

namespace tally::cart {

// Each saving can be switched off; with all off every frame is looked at in full, and the cart of
// that run is the reference that the others are held to.
struct Savings {
  bool gate = true;       // Frames at rest are looked at rarely.
  bool stride = true;     // While things move, only some frames are looked at.
  bool close_ups = true;  // Cabinets: hands that are known are followed without whole pictures.
  bool embeds = true;     // Cabinets: what is held is identified in some looks only.
  bool fit = true;        // One camera: the network's picture has the video's shape, if it can.
  [[nodiscard]] static Savings none() {
    return {.gate = false, .stride = false, .close_ups = false, .embeds = false, .fit = false};
  }
};

class LookSchedule {
 public:
  explicit LookSchedule(Savings savings) : savings_(savings) {}

  // Whether to look at this frame. Call for every frame in order.
  bool look_at(SessionTime time, float activity);

 private:
  [[nodiscard]] bool due_at_rest(SessionTime time);

  Savings savings_;
  std::optional<SessionTime> last_look_;
  SessionTime rest_since_{0};
  std::size_t settle_looks_ = 0;  // Done since rest began.
};

}  // namespace tally::cart
