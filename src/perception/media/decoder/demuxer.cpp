#include "perception/media/decoder/demuxer.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <limits>

namespace tally::media::decoder {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;
constexpr unsigned kStreamsMax = 64;

int refuse_external(AVFormatContext* /*format*/, AVIOContext** /*io*/, const char* /*url*/,
                    int /*flags*/, AVDictionary** /*options*/) {
  return AVERROR(EPERM);
}

Failure not_readable(const Extent& extent, Signature signature) {
  if (signature == Signature::kMp4 && !extent.has_index) {
    return {MediaError::kTruncated,
            "cut off: its index (moov box) is missing, so no picture can be found in it; copy or "
            "record it again"};
  }
  if (extent.truncated) {
    return {MediaError::kTruncated, "cut off within its head; copy or record it again"};
  }
  return {MediaError::kCorrupt, "its container can't be read; copy or record it again"};
}

bool is_picture_track(const AVStream& stream) {
  constexpr int kCovers = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS;
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && (stream.disposition & kCovers) == 0;
}

// Default tracks first, then readable ones, then large ones.
std::int64_t rank(const AVStream& stream) {
  const std::int64_t area = std::int64_t{stream.codecpar->width} * stream.codecpar->height;
  const std::int64_t readable = codec_of(stream.codecpar->codec_id) ? 1 : 0;
  const std::int64_t preferred = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0 ? 1 : 0;
  return readable << 62 | preferred << 61 | (area & ((std::int64_t{1} << 60) - 1));
}

}  // namespace

std::optional<protocol::Codec> codec_of(AVCodecID id) {
  switch (id) {
    case AV_CODEC_ID_H264:
      return protocol::Codec::kH264;
    case AV_CODEC_ID_HEVC:
      return protocol::Codec::kHevc;
    case AV_CODEC_ID_VP9:
      return protocol::Codec::kVp9;
    case AV_CODEC_ID_MJPEG:
      return protocol::Codec::kMjpeg;
    default:
      return std::nullopt;
  }
}

int Demuxer::read_bytes(void* opaque, std::uint8_t* buffer, int size) {
  auto& source = *static_cast<Source*>(opaque);
  const std::int64_t got = source.input->read_some(
      source.position, std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size))));
  if (got < 0) return AVERROR(EIO);
  if (got == 0) return AVERROR_EOF;
  source.position += got;
  return static_cast<int>(got);
}

std::int64_t Demuxer::seek_bytes(void* opaque, std::int64_t offset, int whence) {
  auto& source = *static_cast<Source*>(opaque);
  if (whence == AVSEEK_SIZE) return source.input->size();
  std::int64_t base = 0;
  if ((whence & ~AVSEEK_FORCE) == SEEK_CUR) base = source.position;
  if ((whence & ~AVSEEK_FORCE) == SEEK_END) base = source.input->size();
  std::int64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return AVERROR(EINVAL);
  source.position = target;
  return target;
}

Outcome<Demuxer> Demuxer::open(const Input& input, Signature signature) {
  Demuxer demuxer(input);
  // A growing file's is known at its end only.
  if (!input.growing()) demuxer.extent_ = extent_of(input, signature);
  demuxer.signature_ = signature;
  if (auto opened = demuxer.open_container(signature); !opened) {
    return std::unexpected(opened.error());
  }
  if (auto chosen = demuxer.choose_track(); !chosen) return std::unexpected(chosen.error());
  if (auto within = demuxer.check_limits(); !within) return std::unexpected(within.error());
  return demuxer;
}

Outcome<void> Demuxer::open_container(Signature signature) {
  if (signature == Signature::kMp4 && !extent_.has_index) {
    return std::unexpected(not_readable(extent_, signature));
  }
  auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
  if (buffer == nullptr) throw std::bad_alloc();
  // Without seeking, what is read is the same whether the file is whole yet or not.
  io_ = owned(avio_alloc_context(buffer, kIoBufferBytes, 0, source_.get(), &read_bytes, nullptr,
                                 source_->input->growing() ? nullptr : &seek_bytes));
  AVFormatContext* format = owned(avformat_alloc_context()).release();
  format->pb = io_.get();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = &refuse_external;
  format->max_streams = static_cast<int>(kStreamsMax);
  const AVInputFormat* kind =
      av_find_input_format(signature == Signature::kMp4 ? "mov" : "matroska");
  // On failure avformat_open_input frees the context itself.
  if (avformat_open_input(&format, "", kind, nullptr) < 0) {
    return std::unexpected(not_readable(extent_, signature));
  }
  format_ = owned(format);
  return {};
}

Outcome<void> Demuxer::choose_track() {
  for (unsigned index = 0; index < format_->nb_streams; ++index) {
    AVStream* stream = format_->streams[index];
    stream->discard = AVDISCARD_ALL;
    if (!is_picture_track(*stream)) continue;
    if (stream_ == nullptr || rank(*stream) > rank(*stream_)) stream_ = stream;
  }
  if (stream_ == nullptr) {
    return failed(MediaError::kNoVideoTrack, "has no video track; give a file with pictures in it");
  }
  const auto codec = codec_of(stream_->codecpar->codec_id);
  if (!codec) {
    return failed(MediaError::kUnsupportedCodec,
                  fmt::format("its video is in codec '{}'; tally reads h264, hevc, vp9 and mjpeg: "
                              "convert it with ffmpeg",
                              avcodec_get_name(stream_->codecpar->codec_id)));
  }
  codec_ = *codec;
  stream_->discard = AVDISCARD_DEFAULT;
  return {};
}

Outcome<void> Demuxer::check_limits() const {
  const auto claimed = duration();
  // A second more than the limit is left to the frames' own times to judge.
  if (claimed && *claimed > kDurationMax + std::chrono::seconds(1)) {
    return failed(MediaError::kTooLarge, fmt::format("{:.0f} s long, over the limit of {} minutes; "
                                                     "cut it",
                                                     to_seconds(*claimed), kDurationMax.count()));
  }
  return {};
}

Outcome<bool> Demuxer::read(AVPacket& packet) {
  while (true) {
    const int status = av_read_frame(format_.get(), &packet);
    if (status < 0 && source_->input->growing()) {
      extent_ = extent_of(*source_->input, signature_);
    }
    if (status == AVERROR_EOF && extent_.truncated) return std::unexpected(damage());
    if (status == AVERROR_EOF) return false;
    if (status < 0) return std::unexpected(damage());
    if (packet.stream_index != stream_->index) {
      av_packet_unref(&packet);
      continue;
    }
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) return std::unexpected(damage());
    return true;
  }
}

Failure Demuxer::damage() const {
  bool cut = extent_.truncated;
  const int entries = avformat_index_get_entries_count(stream_);
  for (int index = 0; index < entries && !cut; ++index) {
    const AVIndexEntry* entry = avformat_index_get_entry(stream_, index);
    cut = entry->pos > source_->input->size() - entry->size;
  }
  if (cut) {
    return {MediaError::kTruncated,
            "cut off: it ends before its container says it does; copy or record it again"};
  }
  return {MediaError::kCorrupt,
          "damaged: pictures in it can't be decoded; copy or record it again"};
}

AVRational Demuxer::frame_rate() const {
  if (stream_->avg_frame_rate.num > 0 && stream_->avg_frame_rate.den > 0) {
    return stream_->avg_frame_rate;
  }
  if (stream_->nb_frames > 0 && stream_->duration > 0 && stream_->time_base.num > 0) {
    AVRational rate{};
    const AVRational seconds = stream_->time_base;
    constexpr std::int64_t kTermMax = 1'000'000;
    if (stream_->nb_frames <= std::numeric_limits<int>::max() &&
        stream_->duration < std::numeric_limits<std::int64_t>::max() / seconds.num) {
      const double value = static_cast<double>(stream_->nb_frames) /
                           (static_cast<double>(stream_->duration) * av_q2d(seconds));
      rate = av_d2q(value, static_cast<int>(kTermMax));
    }
    if (rate.num > 0 && rate.den > 0) return rate;
  }
  return {0, 1};
}

std::optional<SessionTime> Demuxer::duration() const {
  if (source_->input->growing()) return std::nullopt;  // It would be that of the first fragment.
  if (stream_->duration > 0 && stream_->time_base.num > 0) {
    return SessionTime(
        av_rescale_q(stream_->duration, stream_->time_base, AVRational{1, 1'000'000}));
  }
  if (format_->duration > 0) {
    return SessionTime(av_rescale(format_->duration, 1'000'000, AV_TIME_BASE));
  }
  return std::nullopt;
}

}  // namespace tally::media::decoder
