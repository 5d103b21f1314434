// Opens a container that its signature announced, with that one demuxer and no probing, and chooses
// the video track. Nothing but the input's descriptor is read: external references are refused.
//
// Ownership: borrows `input`, which must outlive it. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/decoder/input.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {

// Which of the codecs that tally reads in videos this is, if one.
[[nodiscard]] std::optional<protocol::Codec> codec_of(AVCodecID id);

class Demuxer {
 public:
  // Errors: kNotVideo, kTruncated, kCorrupt, kNoVideoTrack, kUnsupportedCodec, kTooLarge.
  static Outcome<Demuxer> open(const Input& input, Signature signature);

  [[nodiscard]] AVStream& stream() const { return *stream_; }
  [[nodiscard]] AVFormatContext& format() const { return *format_; }
  [[nodiscard]] protocol::Codec codec() const { return codec_; }
  [[nodiscard]] const Extent& extent() const { return extent_; }

  // The next packet of the video track into `packet`. False: the end. Errors: kTruncated, kCorrupt.
  Outcome<bool> read(AVPacket& packet);

  // What was wrong when data did not decode: cut off, if the container is, or damaged.
  [[nodiscard]] Failure damage() const;

  [[nodiscard]] AVRational frame_rate() const;  // 0/1 where unknown.
  [[nodiscard]] std::optional<SessionTime> duration() const;

 private:
  explicit Demuxer(const Input& input) : source_(std::make_unique<Source>(Source{&input, 0})) {}
  struct Source {
    const Input* input;
    std::int64_t position;
  };
  static int read_bytes(void* opaque, std::uint8_t* buffer, int size);
  static std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence);

  Outcome<void> open_container(Signature signature);
  Outcome<void> choose_track();
  Outcome<void> check_limits() const;

  std::unique_ptr<Source> source_;
  Owned<AVIOContext> io_;
  Owned<AVFormatContext> format_;
  AVStream* stream_ = nullptr;
  protocol::Codec codec_ = protocol::Codec::kH264;
  Extent extent_;
  Signature signature_ = Signature::kUnknown;
};

}  // namespace tally::media::decoder
