#include "device/recorder/play.hpp"

#include <unistd.h>

#include <cerrno>

#include "device/recorder/output.hpp"

namespace tally::device::recorder {
namespace {

int read_input(void* opaque, std::uint8_t* buffer, int size) {
  const int fd = *static_cast<int*>(opaque);
  while (true) {
    const ssize_t got = ::read(fd, buffer, static_cast<std::size_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return AVERROR(errno);
    return got == 0 ? AVERROR_EOF : static_cast<int>(got);
  }
}

std::int64_t seek_input(void* opaque, std::int64_t offset, int whence) {
  if (whence == AVSEEK_SIZE) return AVERROR(ENOSYS);
  return ::lseek(*static_cast<int*>(opaque), offset, whence & ~AVSEEK_FORCE);
}

struct Clip {
  Owned<AVIOContext> io;
  Owned<AVFormatContext> format;
  const AVStream* track = nullptr;
};

Outcome<Clip> open_clip(int& input) {
  Clip clip;
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
  clip.io = owned(
      avio_alloc_context(buffer, kIoBufferBytes, 0, &input, &read_input, nullptr, &seek_input));
  auto* format = avformat_alloc_context();
  if (format == nullptr) throw std::bad_alloc();
  format->pb = clip.io.get();
  // On failure the context is freed.
  if (avformat_open_input(&format, "", av_find_input_format("mp4"), nullptr) < 0) {
    return std::unexpected("is no MP4 that can be read");
  }
  clip.format.reset(format);
  const int track = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (track < 0) return std::unexpected("has no video track");
  clip.track = format->streams[track];
  return clip;
}

class Player {
 public:
  Player(Clip& clip, Output& output, const PlayOptions& options)
      : clip_(clip), output_(output), begin_us_(monotonic_us() + options.start_us) {}

  // Once through; false: the agent wants the end.
  Outcome<bool> play_once() {
    const auto packet = owned(av_packet_alloc());
    std::int64_t first = AV_NOPTS_VALUE;
    std::int64_t end = 0;
    while (av_read_frame(clip_.format.get(), packet.get()) >= 0) {
      if (packet->stream_index == clip_.track->index && packet->dts != AV_NOPTS_VALUE) {
        if (first == AV_NOPTS_VALUE) first = packet->dts;
        end = std::max(end, packet->dts - first + packet->duration);
        packet->dts += offset_ - first;
        packet->pts += offset_ - first;
        const std::int64_t due = av_rescale_q(packet->dts, clip_.track->time_base, kMicroseconds);
        if (!wait_until(begin_us_ + due)) return false;
        if (auto done = output_.write(*packet); !done) return std::unexpected(done.error());
      }
      av_packet_unref(packet.get());
    }
    if (end == 0) return std::unexpected("has no pictures");
    offset_ += end;
    return true;
  }

 private:
  Clip& clip_;
  Output& output_;
  std::int64_t begin_us_;
  std::int64_t offset_ = 0;  // Of this time through, in the track's time base.
};

}  // namespace

Outcome<void> play(int input, const PlayOptions& options) {
  auto clip = open_clip(input);
  if (!clip) return std::unexpected(clip.error());
  auto output = Output::open(*clip->track->codecpar, clip->track->time_base);
  if (!output) return std::unexpected(output.error());
  Player player(*clip, *output, options);
  auto played = player.play_once();
  while (played && *played && options.loop) {
    if (av_seek_frame(clip->format.get(), clip->track->index, 0, AVSEEK_FLAG_BACKWARD) < 0) {
      return std::unexpected("can't be played from its begin again");
    }
    played = player.play_once();
  }
  if (!played) return std::unexpected(played.error());
  return output->finish();
}

}  // namespace tally::device::recorder
