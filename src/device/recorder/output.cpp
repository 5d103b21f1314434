#include "device/recorder/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace tally::device::recorder {
namespace {

int write_all(int fd, const std::uint8_t* bytes, int size) {
  for (int done = 0; done < size;) {
    const ssize_t written = ::write(fd, bytes + done, static_cast<std::size_t>(size - done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return AVERROR(errno);
    done += static_cast<int>(written);
  }
  return size;
}

int write_out(void* /*opaque*/, std::uint8_t* bytes, int size) {
  return write_all(STDOUT_FILENO, bytes, size);
}

}  // namespace

Outcome<Output> Output::open(const AVCodecParameters& track, AVRational time_base) {
  Output output;
  output.time_base_ = time_base;
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
  output.io_ =
      owned(avio_alloc_context(buffer, kIoBufferBytes, 1, nullptr, nullptr, &write_out, nullptr));
  AVFormatContext* made = nullptr;
  avformat_alloc_output_context2(&made, nullptr, "mp4", nullptr);
  if (made == nullptr) throw std::bad_alloc();
  output.format_.reset(made);
  made->pb = output.io_.get();
  AVStream* stream = avformat_new_stream(made, nullptr);
  if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, &track) < 0) {
    throw std::bad_alloc();
  }
  stream->codecpar->codec_tag = 0;
  stream->time_base = time_base;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer", 0);
  const int status = avformat_write_header(made, &options);
  av_dict_free(&options);
  if (status < 0) return std::unexpected("MP4 can't hold its video track");
  avio_flush(made->pb);
  return output;
}

Outcome<void> Output::write(AVPacket& packet) {
  const std::int64_t time_us = av_rescale_q(packet.dts, time_base_, kMicroseconds);
  if (!any_) fragment_begin_us_ = second_begin_us_ = time_us;
  if (any_ && time_us - fragment_begin_us_ >= kFragmentUs) {
    if (auto done = flush(); !done) return done;
    fragment_begin_us_ = time_us;
  }
  any_ = true;
  count(packet, time_us);
  packet.stream_index = 0;
  packet.pos = -1;
  av_packet_rescale_ts(&packet, time_base_, format_->streams[0]->time_base);
  if (av_write_frame(format_.get(), &packet) < 0) {
    return std::unexpected("MP4 can't hold its pictures, or nobody reads them");
  }
  return {};
}

Outcome<void> Output::flush() {
  if (av_write_frame(format_.get(), nullptr) < 0) return std::unexpected("nobody reads the video");
  avio_flush(format_->pb);
  if (format_->pb->error < 0) return std::unexpected("nobody reads the video");
  return {};
}

Outcome<void> Output::finish() {
  if (any_) {
    if (auto done = flush(); !done) return done;
  }
  if (av_write_trailer(format_.get()) < 0) return std::unexpected("nobody reads the video");
  avio_flush(format_->pb);
  return {};
}

void Output::count(const AVPacket& packet, std::int64_t time_us) {
  if (time_us - second_begin_us_ >= kMicrosecond) {
    const std::string luma = luma_ < 0 ? "-" : fmt::format("{:.1f}", luma_);
    const std::string line =
        fmt::format("stat frames={} bytes={} key={} luma={}\n", frames_, bytes_, key_bytes_, luma);
    static_cast<void>(write_all(STDERR_FILENO, reinterpret_cast<const std::uint8_t*>(line.data()),
                                static_cast<int>(line.size())));
    frames_ = bytes_ = key_bytes_ = 0;
    second_begin_us_ = time_us;
  }
  ++frames_;
  bytes_ += packet.size;
  if ((packet.flags & AV_PKT_FLAG_KEY) != 0) {
    key_bytes_ = std::max<std::int64_t>(key_bytes_, packet.size);
  }
}

}  // namespace tally::device::recorder
