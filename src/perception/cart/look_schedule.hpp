// Which frames the detector looks at, and how closely: often while something moves, soon after it
// came to rest, then rarely.
//
// A pure function of the frames' times and activities so far. After motion ends, a few looks follow
// and then one every 2.5 s, since what stands still looks the same; while things move, one every
// fifth of a second, since a hand takes a good part of a second to carry anything away. Of those
// one is small where the one before it was full, and not long ago: that a hand is there and where
// things go shows in a smaller picture as well, and what a small look misses is weighed by how much
// small looks see (slot.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cart {

// Each saving can be switched off; with all off every frame is looked at in full, and the cart of
// that run is the reference that the others are held to.
struct Savings {
  bool gate = true;       // Frames at rest are looked at rarely.
  bool stride = true;     // While things move, only some frames are looked at.
  bool close_ups = true;  // Cabinets: hands that are known are followed without whole pictures.
  bool fit = true;        // One camera: the network's picture has the video's shape, if it can.
  // One camera: while things move, every second look is a small one. Cabinets: whole pictures are
  // looked at small, since close-ups show what matters.
  bool small_looks = true;
  [[nodiscard]] static Savings none() {
    return {.gate = false, .stride = false, .close_ups = false, .fit = false, .small_looks = false};
  }
  // Those of a second look: every frame is looked at, in the same sizes as before.
  [[nodiscard]] Savings in_second_look() const {
    Savings closely = *this;
    closely.gate = closely.stride = closely.close_ups = false;
    return closely;
  }
  friend bool operator==(const Savings&, const Savings&) = default;
};

enum class LookKind : std::uint8_t {
  kNone,
  kSmall,  // By the same network, cut to small_look_size().
  kFull,
};

// The network's picture in small looks: 0.65 of the sides of that in full ones, in whole steps of
// its grid, which is two fifths of the work. None where it would be less than 352 pixels long:
// networks for pictures as small as that have none to spare.
[[nodiscard]] std::optional<vision::Size> small_look_size(vision::Size full);

class LookSchedule {
 public:
  explicit LookSchedule(Savings savings) : savings_(savings) {}

  // How to look at this frame. Call for every frame in order.
  LookKind look_at(SessionTime time, float activity);

 private:
  [[nodiscard]] bool due_at(SessionTime time, bool active);
  [[nodiscard]] bool due_at_rest(SessionTime time);

  Savings savings_;
  std::optional<SessionTime> last_look_;
  std::optional<SessionTime> last_full_look_;
  SessionTime rest_since_{0};
  std::size_t settle_looks_ = 0;  // Done since rest began.
};

}  // namespace tally::cart
