// Cuts clips out of a video by copying its compressed pictures into MP4, moov box first. Each order
// of the reader brings a descriptor to write to; see clip_writer.hpp for what a clip holds.
#pragma once

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/input.hpp"

namespace tally::media::decoder {

// Serves orders on `socket` until the reader closes it or an order fails.
void serve_clips(const Input& input, int socket);

}  // namespace tally::media::decoder
