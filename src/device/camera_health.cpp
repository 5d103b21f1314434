#include "device/camera_health.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tally::device {
namespace {

constexpr std::array<std::string_view, 5> kProblems{"no frames", "dark", "too bright", "blank",
                                                    "frozen"};

void count(int& seconds, bool is_so) { seconds = is_so ? seconds + 1 : 0; }

}  // namespace

void CameraHealth::start() { *this = CameraHealth(); }

void CameraHealth::take(const CameraStats& stats) {
  if (stats.keyframe_bytes > 0) last_key_blank_ = stats.keyframe_bytes < kBlankKeyframeBytes;
  const bool sees = stats.frames > 0;
  count(seconds_silent_, !sees);
  count(seconds_dark_, sees && stats.luma && *stats.luma < kDarkLuma);
  count(seconds_bright_, sees && stats.luma && *stats.luma > kBrightLuma);
  count(seconds_blank_, sees && !stats.luma && last_key_blank_);
  // The key frame is large also where nothing moves.
  const std::int64_t others = stats.frames - (stats.keyframe_bytes > 0 ? 1 : 0);
  count(seconds_frozen_,
        others > 0 && stats.bytes - stats.keyframe_bytes < others * kFrozenBytesPerFrame);
  judge();
}

void CameraHealth::fail(std::string problem) { problem_ = std::move(problem); }

void CameraHealth::look(const CameraStats& stats) {
  CameraHealth now;
  for (int second = 0; second < kSecondsOfTrouble; ++second) now.take(stats);
  if (now.problem_ != problem_) problem_.clear();
}

// In the order of kProblems: the first one says most.
void CameraHealth::judge() {
  const std::array seconds{seconds_silent_, seconds_dark_, seconds_bright_, seconds_blank_,
                           seconds_frozen_};
  static_assert(seconds.size() == kProblems.size());
  const auto* const found =
      std::ranges::find_if(seconds, [](int lasts) { return lasts >= kSecondsOfTrouble; });
  if (found != seconds.end()) {
    problem_ = kProblems[static_cast<std::size_t>(found - seconds.begin())];
  } else if (std::ranges::find(kProblems, problem_) != kProblems.end()) {
    problem_.clear();
  }
}

}  // namespace tally::device
