#include "perception/media/decoder/timeline.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tally::media::decoder {
namespace {

// Time stamps are rounded to their time base, so that 120 frames a second may look a little faster.
constexpr std::int64_t kRoundingSlackUs = 10'000;
constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

// Null where the result would not fit: no product of 64-bit numbers may overflow.
std::optional<std::int64_t> to_microseconds(std::int64_t ticks, TimeBase base) {
  const long double us = static_cast<long double>(ticks) *
                         static_cast<long double>(base.numerator) * kMicrosecondsPerSecond /
                         static_cast<long double>(base.denominator);
  constexpr long double kRepresentable = 9.0e18L;
  if (!(us > -kRepresentable && us < kRepresentable)) return std::nullopt;
  return std::llround(us);
}

std::unexpected<Failure> backwards(std::size_t frame) {
  return failed(
      MediaError::kCorrupt,
      fmt::format("time stamps stand still or run backwards at frame {}; record it again, "
                  "or let ffmpeg rewrite them",
                  frame));
}

std::unexpected<Failure> too_long() {
  return failed(MediaError::kTooLarge,
                fmt::format("longer than the limit of {} minutes; cut it", kDurationMax.count()));
}

}  // namespace

Outcome<std::int64_t> Timeline::place(std::optional<std::int64_t> stamp) {
  std::int64_t us = last_us_ + frame_us_;
  if (frames_ == 0) {
    first_stamp_ = stamp.value_or(0);
    us = 0;
  } else if (stamp) {
    std::int64_t ticks = 0;
    if (__builtin_sub_overflow(*stamp, first_stamp_, &ticks)) return backwards(frames_);
    const auto placed = to_microseconds(ticks, base_);
    if (!placed) return backwards(frames_);
    us = *placed;
  }
  if (frames_ > 0 && us <= last_us_) return backwards(frames_);
  if (us > SessionTime(kDurationMax).count()) return too_long();
  std::int64_t& oldest = window_[frames_ % kWindowFrames];
  if (frames_ >= kWindowFrames &&
      us - oldest < kWindowSeconds * kMicrosecondsPerSecond - kRoundingSlackUs) {
    return failed(MediaError::kTooLarge,
                  fmt::format("more than the limit of {} frames a second; reduce its frame rate",
                              kFramesPerSecondMax));
  }
  oldest = us;
  last_us_ = us;
  ++frames_;
  return us;
}

}  // namespace tally::media::decoder
