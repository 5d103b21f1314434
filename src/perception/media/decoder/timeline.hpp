// Turns a stream's time stamps into times relative to its first frame, and refuses what no
// recording can be: times that stand still or run backwards, a video longer than kDurationMax, more
// than kFramesPerSecondMax frames a second. Rates are judged by the frames themselves, over a
// window of two seconds, so that a short burst passes and a container's claim does not matter; a
// video with fewer frames than the window holds is never too fast.
//
// A frame without a time stamp is put one frame duration after the frame before it, where the
// stream's rate is known.
//
// Thread-safety: one thread. Pure: no FFmpeg, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "perception/media/decoder/failure.hpp"

namespace tally::media::decoder {

struct TimeBase {
  std::int64_t numerator = 1;  // Seconds per tick = numerator / denominator.
  std::int64_t denominator = 1;
};

class Timeline {
 public:
  // `frame_us`: the frame duration that the container claims, 0 where it claims none.
  Timeline(TimeBase base, std::int64_t frame_us) : base_(base), frame_us_(frame_us) {}

  // Microseconds since the first frame. Errors: kCorrupt, kTooLarge.
  Outcome<std::int64_t> place(std::optional<std::int64_t> stamp);

 private:
  static constexpr std::int64_t kWindowSeconds = 2;
  static constexpr std::size_t kWindowFrames = kWindowSeconds * kFramesPerSecondMax;

  TimeBase base_;
  std::int64_t frame_us_;
  std::int64_t first_stamp_ = 0;
  std::int64_t last_us_ = 0;
  std::size_t frames_ = 0;
  std::array<std::int64_t, kWindowFrames> window_{};
};

}  // namespace tally::media::decoder
