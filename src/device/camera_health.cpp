#include "device/camera_health.hpp"

#include <utility>

namespace tally::device {

void CameraHealth::start() { *this = CameraHealth(); }

void CameraHealth::take(const CameraStats& stats) {
  seconds_silent_ = stats.frames == 0 ? seconds_silent_ + 1 : 0;
  if (stats.keyframe_bytes > 0) last_key_dark_ = stats.keyframe_bytes < kDarkKeyframeBytes;
  const bool dark = stats.luma ? *stats.luma < kDarkLuma : last_key_dark_;
  seconds_dark_ = stats.frames > 0 && dark ? seconds_dark_ + 1 : 0;
  // The key frame is large also where nothing moves.
  const std::int64_t others = stats.frames - (stats.keyframe_bytes > 0 ? 1 : 0);
  const bool frozen =
      others > 0 && stats.bytes - stats.keyframe_bytes < others * kFrozenBytesPerFrame;
  seconds_frozen_ = frozen ? seconds_frozen_ + 1 : 0;
  judge();
}

void CameraHealth::fail(std::string problem) { problem_ = std::move(problem); }

void CameraHealth::judge() {
  if (seconds_silent_ >= kSecondsOfTrouble) {
    problem_ = "no frames";
  } else if (seconds_dark_ >= kSecondsOfTrouble) {
    problem_ = "dark";
  } else if (seconds_frozen_ >= kSecondsOfTrouble) {
    problem_ = "frozen";
  } else if (problem_ == "no frames" || problem_ == "dark" || problem_ == "frozen") {
    problem_.clear();
  }
}

}  // namespace tally::device
