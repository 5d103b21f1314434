// Opens FFmpeg's own decoder for a codec: one thread, nothing chosen by FFmpeg, pictures within the
// limits.
#pragma once

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {

struct CodecSetup {
  protocol::Codec codec = protocol::Codec::kH264;
  const AVCodecParameters* parameters = nullptr;  // Null for stills.
  AVRational time_base{1, 1};
  bool skip_loop_filter = false;
};

// Errors: kUnsupportedCodec (this FFmpeg was built without it), kCorrupt (its head can't be read).
Outcome<Owned<AVCodecContext>> open_codec(const CodecSetup& setup);

// kTooLarge, kTooSmall, or nothing.
Outcome<void> check_size(std::int64_t width, std::int64_t height,
                         protocol::PictureKind kind = protocol::PictureKind::kVideo);

// Whether a decoded picture is what was recorded, not what the decoder made up over a gap.
[[nodiscard]] bool is_sound(const AVFrame& picture);

}  // namespace tally::media::decoder
