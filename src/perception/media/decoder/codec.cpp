#include "perception/media/decoder/codec.hpp"

#include <fmt/format.h>

namespace tally::media::decoder {
namespace {

// Decoders round sizes up to whole blocks, at most 64 pixels.
constexpr std::int64_t kPixelsMax = std::int64_t{kWidthMax + 64} * (kHeightMax + 64);

}  // namespace

Outcome<Owned<AVCodecContext>> open_codec(const CodecSetup& setup) {
  const AVCodec* codec = avcodec_find_decoder_by_name(protocol::name_of(setup.codec));
  if (codec == nullptr) {
    return failed(
        MediaError::kUnsupportedCodec,
        fmt::format("the FFmpeg on this machine can't decode {}; install Debian's libavcodec",
                    protocol::name_of(setup.codec)));
  }
  auto context = owned(avcodec_alloc_context3(codec));
  const std::unexpected<Failure> unreadable =
      failed(MediaError::kCorrupt, "its video track can't be read; copy or record it again");
  if (setup.parameters != nullptr &&
      avcodec_parameters_to_context(context.get(), setup.parameters) < 0) {
    return unreadable;
  }
  context->thread_count = 1;
  context->pkt_timebase = setup.time_base;
  // A still over the limit is refused by its size, which a decoder that is stopped here would not
  // tell.
  if (setup.parameters != nullptr) context->max_pixels = kPixelsMax;
  if (setup.skip_loop_filter) context->skip_loop_filter = AVDISCARD_ALL;
  // Streams that do not say how far they reorder pictures are given the most their level allows, in
  // place of a guess from the first pictures that may lose some.
  if (setup.codec == protocol::Codec::kH264) {
    context->strict_std_compliance = FF_COMPLIANCE_STRICT;
  }
  // The transform of libjpeg, for stills only: a video is decoded as every other player does.
  if (setup.parameters == nullptr) context->idct_algo = FF_IDCT_INT;
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return unreadable;
  return context;
}

Outcome<void> check_size(std::int64_t width, std::int64_t height, protocol::PictureKind kind) {
  if (protocol::size_allowed(width, height, kind)) return {};
  if (width < kWidthMin || height < kHeightMin) {
    return failed(MediaError::kTooSmall,
                  fmt::format("{}x{} pixels; nothing can be seen in less than {}x{}", width, height,
                              kWidthMin, kHeightMin));
  }
  const bool still = kind == protocol::PictureKind::kStill;
  return failed(
      MediaError::kTooLarge,
      fmt::format("{}x{} pixels, over the limit of {}x{}; scale it down", width, height,
                  still ? kStillWidthMax : kWidthMax, still ? kStillHeightMax : kHeightMax));
}

bool is_sound(const AVFrame& picture) {
  // A missing reference alone is not counted: streams cut at an open group of pictures begin with
  // one.
  constexpr int kMadeUp = FF_DECODE_ERROR_INVALID_BITSTREAM | FF_DECODE_ERROR_CONCEALMENT_ACTIVE |
                          FF_DECODE_ERROR_DECODE_SLICES;
  return (picture.decode_error_flags & kMadeUp) == 0 &&
         (picture.flags & AV_FRAME_FLAG_CORRUPT) == 0;
}

}  // namespace tally::media::decoder
