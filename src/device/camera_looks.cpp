#include "device/camera_looks.hpp"

#include <atomic>
#include <utility>

namespace tally::device {

CameraLooks::CameraLooks(Loop& loop, const std::vector<std::unique_ptr<Camera>>& cameras,
                         CameraLookTimes times, CameraLookEvents events)
    : loop_(loop), cameras_(cameras), times_(times), events_(std::move(events)) {}

CameraLooks::~CameraLooks() {
  *alive_ = false;
  recording_.reset();
}

void CameraLooks::start() {
  loop_.post([this, alive = alive_] {
    if (*alive) begin_round();
  });
}

void CameraLooks::give_way() {
  if (!std::exchange(looking_, false)) return;
  ++looks_;
  recording_.reset();
  end_round();
}

void CameraLooks::begin_round() {
  if (cameras_.empty() || !events_.may_look()) return end_round();
  looking_ = true;
  look_at(0);
}

void CameraLooks::look_at(std::size_t camera) {
  camera_ = camera;
  const std::uint64_t look = ++looks_;
  const auto tell = [this, alive = alive_, look](const CameraStats* seen, std::string problem) {
    loop_.post([this, alive, look, seen = seen != nullptr ? *seen : CameraStats{},
                is_seen = seen != nullptr, problem = std::move(problem)] {
      if (*alive) settle(look, is_seen ? &seen : nullptr, problem);
    });
  };
  const auto came = std::make_shared<std::atomic<bool>>(false);
  RecordingEvents events{
      .on_start = [](std::int64_t) {},
      .on_bytes = [came](std::span<const std::byte> bytes) { *came = *came || !bytes.empty(); },
      .on_stats =
          [tell](const CameraStats& stats) {
            if (stats.frames > 0) tell(&stats, "");
          },
      // A clip may be over before anything was counted.
      .on_end =
          [tell, came](const std::string& problem) {
            CameraStats some;
            some.frames = 1;
            const bool good = problem.empty() && *came;
            tell(good ? &some : nullptr, problem.empty() ? "no frames" : problem);
          }};
  auto recording = cameras_[camera]->record(events_.clip(), std::move(events));
  if (!recording) return tell(nullptr, recording.error().message);
  recording_ = std::move(*recording);
  loop_.after(times_.patience, [tell] { tell(nullptr, "no frames"); });
}

// Only the first word of a look counts.
void CameraLooks::settle(std::uint64_t look, const CameraStats* seen, const std::string& problem) {
  if (!looking_ || look != looks_) return;
  recording_.reset();
  const std::string& camera = cameras_[camera_]->id();
  if (seen != nullptr) {
    events_.on_seen(camera, *seen);
  } else {
    events_.on_blind(camera, problem);
  }
  if (camera_ + 1 < cameras_.size()) return look_at(camera_ + 1);
  looking_ = false;
  end_round();
}

void CameraLooks::end_round() {
  loop_.after(events_.has_problems() ? times_.again : times_.every, [this, alive = alive_] {
    if (*alive) begin_round();
  });
}

}  // namespace tally::device
