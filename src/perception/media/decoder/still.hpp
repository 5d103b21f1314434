// Decodes one JPEG or PNG picture to RGB, Exif orientation applied. The whole file is one packet
// for the decoder; no demuxer is involved. Errors: kTruncated, kCorrupt, kTooLarge, kTooSmall.
#pragma once

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/frame_link.hpp"
#include "perception/media/decoder/input.hpp"

namespace tally::media::decoder {

inline constexpr std::int64_t kStillBytesMax = 64LL * 1024 * 1024;

Outcome<void> decode_still(const Input& input, Signature signature, FrameLink& link);

}  // namespace tally::media::decoder
