// FFmpeg's handles with owners, and what every part of tally-recorder shares. Included by its
// sources only.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <expected>
#include <memory>
#include <new>
#include <string>

namespace tally::device::recorder {

struct FreeAv {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeAv>;

// Out of memory ends the recorder as it ends any program; the agent tells of its death.
template <typename T>
[[nodiscard]] Owned<T> owned(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return Owned<T>(pointer);
}

// What went wrong, for a person.
template <typename T>
using Outcome = std::expected<T, std::string>;

inline constexpr int kIoBufferBytes = 64 * 1024;
inline constexpr std::int64_t kMicrosecond = 1'000'000;
inline constexpr AVRational kMicroseconds{1, kMicrosecond};
inline constexpr std::int64_t kFragmentUs = kMicrosecond / 2;

// Waits until `due` on the monotonic clock, in microseconds. False: the agent wants the end, or is
// gone: it holds the other end of standard input.
[[nodiscard]] bool wait_until(std::int64_t due_us);
[[nodiscard]] std::int64_t monotonic_us();

}  // namespace tally::device::recorder
