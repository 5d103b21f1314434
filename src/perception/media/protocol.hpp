// The wire between a reader and tally-decoder: small messages of fixed size over a SOCK_SEQPACKET
// socketpair, one message per datagram, host byte order (both ends run on one machine). Pixels do
// not travel here; they lie in shared memory made of equal slots.
//
//   decoder                                   reader
//   Hello{picture, codec, rate, duration} ->
//                                          <- Slots{count} + the shared memory's descriptor
//   FrameReady{slot, index, time}         ->
//                                          <- ReleaseSlot{slot}            (any thread, any order)
//   End{frames}  or  Failed{error, text}  ->
//
//   A growing file, besides:
//   Starved{bytes}                        ->  (it has read so much and wants more)
//                                          <- Grow{bytes, final}   (once there is; any thread)
//
//   Cutting clips:                         <- Cut{begin, end} + the output's descriptor
//   CutDone  or  Failed                   ->  (then the next Cut; the reader closes to end)
//
// The reader trusts nothing. A message is checked alone by parse_message(), and against what went
// before by ProtocolState. Where planes lie in a slot is never sent: both sides compute it with
// layout_of(), so it can't be lied about. A decoder that breaks a rule gets
// MediaError::kDecoderFailed and is ended.
//
// Thread-safety: values and pure functions. ProtocolState: one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "perception/media/video_reader.hpp"

namespace tally::media::protocol {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kMessageBytesMax = 256;
inline constexpr std::size_t kFailureTextMax = 240;
inline constexpr std::size_t kRowAlignment = 64;  // Bytes; also of every plane's start.
inline constexpr int kSlotsMin = 2;
inline constexpr int kSlotsMax = 64;

enum class MessageType : std::uint32_t {
  kHello = 1,
  kFrameReady = 2,
  kEnd = 3,
  kFailed = 4,
  kCutDone = 5,
  kStarved = 6,
  kSlots = 16,
  kReleaseSlot = 17,
  kCut = 18,
  kGrow = 19,
};

enum class Codec : std::uint32_t { kH264, kHevc, kVp9, kMjpeg, kPng };
[[nodiscard]] const char* name_of(Codec codec);

// What a stream is, sent once, after its first picture was decoded.
struct Hello {
  MessageType type = MessageType::kHello;
  std::uint32_t version = kVersion;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t format = 0;          // PixelFormat
  std::uint32_t matrix = 0;          // ColorMatrix
  std::uint32_t range = 0;           // ColorRange
  std::uint32_t still = 0;           // 0 or 1
  std::uint32_t codec = 0;           // Codec
  std::uint32_t rate_numerator = 0;  // Frames per second; 0/0 where the container does not say.
  std::uint32_t rate_denominator = 0;
  std::uint32_t reserved = 0;
  std::int64_t duration_us = -1;  // -1: the container does not say.
  std::uint64_t frame_bytes = 0;  // Must equal layout_of(...).bytes.
};

struct FrameReady {
  MessageType type = MessageType::kFrameReady;
  std::uint32_t slot = 0;
  std::int64_t index = 0;
  std::int64_t time_us = 0;
};

struct End {
  MessageType type = MessageType::kEnd;
  std::uint32_t reserved = 0;
  std::int64_t frames = 0;
};

struct Failed {
  MessageType type = MessageType::kFailed;
  std::uint32_t error = 0;                   // MediaError, one that is about the file
  std::array<char, kFailureTextMax> text{};  // Padded with zeros; not necessarily terminated.
};

struct CutDone {
  MessageType type = MessageType::kCutDone;
  std::uint32_t reserved = 0;
};

struct Slots {
  MessageType type = MessageType::kSlots;
  std::uint32_t count = 0;
};

struct ReleaseSlot {
  MessageType type = MessageType::kReleaseSlot;
  std::uint32_t slot = 0;
};

struct Cut {
  MessageType type = MessageType::kCut;
  std::uint32_t reserved = 0;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
};

// So many bytes of the file can be read; with `final` there will be no more.
struct Grow {
  MessageType type = MessageType::kGrow;
  std::uint32_t final = 0;  // 0 or 1
  std::int64_t bytes = 0;
};

// Nothing is left to do before the file is longer than this.
struct Starved {
  MessageType type = MessageType::kStarved;
  std::uint32_t reserved = 0;
  std::int64_t bytes = 0;
};

using Message = std::variant<Hello, FrameReady, End, Failed, CutDone, Starved>;

// What a single message may say at most; the defaults are the public limits of video_reader.hpp.
struct Limits {
  std::uint32_t side_min = static_cast<std::uint32_t>(kWidthMin);
  std::uint32_t long_side_max = static_cast<std::uint32_t>(kWidthMax);
  std::uint32_t short_side_max = static_cast<std::uint32_t>(kHeightMax);
  std::uint32_t still_long_side_max = static_cast<std::uint32_t>(kStillWidthMax);
  std::uint32_t still_short_side_max = static_cast<std::uint32_t>(kStillHeightMax);
  std::uint32_t rate_max = 1000;  // What a container claims; frames really delivered are counted.
  std::int64_t duration_us_max = SessionTime(kDurationMax).count();
};

enum class PictureKind : std::uint8_t { kVideo, kStill };

// Whether a picture of this size may be looked at, standing or lying.
[[nodiscard]] bool size_allowed(std::int64_t width, std::int64_t height, PictureKind kind,
                                const Limits& limits = {});

// Where the planes of a picture lie in its slot.
struct FrameLayout {
  std::array<std::size_t, 3> offset{};
  std::array<std::size_t, 3> stride{};
  std::array<int, 3> width{};  // Samples (I420) or pixels (RGB24) per row.
  std::array<int, 3> rows{};
  int planes = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] FrameLayout layout_of(PixelFormat format, int width, int height);

// A message as the reader may use it: known type, exact size, every field within `limits`, every
// enum value one that exists. Errors: MediaError::kDecoderFailed.
Result<Message> parse_message(std::span<const std::byte> bytes, const Limits& limits);

// The text of a failure with everything that could trouble a terminal or a log replaced.
[[nodiscard]] std::string printable_text(const Failed& failed);

// The conversation so far, as the reader knows it.
class ProtocolState {
 public:
  explicit ProtocolState(int slots, bool growing = false);

  // Checks that `message` may come now and takes note of it; the greeting of a still leaves
  // kSlotsMin slots, which are large. After an error the state is not to be used further. Errors:
  // MediaError::kDecoderFailed.
  Result<void> accept(const Message& message);

  // The file has so many bytes by now. True: the decoder waits for that, and is to be told().
  bool grow(std::int64_t bytes, bool final);
  [[nodiscard]] const Grow& told() const { return told_; }
  // The decoder waits for bytes that are not there: its silence is no fault.
  [[nodiscard]] bool starving() const { return starving_; }

  // The holder of `slot` gave it back. Precondition: a FrameReady handed the slot out.
  void release(std::uint32_t slot);

  [[nodiscard]] const std::optional<Hello>& hello() const { return hello_; }
  [[nodiscard]] std::size_t slots() const { return held_.size(); }
  [[nodiscard]] bool every_slot_held() const { return held_count_ == held_.size(); }

 private:
  Result<void> accept_hello(const Hello& hello);
  Result<void> accept_frame(const FrameReady& frame);
  Result<void> accept_end(const End& end);
  Result<void> accept_starved(const Starved& starved);

  std::optional<Hello> hello_;
  std::vector<bool> held_;
  std::size_t held_count_ = 0;
  std::int64_t frames_ = 0;
  std::int64_t last_time_us_ = -1;
  bool ended_ = false;
  bool growing_;
  bool starving_ = false;
  std::int64_t starved_at_ = -1;
  Grow told_;
};

}  // namespace tally::media::protocol
