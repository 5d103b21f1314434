// All cameras of one session while they record: their streams, cut into segments that are written
// to disk and hashed on the cameras' threads.
//
// What happens is told on the loop's thread. Ownership: destroying it ends all cameras at once and
// waits for them; nothing more is told then.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/device_link.hpp"
#include "device/camera.hpp"
#include "device/footage.hpp"
#include "device/loop.hpp"

namespace tally::device {

struct SessionRecordingEvents {
  // Every camera has begun, or won't; or some took too long.
  std::function<void(std::vector<link::CameraStart>)> on_begun;
  std::function<void(const std::string& camera, Segment)> on_segment;  // In each camera's order.
  std::function<void(const std::string& camera, const CameraStats&)> on_stats;
  std::function<void(const std::string& camera, std::string problem)> on_problem;
  std::function<void()> on_all_ended;  // Last: no camera gives anything more.
};

struct SessionRecordingPlan {
  SessionId session;
  std::size_t clip = 0;
  Duration segment_length{1'000};
  std::int64_t first_segment = 1;
  std::function<std::filesystem::path(const std::string& camera, std::int64_t number)> file_of;
};

class SessionRecording {
 public:
  SessionRecording(Loop& loop, SessionRecordingPlan plan, SessionRecordingEvents events);
  SessionRecording(const SessionRecording&) = delete;
  SessionRecording& operator=(const SessionRecording&) = delete;
  ~SessionRecording();

  void start(const std::vector<std::unique_ptr<Camera>>& cameras);
  void stop();
  [[nodiscard]] const SessionId& session() const { return plan_.session; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool told_begun() const { return told_begun_; }

 private:
  struct Track;
  void start_camera(Camera& camera);
  RecordingEvents events_for(const std::shared_ptr<Track>& track);
  void tell(std::function<void()> what);
  void look_whether_begun(bool waited);
  void look_whether_ended();

  Loop& loop_;
  SessionRecordingPlan plan_;
  SessionRecordingEvents events_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<std::shared_ptr<Track>> tracks_;
  bool told_begun_ = false;
  bool ended_ = false;
};

}  // namespace tally::device
