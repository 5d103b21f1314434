// Cameras that are recorded by tally-recorder, a child process for each recording, so that nothing
// here touches a video's bytes but to cut and hash them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/camera.hpp"
#include "device/config.hpp"

namespace tally::device {

// tally-recorder beside the running program.
[[nodiscard]] std::filesystem::path recorder_program();

// `folders`: those of a virtual cabinet, for kFile.
[[nodiscard]] std::unique_ptr<Camera> make_camera(const CameraConfig& config,
                                                  const std::optional<VirtualConfig>& clips,
                                                  std::filesystem::path program);

// A line of a recorder's standard error: "stat frames=30 bytes=51234 key=10422 luma=87.5".
[[nodiscard]] std::optional<CameraStats> parse_stats(std::string_view line);

}  // namespace tally::device
