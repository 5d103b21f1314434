// Finds the packets that a clip needs: from the key frame before its begin until its end.
//
// Ownership: borrows the demuxer, whose place it moves. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "perception/media/decoder/demuxer.hpp"
#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {

struct Selection {
  std::vector<Owned<AVPacket>> packets;  // In decoding order, the first a key frame; never empty.
  std::int64_t begin = 0;                // When the clip begins, in the stream's time base.
};

class ClipSelector {
 public:
  explicit ClipSelector(Demuxer& demuxer) : demuxer_(demuxer) {}

  // When the first frame is shown: time zero of every order. To be called once, first.
  // Errors: kNoFrames and those of Demuxer::read.
  Outcome<void> find_origin();

  // Times beyond the video's end select its last pictures. Errors: kNoFrames, kTooLarge, kCorrupt,
  // kTruncated.
  Outcome<Selection> select(const protocol::Cut& order);

 private:
  [[nodiscard]] std::int64_t in_ticks(std::int64_t us) const;
  Outcome<void> seek_before(std::int64_t begin);
  bool seek(std::int64_t target);
  Outcome<void> collect(Selection& selection, std::int64_t end);

  Demuxer& demuxer_;
  std::int64_t origin_ = 0;
};

}  // namespace tally::media::decoder
