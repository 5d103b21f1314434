// Cuts evidence out of a video: the seconds around an event, as a small MP4 that browsers play.
//
// The compressed pictures are copied, not encoded again: the clip is the evidence, bit for bit, and
// costs next to nothing. It starts at the key frame before `begin`; an edit list makes players
// start at `begin`. Codecs that browsers do not play (mjpeg, hevc) are copied just the same. The
// cutting is done by tally-decoder in its sandbox, which writes to a file descriptor that this side
// opened.
#pragma once

#include <filesystem>
#include <span>

#include "base/error.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::media {

struct ClipRange {
  SessionTime begin{0};  // Relative to the first frame, as in Frame::time; clamped to the video.
  SessionTime end{0};
};

// Writes `source`'s pictures of `range` to `destination`, which appears complete, by rename, or not
// at all. An existing file is replaced. Errors: MediaError.
Result<void> cut_clip(const std::filesystem::path& source, ClipRange range,
                      const std::filesystem::path& destination, const ReaderOptions& options = {});

struct Clip {
  ClipRange range;
  std::filesystem::path destination;
};

// Several clips of one video by one decoder process, whose start costs far more than a clip does.
// Stops at the first error; clips already in place stay. Errors: MediaError.
Result<void> cut_clips(const std::filesystem::path& source, std::span<const Clip> clips,
                       const ReaderOptions& options = {});

}  // namespace tally::media
