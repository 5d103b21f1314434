// Which files a virtual cabinet's cameras play: those of a session's folder, as its session.toml
// (docs/session.md) names them, or else <camera>.mp4.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::device {

struct Clip {
  std::filesystem::path file;
  std::int64_t start_ms = 0;  // Of its first frame, on the session's clock.
};

// Errors: DeviceError::kConfigValue where there is no clip of this camera; FileError.
Result<Clip> find_clip(const std::filesystem::path& folder, std::string_view camera);

// The same from a session.toml's text: nothing where it names none. Pure; takes any text.
[[nodiscard]] std::optional<Clip> clip_in(std::string_view text, std::string_view camera);

}  // namespace tally::device
