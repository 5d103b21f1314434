// Reads a video (or a still) through a child process, tally-decoder, that alone links FFmpeg and
// runs under seccomp, Landlock and resource limits. The child gets an open file descriptor, never a
// path; frames come back through sealed shared memory; every size, index and time it reports is
// checked here again.
//
// Ownership: a VideoReader owns its child; destroying it ends the child and reaps it. One thread at
// a time. Errors: MediaError below, always about this file alone: a child that dies, hangs or lies
// ends this reader and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "perception/media/frame.hpp"

namespace tally::media {

enum class MediaError : std::uint8_t {
  kNotFound,          // No such file.
  kUnreadable,        // It exists and can't be read: permissions, a folder, an I/O error.
  kEmpty,             // Zero bytes.
  kNotVideo,          // No container or picture that tally reads.
  kNoVideoTrack,      // A container with no video track (audio only).
  kUnsupportedCodec,  // A video track in a codec outside kVideoCodecs.
  kNoFrames,          // A video track from which no frame could be decoded.
  kTruncated,         // The file ends before its container says it does.
  kCorrupt,           // Data that can't be decoded, or timestamps that make no sense.
  kTooLarge,          // Over one of the limits below.
  kTooSmall,          // Under kWidthMin x kHeightMin: nothing can be seen in it.
  kDecoderMissing,    // The tally-decoder program is not beside tally.
  kDecoderFailed,     // The decoder process could not be started, died, or broke the protocol.
  kDecoderHung,       // The decoder process said nothing for Limits::silence_max.
  kOutput,            // A clip could not be written.
};
[[nodiscard]] ErrorCode code_of(MediaError error);

inline constexpr int kWidthMin = 16;
inline constexpr int kHeightMin = 16;
inline constexpr int kWidthMax = 4096;
inline constexpr int kHeightMax = 2304;      // A picture may also stand upright: 2304 x 4096.
inline constexpr int kStillWidthMax = 8192;  // A phone's 48 megapixels; upright likewise.
inline constexpr int kStillHeightMax = 6144;
inline constexpr int kFramesPerSecondMax = 120;
inline constexpr std::chrono::minutes kDurationMax{10};

struct VideoInfo {
  int width = 0;
  int height = 0;
  double frames_per_second = 0;         // Average as the container says; 0 if it does not.
  std::optional<SessionTime> duration;  // As the container says, if it does.
  std::string codec;                    // "h264", "hevc", "vp9", "mjpeg", "png"
  bool still = false;
};

struct ReaderOptions {
  std::filesystem::path decoder{};  // Empty: tally-decoder beside the running program.
  std::chrono::milliseconds silence_max{10'000};  // A decoder silent for so long is ended.
  int slots = 8;                                  // Frames in shared memory, 2 to 64; a still: 2.
  bool skip_loop_filter = false;  // Decode shortcut: faster, slightly different pixels.
};

class VideoReader {
 public:
  // Opens `path`, starts the child and reads the head of the file.
  static Result<std::unique_ptr<VideoReader>> open(const std::filesystem::path& path,
                                                   ReaderOptions options = {});
  virtual ~VideoReader() = default;

  [[nodiscard]] virtual const VideoInfo& info() const = 0;

  // The next frame in presentation order, std::nullopt after the last. Blocks while every slot is
  // held by Frames not yet released, so hold at most ReaderOptions::slots - 2 of them. A damaged or
  // truncated file yields its good frames first, then the error.
  virtual Result<std::optional<Frame>> next() = 0;
};

// Reads a file while another thread writes it: fragmented MP4 (ISO/IEC 14496-12), index first, as
// cameras stream it. Frames are those that the whole file gives; next() waits where the file does
// not reach yet, and info() is empty before the first frame. How the bytes arrived changes nothing.
class GrowingReader : public VideoReader {
 public:
  // The file exists, perhaps empty. Errors: as VideoReader::open, but for kEmpty and what only its
  // bytes tell, which next() tells.
  static Result<std::unique_ptr<GrowingReader>> open(const std::filesystem::path& path,
                                                     ReaderOptions options = {});

  // The file's first `bytes` bytes can be read and will not change. Any thread; a smaller number
  // than before is no news. finish(): there will be no more.
  virtual void grow(std::int64_t bytes) = 0;
  virtual void finish(std::int64_t bytes) = 0;
};

}  // namespace tally::media
