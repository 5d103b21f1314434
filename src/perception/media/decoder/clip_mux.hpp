// Writes selected packets as MP4 (ISO/IEC 14496-12): one video track, moov box before the pictures,
// an edit list that makes players start where the clip begins. The same input gives the same bytes.
#pragma once

#include "perception/media/decoder/clip_select.hpp"
#include "perception/media/decoder/demuxer.hpp"
#include "perception/media/decoder/failure.hpp"

namespace tally::media::decoder {

// Writes to `fd` from its start. Consumes the packets' time stamps. Errors: kOutput.
Outcome<void> mux_clip(const Demuxer& source, Selection& selection, int fd);

}  // namespace tally::media::decoder
