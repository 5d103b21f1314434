#include "perception/media/video_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "perception/media/decoder_process.hpp"
#include "perception/media/input_file.hpp"
#include "perception/media/protocol.hpp"
#include "perception/media/shared_frames.hpp"

namespace tally::media {
namespace {

VideoInfo info_from(const protocol::Hello& hello) {
  VideoInfo info;
  info.width = static_cast<int>(hello.width);
  info.height = static_cast<int>(hello.height);
  if (hello.rate_denominator != 0) {
    info.frames_per_second =
        static_cast<double>(hello.rate_numerator) / static_cast<double>(hello.rate_denominator);
  }
  if (hello.duration_us >= 0) info.duration = SessionTime(hello.duration_us);
  info.codec = protocol::name_of(static_cast<protocol::Codec>(hello.codec));
  info.still = hello.still != 0;
  return info;
}

class SandboxedReader final : public VideoReader {
 public:
  SandboxedReader(std::string name, const ReaderOptions& options, DecoderProcess decoder)
      : name_(std::move(name)),
        silence_max_(options.silence_max),
        decoder_(std::move(decoder)),
        frames_(std::make_shared<SharedFrames>(options.slots, decoder_->socket())) {}
  SandboxedReader(const SandboxedReader&) = delete;
  SandboxedReader& operator=(const SandboxedReader&) = delete;
  ~SandboxedReader() override { end(); }

  Result<void> greet() {
    auto message = receive();
    if (!message) return std::unexpected(message.error());
    const auto* hello = std::get_if<protocol::Hello>(&*message);
    if (hello == nullptr) {
      return std::unexpected(
          ended_with(fail(MediaError::kDecoderFailed, "tally-decoder did not say what it reads")));
    }
    info_ = info_from(*hello);
    if (auto shared = frames_->share(); !shared) {
      return std::unexpected(ended_with(std::unexpected(shared.error())));
    }
    return {};
  }

  [[nodiscard]] const VideoInfo& info() const override { return info_; }

  Result<std::optional<Frame>> next() override {
    if (failure_) return std::unexpected(*failure_);
    if (!decoder_) return std::nullopt;
    // Waiting for our own caller is no silence of the decoder's. Frames it has sent come first:
    // while one is on its way, its slot does not count as held.
    frames_->wait_for_free_slot();
    auto message = receive();
    if (!message) return std::unexpected(message.error());
    if (const auto* ready = std::get_if<protocol::FrameReady>(&*message)) {
      return frames_->borrow(*ready);
    }
    end();
    return std::nullopt;
  }

 private:
  // The next message, checked against all before it. Every error ends the decoder and is kept.
  Result<protocol::Message> receive() {
    auto message = decoder_->next_message(silence_max_);
    if (!message) return std::unexpected(ended_with(std::unexpected(message.error())));
    if (auto accepted = frames_->accept(*message); !accepted) {
      return std::unexpected(ended_with(std::unexpected(accepted.error())));
    }
    if (const auto* failed = std::get_if<protocol::Failed>(&*message)) {
      return std::unexpected(ended_with(
          fail(static_cast<MediaError>(failed->error), protocol::printable_text(*failed))));
    }
    return message;
  }

  Error ended_with(std::unexpected<Error> why) {
    end();
    failure_ = fail_within(name_, std::move(why).error()).error();
    return *failure_;
  }

  void end() {
    frames_->close();
    decoder_.reset();
  }

  std::string name_;
  std::chrono::milliseconds silence_max_;
  std::optional<DecoderProcess> decoder_;
  std::shared_ptr<SharedFrames> frames_;
  std::optional<Error> failure_;
  VideoInfo info_;
};

}  // namespace

Result<std::unique_ptr<VideoReader>> VideoReader::open(const std::filesystem::path& path,
                                                       ReaderOptions options) {
  options.slots = std::clamp(options.slots, protocol::kSlotsMin, protocol::kSlotsMax);
  const auto input = open_input(path);
  if (!input) return std::unexpected(input.error());
  std::vector<std::string> arguments{"decode", fmt::format("{}", options.slots)};
  if (options.skip_loop_filter) arguments.emplace_back("skip-loop-filter");
  auto decoder = DecoderProcess::start(decoder_program(options), arguments, *input);
  if (!decoder) return fail_within(path.string(), std::move(decoder).error());
  auto reader = std::make_unique<SandboxedReader>(path.string(), options, std::move(*decoder));
  if (auto greeted = reader->greet(); !greeted) return std::unexpected(greeted.error());
  return reader;
}

}  // namespace tally::media
