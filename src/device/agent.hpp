// The agent that runs in a cabinet: carries out what the pure machine (cabinet.hpp) decides, with
// lock, door, cameras, disk, network and screen.
//
// Everything happens on the thread that calls run_for(), but the reading of cameras and what the
// HTTP client and the screen's server do on threads of their own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "device/backoff.hpp"
#include "device/camera.hpp"
#include "device/camera_looks.hpp"
#include "device/config.hpp"
#include "device/key_file.hpp"
#include "device/lock.hpp"
#include "device/loop.hpp"
#include "device/memory.hpp"
#include "device/shelf.hpp"
#include "device/world.hpp"

namespace tally::device {

struct AgentOptions {
  Config config;
  std::string version;             // Of the software, for the gateway.
  std::filesystem::path recorder;  // Empty: recorder_program().
  Backoff reconnect{};
  Backoff retry{};                             // Of uploads.
  CameraLookTimes looks{};                     // Between sessions.
  std::function<void(std::string_view)> tell;  // One line about what happens.
  ReadShelf read_shelf{};                      // Free play needs it.
};

class Agent {
 public:
  // Reads what is remembered, and begins. Errors: DeviceError, FileError, HttpError.
  static Result<std::unique_ptr<Agent>> start(AgentOptions options, World& world);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  // Works; returns early when `done`.
  void run_for(Duration time, const std::function<bool()>& done = {});

  [[nodiscard]] std::optional<std::uint16_t> screen_port() const;
  [[nodiscard]] const Cabinet& cabinet() const;
  [[nodiscard]] std::int64_t waiting_bytes() const;
  [[nodiscard]] bool online() const;
  // The simulated lock and door, or null.
  [[nodiscard]] SimulatedLock* simulated();

 private:
  class Impl;
  explicit Agent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tally::device
