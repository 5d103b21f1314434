#include "perception/media/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"

namespace tally::media::protocol {
namespace {

// Padding would carry bytes of one process's memory to the other.
static_assert(std::has_unique_object_representations_v<Hello>);
static_assert(std::has_unique_object_representations_v<FrameReady>);
static_assert(std::has_unique_object_representations_v<End>);
static_assert(std::has_unique_object_representations_v<Failed>);
static_assert(std::has_unique_object_representations_v<Slots>);
static_assert(std::has_unique_object_representations_v<ReleaseSlot>);
static_assert(std::has_unique_object_representations_v<Cut>);
static_assert(std::has_unique_object_representations_v<Grow>);
static_assert(std::has_unique_object_representations_v<Starved>);
static_assert(std::max({sizeof(Hello), sizeof(FrameReady), sizeof(Failed), sizeof(Cut)}) <=
              kMessageBytesMax);

std::unexpected<Error> broken(std::string_view rule) {
  return fail(MediaError::kDecoderFailed,
              fmt::format("tally-decoder broke the protocol: {}; it was ended", rule));
}

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
}

// Failures of the reader's own side are not the decoder's to report.
bool reportable(std::uint32_t error) {
  switch (static_cast<MediaError>(error)) {
    case MediaError::kUnreadable:
    case MediaError::kNotVideo:
    case MediaError::kNoVideoTrack:
    case MediaError::kUnsupportedCodec:
    case MediaError::kNoFrames:
    case MediaError::kTruncated:
    case MediaError::kCorrupt:
    case MediaError::kTooLarge:
    case MediaError::kTooSmall:
    case MediaError::kDecoderFailed:
    case MediaError::kOutput:
      return error <= 0xFF;
    case MediaError::kNotFound:
    case MediaError::kEmpty:
    case MediaError::kDecoderMissing:
    case MediaError::kDecoderHung:
      return false;
  }
  return false;
}

Result<Message> checked(const Hello& hello, const Limits& limits) {
  if (hello.version != kVersion) {
    return broken(fmt::format("it speaks version {}, not {}: install both programs from one build",
                              hello.version, kVersion));
  }
  const PictureKind kind = hello.still != 0 ? PictureKind::kStill : PictureKind::kVideo;
  if (!size_allowed(hello.width, hello.height, kind, limits)) {
    return broken(fmt::format("a picture of {}x{}", hello.width, hello.height));
  }
  if (hello.format > static_cast<std::uint32_t>(PixelFormat::kRgb24) ||
      hello.matrix > static_cast<std::uint32_t>(ColorMatrix::kBt709) ||
      hello.range > static_cast<std::uint32_t>(ColorRange::kFull) || hello.still > 1 ||
      hello.codec > static_cast<std::uint32_t>(Codec::kPng) || hello.reserved != 0) {
    return broken("an unknown format, matrix, range or codec");
  }
  const bool no_rate = hello.rate_numerator == 0 && hello.rate_denominator == 0;
  if (!no_rate && (hello.rate_numerator == 0 || hello.rate_denominator == 0 ||
                   hello.rate_numerator / hello.rate_denominator > limits.rate_max)) {
    return broken("a frame rate that can't be");
  }
  if (hello.duration_us < -1 || hello.duration_us > limits.duration_us_max) {
    return broken("a duration over the limit");
  }
  const FrameLayout layout =
      layout_of(static_cast<PixelFormat>(hello.format), static_cast<int>(hello.width),
                static_cast<int>(hello.height));
  if (hello.frame_bytes != layout.bytes)
    return broken("a frame size that does not fit its picture");
  return hello;
}

Result<Message> checked(const FrameReady& frame, const Limits& limits) {
  if (frame.slot >= static_cast<std::uint32_t>(kSlotsMax)) return broken("a slot that can't be");
  if (frame.index < 0) return broken("a negative frame index");
  if (frame.time_us < 0 || frame.time_us > limits.duration_us_max) {
    return broken("a frame time over the limit");
  }
  return frame;
}

Result<Message> checked(const End& end, const Limits& /*limits*/) {
  if (end.frames < 1 || end.reserved != 0) return broken("an end without frames");
  return end;
}

Result<Message> checked(const Failed& failed, const Limits& /*limits*/) {
  if (!reportable(failed.error)) return broken("a failure of an unknown kind");
  return failed;
}

Result<Message> checked(const CutDone& done, const Limits& /*limits*/) {
  if (done.reserved != 0) return broken("a malformed message");
  return done;
}

Result<Message> checked(const Starved& starved, const Limits& /*limits*/) {
  if (starved.reserved != 0 || starved.bytes < 0) return broken("a malformed message");
  return starved;
}

template <typename T>
Result<Message> parse_as(std::span<const std::byte> bytes, const Limits& limits) {
  if (bytes.size() != sizeof(T)) return broken("a message of the wrong size");
  T message;
  std::memcpy(&message, bytes.data(), sizeof message);
  return checked(message, limits);
}

}  // namespace

const char* name_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return "h264";
    case Codec::kHevc:
      return "hevc";
    case Codec::kVp9:
      return "vp9";
    case Codec::kMjpeg:
      return "mjpeg";
    case Codec::kPng:
      return "png";
  }
  return "unknown";
}

bool size_allowed(std::int64_t width, std::int64_t height, PictureKind kind, const Limits& limits) {
  const bool still = kind == PictureKind::kStill;
  const auto [short_side, long_side] = std::minmax(width, height);
  return short_side >= limits.side_min &&
         short_side <= (still ? limits.still_short_side_max : limits.short_side_max) &&
         long_side <= (still ? limits.still_long_side_max : limits.long_side_max);
}

FrameLayout layout_of(PixelFormat format, int width, int height) {
  TALLY_ASSERT(width > 0 && height > 0);
  FrameLayout layout;
  const int half_width = (width + 1) / 2;
  const int half_height = (height + 1) / 2;
  if (format == PixelFormat::kRgb24) {
    layout.planes = 1;
    layout.width = {width, 0, 0};
    layout.rows = {height, 0, 0};
    layout.stride = {aligned(static_cast<std::size_t>(width) * 3), 0, 0};
  } else {
    layout.planes = 3;
    layout.width = {width, half_width, half_width};
    layout.rows = {height, half_height, half_height};
    const std::size_t chroma = aligned(static_cast<std::size_t>(half_width));
    layout.stride = {aligned(static_cast<std::size_t>(width)), chroma, chroma};
  }
  for (std::size_t plane = 0; plane < static_cast<std::size_t>(layout.planes); ++plane) {
    layout.offset[plane] = layout.bytes;
    layout.bytes += layout.stride[plane] * static_cast<std::size_t>(layout.rows[plane]);
  }
  return layout;
}

Result<Message> parse_message(std::span<const std::byte> bytes, const Limits& limits) {
  if (bytes.size() < sizeof(MessageType)) return broken("a message of the wrong size");
  std::underlying_type_t<MessageType> type = 0;
  std::memcpy(&type, bytes.data(), sizeof type);
  switch (static_cast<MessageType>(type)) {
    case MessageType::kHello:
      return parse_as<Hello>(bytes, limits);
    case MessageType::kFrameReady:
      return parse_as<FrameReady>(bytes, limits);
    case MessageType::kEnd:
      return parse_as<End>(bytes, limits);
    case MessageType::kFailed:
      return parse_as<Failed>(bytes, limits);
    case MessageType::kCutDone:
      return parse_as<CutDone>(bytes, limits);
    case MessageType::kStarved:
      return parse_as<Starved>(bytes, limits);
    case MessageType::kSlots:
    case MessageType::kReleaseSlot:
    case MessageType::kCut:
    case MessageType::kGrow:
      break;
  }
  return broken("a message of an unknown type");
}

std::string printable_text(const Failed& failed) {
  const auto* end = std::find(failed.text.begin(), failed.text.end(), '\0');
  std::string text(failed.text.begin(), end);
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

ProtocolState::ProtocolState(int slots, bool growing)
    : held_(static_cast<std::size_t>(slots), false), growing_(growing) {
  TALLY_ASSERT(slots >= 1 && slots <= kSlotsMax);
}

Result<void> ProtocolState::accept(const Message& message) {
  if (ended_) return broken("it spoke after its end");
  if (const auto* hello = std::get_if<Hello>(&message)) return accept_hello(*hello);
  if (const auto* frame = std::get_if<FrameReady>(&message)) return accept_frame(*frame);
  if (const auto* end = std::get_if<End>(&message)) return accept_end(*end);
  if (const auto* starved = std::get_if<Starved>(&message)) return accept_starved(*starved);
  if (std::holds_alternative<CutDone>(message)) return broken("a clip while decoding");
  ended_ = true;
  return {};
}

Result<void> ProtocolState::accept_hello(const Hello& hello) {
  if (hello_) return broken("a second greeting");
  hello_ = hello;
  if (hello.still != 0) held_.resize(std::min<std::size_t>(held_.size(), kSlotsMin));
  return {};
}

Result<void> ProtocolState::accept_frame(const FrameReady& frame) {
  if (!hello_) return broken("a frame before its greeting");
  if (frame.slot >= held_.size()) return broken("a slot that does not exist");
  if (held_[frame.slot]) return broken("a slot that is still being read");
  if (frame.index != frames_) {
    return broken(fmt::format("frame {} where {} was due", frame.index, frames_));
  }
  if (hello_->still != 0 && frame.index != 0) return broken("a second frame of a still");
  if (frame.time_us <= last_time_us_ || (frames_ == 0 && frame.time_us != 0)) {
    return broken("frame times that do not increase from zero");
  }
  held_[frame.slot] = true;
  ++held_count_;
  ++frames_;
  last_time_us_ = frame.time_us;
  return {};
}

Result<void> ProtocolState::accept_end(const End& end) {
  if (!hello_) return broken("an end before its greeting");
  if (end.frames != frames_) {
    return broken(fmt::format("{} frames announced and {} sent", end.frames, frames_));
  }
  ended_ = true;
  return {};
}

Result<void> ProtocolState::accept_starved(const Starved& starved) {
  if (!growing_) return broken("waiting for more of a file that is whole");
  if (starved.bytes <= starved_at_) return broken("waiting for more, said twice");
  if (starved.bytes > told_.bytes) return broken("more bytes read than there are");
  starved_at_ = starved.bytes;
  starving_ = starved.bytes == told_.bytes && told_.final == 0;
  return {};
}

bool ProtocolState::grow(std::int64_t bytes, bool final) {
  const bool news = bytes > told_.bytes || final;
  if (!growing_ || told_.final != 0 || !news) return false;
  told_.bytes = std::max(bytes, told_.bytes);
  told_.final = final ? 1 : 0;
  return std::exchange(starving_, false);
}

void ProtocolState::release(std::uint32_t slot) {
  TALLY_ASSERT(slot < held_.size() && held_[slot]);
  held_[slot] = false;
  --held_count_;
}

}  // namespace tally::media::protocol
