// A camera, as a source of one recording after another. Drivers: recorder_camera.hpp, and those of
// tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "device/camera_health.hpp"

namespace tally::device {

// What is heard of a recording, on a thread of its own, one call at a time.
struct RecordingEvents {
  // First: when the first frame comes, on the session's clock, which begins when the recordings do.
  std::function<void(std::int64_t start_ms)> on_start;
  std::function<void(std::span<const std::byte>)> on_bytes;  // Fragmented MP4.
  std::function<void(const CameraStats&)> on_stats;          // About each second.
  // Last, once: there is no more. What was wrong, or "".
  std::function<void(std::string problem)> on_end;
};

class Recording {
 public:
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  virtual ~Recording() = default;  // At once, and waits for the thread.

  // Asks for the end; what was recorded still comes, and then on_end.
  virtual void stop() = 0;
};

class Camera {
 public:
  Camera() = default;
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;
  virtual ~Camera() = default;

  [[nodiscard]] virtual const std::string& id() const = 0;
  // `clip`: which of its clips a file camera plays. Errors: DeviceError::kRecorder; then nothing
  // is heard.
  virtual Result<std::unique_ptr<Recording>> record(std::size_t clip, RecordingEvents events) = 0;
};

}  // namespace tally::device
