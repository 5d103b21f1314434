// Fragmented MP4 on standard output (ISO/IEC 14496-12; movie fragments relative to themselves), and
// a line of statistics each second on standard error:
//
//   stat frames=30 bytes=51234 key=10422 luma=87.5
//
// luma is "-" where nobody looked at pictures.
#pragma once

#include "device/recorder/media.hpp"

namespace tally::device::recorder {

class Output {
 public:
  static Outcome<Output> open(const AVCodecParameters& track, AVRational time_base);

  // A packet with times in `time_base`, in the order of decoding. Whole fragments are written when
  // half a second is full.
  Outcome<void> write(AVPacket& packet);
  Outcome<void> finish();
  void saw_luma(double mean) { luma_ = mean; }

 private:
  struct FreeOutput {
    void operator()(AVFormatContext* format) const { avformat_free_context(format); }
  };
  Output() = default;
  Outcome<void> flush();
  void count(const AVPacket& packet, std::int64_t time_us);

  Owned<AVIOContext> io_;  // Outlives format_.
  std::unique_ptr<AVFormatContext, FreeOutput> format_;
  AVRational time_base_{};
  std::int64_t fragment_begin_us_ = 0;
  std::int64_t second_begin_us_ = 0;
  bool any_ = false;
  std::int64_t frames_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t key_bytes_ = 0;
  double luma_ = -1;
};

}  // namespace tally::device::recorder
