#include "perception/media/decoder/clip_mux.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "perception/media/decoder/codec.hpp"

namespace tally::media::decoder {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;
// Sample tables take at most 44 bytes a picture; the rest of the moov box is small and fixed.
constexpr std::size_t kMoovBytesPerPacket = 48;
constexpr std::size_t kMoovBytesFixed = 8192;

std::unexpected<Failure> refused(const char* why) {
  return failed(MediaError::kOutput, fmt::format("a clip of it can't be written: {}", why));
}

struct Sink {
  int fd = -1;
  int error = 0;  // errno of the first write that failed.
};

int write_bytes(void* opaque, std::uint8_t* bytes, int size) {
  auto& sink = *static_cast<Sink*>(opaque);
  for (int done = 0; done < size;) {
    const ssize_t written = ::write(sink.fd, bytes + done, static_cast<std::size_t>(size - done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      sink.error = errno;
      return AVERROR(errno);
    }
    done += static_cast<int>(written);
  }
  return size;
}

std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence) {
  if (whence == AVSEEK_SIZE) return AVERROR(ENOSYS);
  return ::lseek(static_cast<Sink*>(opaque)->fd, offset, whence & ~AVSEEK_FORCE);
}

struct FreeOutput {
  void operator()(AVFormatContext* format) const { avformat_free_context(format); }
};

// MP4 describes VP9's pixel format in its head, which WebM leaves to the pictures themselves.
void learn_pixel_format(const Demuxer& source, const AVPacket& key, AVCodecParameters& parameters) {
  if (parameters.format != AV_PIX_FMT_NONE || source.codec() != protocol::Codec::kVp9) return;
  const auto codec = open_codec({.codec = source.codec(), .parameters = &parameters});
  if (!codec) return;
  const auto picture = owned(av_frame_alloc());
  if (avcodec_send_packet(codec->get(), &key) < 0) return;
  if (avcodec_receive_frame(codec->get(), picture.get()) < 0) return;
  parameters.format = picture->format;
  parameters.profile = (*codec)->profile;
}

Outcome<void> describe_track(const Demuxer& source, const AVPacket& key, AVStream& track) {
  const AVStream& origin = source.stream();
  if (avcodec_parameters_copy(track.codecpar, origin.codecpar) < 0) throw std::bad_alloc();
  track.codecpar->codec_tag =
      source.codec() == protocol::Codec::kHevc ? MKTAG('h', 'v', 'c', '1') : 0;
  track.time_base = origin.time_base;
  track.avg_frame_rate = origin.avg_frame_rate;
  track.sample_aspect_ratio = origin.sample_aspect_ratio;
  learn_pixel_format(source, key, *track.codecpar);
  std::size_t size = 0;
  const std::uint8_t* matrix = av_stream_get_side_data(&origin, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (matrix != nullptr) {
    std::uint8_t* copy = av_stream_new_side_data(&track, AV_PKT_DATA_DISPLAYMATRIX, size);
    if (copy == nullptr) throw std::bad_alloc();
    std::copy_n(matrix, size, copy);
  }
  return {};
}

Outcome<void> write_head(AVFormatContext& output, const Selection& selection) {
  const auto extra = static_cast<std::size_t>(output.streams[0]->codecpar->extradata_size);
  const std::size_t moov = kMoovBytesFixed + extra + kMoovBytesPerPacket * selection.packets.size();
  AVDictionary* options = nullptr;
  av_dict_set_int(&options, "moov_size", static_cast<std::int64_t>(moov), 0);
  av_dict_set_int(&options, "use_editlist", 1, 0);
  const int status = avformat_write_header(&output, &options);
  av_dict_free(&options);
  if (status < 0) return refused("MP4 can't hold its video track");
  return {};
}

// Pictures before the begin get negative times: MP4's edit list skips them.
Outcome<void> write_packets(AVFormatContext& output, Selection& selection, AVRational time_base) {
  for (const auto& packet : selection.packets) {
    packet->stream_index = 0;
    packet->pts -= selection.begin;
    packet->dts -= selection.begin;
    packet->pos = -1;
    av_packet_rescale_ts(packet.get(), time_base, output.streams[0]->time_base);
    if (av_write_frame(&output, packet.get()) < 0) return refused("MP4 can't hold its pictures");
  }
  if (av_write_trailer(&output) < 0) return refused("its index can't be written");
  return {};
}

}  // namespace

Outcome<void> mux_clip(const Demuxer& source, Selection& selection, int fd) {
  AVFormatContext* raw = nullptr;
  if (avformat_alloc_output_context2(&raw, nullptr, "mp4", nullptr) < 0) throw std::bad_alloc();
  Sink sink{fd, 0};
  auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
  if (buffer == nullptr) throw std::bad_alloc();
  const auto io = owned(
      avio_alloc_context(buffer, kIoBufferBytes, 1, &sink, nullptr, &write_bytes, &seek_bytes));
  const std::unique_ptr<AVFormatContext, FreeOutput> output(raw);
  output->pb = io.get();
  output->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  AVStream* track = avformat_new_stream(output.get(), nullptr);
  if (track == nullptr) throw std::bad_alloc();
  auto written = describe_track(source, *selection.packets.front(), *track);
  if (written) written = write_head(*output, selection);
  if (written) written = write_packets(*output, selection, source.stream().time_base);
  avio_flush(io.get());
  if (sink.error != 0) return refused(std::strerror(sink.error));
  if (written && io->error < 0) return refused("writing stopped half way");
  return written;
}

}  // namespace tally::media::decoder
