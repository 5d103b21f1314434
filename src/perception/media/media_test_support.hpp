// What media tests share: a folder that goes away, input made by the ffmpeg program, whole videos
// read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/temporary_folder.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::media::testing {

class TemporaryFolder : public tally::TemporaryFolder {
 public:
  // Runs ffmpeg with these arguments in the folder and checks that it succeeds.
  void ffmpeg(const std::string& arguments) const;
};

[[nodiscard]] std::string contents(const std::filesystem::path& path);
void write_contents(const std::filesystem::path& path, std::string_view bytes);

// The pixels of a frame without the gaps between rows, planes one after the other.
[[nodiscard]] std::string packed(const Frame& frame);

struct WholeVideo {
  VideoInfo info;
  std::vector<SessionTime> times;
  std::string pixels;  // All frames, packed; empty unless asked for.
  std::optional<Error> error;
};

enum class Pixels : std::uint8_t { kDrop, kKeep };

[[nodiscard]] WholeVideo read_whole(const std::filesystem::path& path,
                                    const ReaderOptions& options = {},
                                    Pixels pixels = Pixels::kDrop);

// "media.truncated", or "" where there was no error.
[[nodiscard]] std::string error_name(const WholeVideo& video);

// Of this process, without its nurseries, which end: open descriptors, and children not yet reaped.
[[nodiscard]] std::ptrdiff_t open_descriptors();
[[nodiscard]] bool has_children();

}  // namespace tally::media::testing
