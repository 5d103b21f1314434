#include "perception/media/decoder/still.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "perception/media/decoder/codec.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/decoder/picture.hpp"

namespace tally::media::decoder {
namespace {

using namespace std::string_view_literals;

// Within a JPEG's entropy-coded data FF is always stuffed, so the last start-of-scan and
// end-of-image markers are real ones; a thumbnail's end stands before the picture's scan.
bool is_whole(std::string_view bytes, Signature signature) {
  if (signature == Signature::kPng) return bytes.rfind("IEND"sv) != std::string_view::npos;
  const std::size_t scan = bytes.rfind("\xFF\xDA"sv);
  const std::size_t end = bytes.rfind("\xFF\xD9"sv);
  return scan != std::string_view::npos && end != std::string_view::npos && end > scan;
}

Orientation orientation_of(const AVFrame& picture) {
  const AVDictionaryEntry* entry = av_dict_get(picture.metadata, "Orientation", nullptr, 0);
  return entry != nullptr ? orientation_of_exif(std::atoi(entry->value)) : Orientation{};
}

Outcome<Owned<AVPacket>> read_whole(const Input& input) {
  if (input.size() > kStillBytesMax) {
    return failed(MediaError::kTooLarge,
                  fmt::format("a picture file of {} bytes, over the limit of "
                              "{}; scale it down",
                              input.size(), kStillBytesMax));
  }
  auto packet = owned(av_packet_alloc());
  if (av_new_packet(packet.get(), static_cast<int>(input.size())) < 0) throw std::bad_alloc();
  const auto bytes =
      std::as_writable_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
  if (input.read_at(0, bytes) != input.size()) {
    return failed(MediaError::kUnreadable, "reading it stopped half way; check the disk");
  }
  return packet;
}

protocol::Hello greeting(const PictureWriter& writer, protocol::Codec codec) {
  protocol::Hello hello;
  hello.width = static_cast<std::uint32_t>(writer.shape().width);
  hello.height = static_cast<std::uint32_t>(writer.shape().height);
  hello.format = static_cast<std::uint32_t>(writer.shape().format);
  hello.matrix = static_cast<std::uint32_t>(writer.shape().matrix);
  hello.range = static_cast<std::uint32_t>(writer.shape().range);
  hello.still = 1;
  hello.codec = static_cast<std::uint32_t>(codec);
  hello.frame_bytes = writer.layout().bytes;
  return hello;
}

// The size is told first by the decoder, so that a picture over the limit is refused by name.
Outcome<Owned<AVFrame>> decode_one(AVCodecContext& codec, const AVPacket& packet) {
  auto picture = owned(av_frame_alloc());
  const bool sent = avcodec_send_packet(&codec, &packet) >= 0;
  const bool flushed = sent && avcodec_send_packet(&codec, nullptr) >= 0;
  const bool received = flushed && avcodec_receive_frame(&codec, picture.get()) >= 0;
  if (codec.width > 0) {
    const auto allowed = check_size(codec.width, codec.height, protocol::PictureKind::kStill);
    if (!allowed) {
      return std::unexpected(allowed.error());
    }
  }
  if (!received || !is_sound(*picture)) {
    return failed(MediaError::kCorrupt, "damaged: the picture can't be decoded; copy it again");
  }
  return picture;
}

}  // namespace

Outcome<void> decode_still(const Input& input, Signature signature, FrameLink& link) {
  const auto packet = read_whole(input);
  if (!packet) return std::unexpected(packet.error());
  const std::string_view bytes(reinterpret_cast<const char*>((*packet)->data),
                               static_cast<std::size_t>((*packet)->size));
  if (!is_whole(bytes, signature)) {
    return failed(MediaError::kTruncated, "cut off: the picture's end is missing; copy it again");
  }
  const auto kind = signature == Signature::kPng ? protocol::Codec::kPng : protocol::Codec::kMjpeg;
  const auto codec = open_codec({.codec = kind});
  if (!codec) return std::unexpected(codec.error());
  const auto picture = decode_one(**codec, **packet);
  if (!picture) return std::unexpected(picture.error());
  const Orientation orientation = orientation_of(**picture);
  PictureWriter writer(shape_of(**picture, PixelFormat::kRgb24, orientation), orientation);
  if (auto announced = link.announce(greeting(writer, kind)); !announced) return announced;
  const std::uint32_t slot = link.wait_for_slot();
  if (auto written = writer.write(**picture, link.memory_of(slot)); !written) return written;
  link.publish(slot, 0);
  return {};
}

}  // namespace tally::media::decoder
