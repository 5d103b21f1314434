#include "perception/media/decoder/video.hpp"

#include <optional>

#include "perception/media/decoder/codec.hpp"
#include "perception/media/decoder/demuxer.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/decoder/picture.hpp"
#include "perception/media/decoder/timeline.hpp"

namespace tally::media::decoder {
namespace {

std::int64_t frame_duration_us(AVRational rate) {
  return rate.num > 0 ? av_rescale(1'000'000, rate.den, rate.num) : 0;
}

Orientation orientation_of(const AVStream& stream) {
  std::size_t size = 0;
  const auto* matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size));
  return orientation_of_matrix(size >= 9 * sizeof(std::int32_t) ? matrix : nullptr);
}

class VideoDecoding {
 public:
  VideoDecoding(Demuxer& demuxer, Owned<AVCodecContext> codec, FrameLink& link)
      : demuxer_(demuxer),
        codec_(std::move(codec)),
        link_(link),
        orientation_(orientation_of(demuxer.stream())),
        timeline_({demuxer.stream().time_base.num, demuxer.stream().time_base.den},
                  frame_duration_us(demuxer.frame_rate())) {}

  Outcome<void> run() {
    const auto packet = owned(av_packet_alloc());
    bool begun = false;
    while (!damage_) {
      const auto more = demuxer_.read(*packet);
      if (!more) damage_ = more.error();
      if (!more || !*more) break;
      begun = begun || (packet->flags & AV_PKT_FLAG_KEY) != 0;
      const auto fed = begun ? feed(packet.get()) : Outcome<void>();
      if (!damage_) complete_until_ = packet->dts;
      av_packet_unref(packet.get());
      if (!fed) return fed;
    }
    if (auto flushed = feed(nullptr); !flushed) return flushed;
    if (damage_) return std::unexpected(*damage_);
    if (link_.frames() == 0) {
      return failed(MediaError::kNoFrames,
                    "has a video track without a picture in it; record it again");
    }
    return {};
  }

 private:
  // Null: no more packets; delivers what the decoder still holds. Damage in the data is noted; an
  // error is one that ends the video at once.
  Outcome<void> feed(const AVPacket* packet) {
    if (avcodec_send_packet(codec_.get(), packet) < 0) note_damage();
    while (true) {
      const int status = avcodec_receive_frame(codec_.get(), picture_.get());
      if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return {};
      if (status < 0) {
        note_damage();
        return {};
      }
      if (!is_sound(*picture_)) {
        note_damage();
        complete_until_ = AV_NOPTS_VALUE;
      }
      if (damage_ && !precedes_damage(*picture_)) return {};
      if (auto delivered = deliver(*picture_); !delivered) return delivered;
    }
  }

  // Pictures are decoded before they are shown: of those that a decoder still holds when the data
  // ends too early, some may belong behind one that is lost. All that was to be shown before the
  // last good packet was decoded is there.
  [[nodiscard]] bool precedes_damage(const AVFrame& picture) const {
    return complete_until_ != AV_NOPTS_VALUE && picture.pts != AV_NOPTS_VALUE &&
           picture.pts <= complete_until_;
  }

  void note_damage() {
    if (damage_) return;
    // A decoder refuses what is over its own limit without saying so.
    const auto size = check_size(codec_->width, codec_->height);
    damage_ = size || codec_->width == 0 ? demuxer_.damage() : size.error();
  }

  Outcome<void> deliver(const AVFrame& picture) {
    const PictureShape shape = shape_of(picture, PixelFormat::kI420, orientation_);
    if (!writer_) {
      if (auto begun = begin(shape); !begun) return begun;
    } else if (shape != writer_->shape()) {
      return failed(MediaError::kCorrupt,
                    "its picture size or colours change half way; convert it with ffmpeg");
    }
    std::optional<std::int64_t> stamp;
    if (picture.pts != AV_NOPTS_VALUE) stamp = picture.pts;
    const auto time_us = timeline_.place(stamp);
    if (!time_us) return std::unexpected(time_us.error());
    const std::uint32_t slot = link_.wait_for_slot();
    if (auto written = writer_->write(picture, link_.memory_of(slot)); !written) return written;
    link_.publish(slot, *time_us);
    return {};
  }

  Outcome<void> begin(const PictureShape& shape) {
    if (auto allowed = check_size(shape.width, shape.height); !allowed) return allowed;
    writer_.emplace(shape, orientation_);
    protocol::Hello hello;
    hello.width = static_cast<std::uint32_t>(shape.width);
    hello.height = static_cast<std::uint32_t>(shape.height);
    hello.format = static_cast<std::uint32_t>(shape.format);
    hello.matrix = static_cast<std::uint32_t>(shape.matrix);
    hello.range = static_cast<std::uint32_t>(shape.range);
    hello.codec = static_cast<std::uint32_t>(demuxer_.codec());
    const AVRational rate = demuxer_.frame_rate();
    const protocol::Limits limits;
    if (rate.num > 0 && av_q2d(rate) <= static_cast<double>(limits.rate_max)) {
      hello.rate_numerator = static_cast<std::uint32_t>(rate.num);
      hello.rate_denominator = static_cast<std::uint32_t>(rate.den);
    }
    const auto duration = demuxer_.duration();
    if (duration && duration->count() <= limits.duration_us_max) {
      hello.duration_us = duration->count();
    }
    hello.frame_bytes = writer_->layout().bytes;
    return link_.announce(hello);
  }

  Demuxer& demuxer_;
  Owned<AVCodecContext> codec_;
  FrameLink& link_;
  Orientation orientation_;
  Timeline timeline_;
  Owned<AVFrame> picture_ = owned(av_frame_alloc());
  std::optional<PictureWriter> writer_;
  std::optional<Failure> damage_;
  std::int64_t complete_until_ = AV_NOPTS_VALUE;  // In the stream's time base.
};

}  // namespace

Outcome<void> decode_video(const Input& input, Signature signature, const DecodeOptions& options,
                           FrameLink& link) {
  auto demuxer = Demuxer::open(input, signature);
  if (!demuxer) return std::unexpected(demuxer.error());
  const AVStream& stream = demuxer->stream();
  const AVCodecParameters& parameters = *stream.codecpar;
  if (parameters.width > 0 && parameters.height > 0) {
    if (auto allowed = check_size(parameters.width, parameters.height); !allowed) return allowed;
  }
  auto codec =
      open_codec({demuxer->codec(), &parameters, stream.time_base, options.skip_loop_filter});
  if (!codec) return std::unexpected(codec.error());
  return VideoDecoding(*demuxer, std::move(*codec), link).run();
}

}  // namespace tally::media::decoder
