#include "device/clips.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/toml_text.hpp"
#include "device/config.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {
namespace fs = std::filesystem;

constexpr std::int64_t kStartMsMax = 600'000;  // As on the device link.

}  // namespace

std::optional<Clip> clip_in(std::string_view text, std::string_view camera) {
  const auto root = read_toml(text);
  const toml::array* videos = root ? root->get_as<toml::array>("video") : nullptr;
  if (videos == nullptr) return std::nullopt;
  for (const toml::node& node : *videos) {
    const toml::table* video = node.as_table();
    if (video == nullptr || (*video)["camera"].value_or(std::string()) != camera) continue;
    const std::string file = (*video)["file"].value_or(std::string());
    const std::int64_t start = (*video)["start_ms"].value_or(std::int64_t{0});
    if (!file.empty()) return Clip{file, std::clamp(start, -kStartMsMax, kStartMsMax)};
  }
  return std::nullopt;
}

Result<Clip> find_clip(const fs::path& folder, std::string_view camera) {
  Clip clip{folder / (std::string(camera) + ".mp4"), 0};
  std::error_code ignored;
  if (fs::exists(folder / "session.toml", ignored)) {
    const auto text = read_file(folder / "session.toml", kConfigBytesMax);
    if (!text) return std::unexpected(text.error());
    if (auto named = clip_in(*text, camera)) clip = {folder / named->file, named->start_ms};
  }
  if (!fs::exists(clip.file, ignored)) {
    return fail(
        DeviceError::kConfigValue,
        fmt::format("{}: is not there, and camera {} is to play it", clip.file.string(), camera));
  }
  return clip;
}

}  // namespace tally::device
