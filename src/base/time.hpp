// Time as values. Nothing here reads a clock: perception and commerce are given their times.
#pragma once

#include <chrono>
#include <cstdint>

namespace tally {

// A point on a session's own time line, counted from its first frame; also used for durations on
// it.
using SessionTime = std::chrono::microseconds;

[[nodiscard]] constexpr std::int64_t to_ms(SessionTime time) {
  return std::chrono::round<std::chrono::milliseconds>(time).count();
}

[[nodiscard]] constexpr double to_seconds(SessionTime time) {
  return std::chrono::duration<double>(time).count();
}

[[nodiscard]] constexpr SessionTime from_seconds(double seconds) {
  return std::chrono::round<SessionTime>(std::chrono::duration<double>(seconds));
}

}  // namespace tally
