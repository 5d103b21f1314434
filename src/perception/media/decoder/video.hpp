// Decodes a video: demuxes, decodes in presentation order, places each frame in time, publishes it.
//
// A stream is taken from its first key frame on. What can't be decoded, and what a decoder had to
// conceal, ends the video: the good frames before it are published first. A picture size that
// changes on the way is an error (kCorrupt), because every later step counts on one geometry.
#pragma once

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/frame_link.hpp"
#include "perception/media/decoder/input.hpp"

namespace tally::media::decoder {

struct DecodeOptions {
  bool skip_loop_filter = false;
};

Outcome<void> decode_video(const Input& input, Signature signature, const DecodeOptions& options,
                           FrameLink& link);

}  // namespace tally::media::decoder
