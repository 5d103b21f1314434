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

enum class Growing : std::uint8_t { kNo, kYes };

class SandboxedReader final : public GrowingReader {
 public:
  SandboxedReader(std::string name, const ReaderOptions& options, DecoderProcess decoder,
                  Growing growing)
      : name_(std::move(name)),
        silence_max_(options.silence_max),
        decoder_(std::move(decoder)),
        frames_(std::make_shared<SharedFrames>(options.slots, decoder_->socket(),
                                               growing == Growing::kYes)) {}
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
    greeted_ = true;
    if (auto shared = frames_->share(); !shared) {
      return std::unexpected(ended_with(std::unexpected(shared.error())));
    }
    return {};
  }

  [[nodiscard]] const VideoInfo& info() const override { return info_; }

  Result<std::optional<Frame>> next() override {
    if (failure_) return std::unexpected(*failure_);
    if (!decoder_) return std::nullopt;
    if (!greeted_) {
      if (auto greeting = greet(); !greeting) return std::unexpected(std::move(greeting.error()));
    }
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

  void grow(std::int64_t bytes) override { frames_->grow(bytes, false); }
  void finish(std::int64_t bytes) override { frames_->grow(bytes, true); }

 private:
  // The next message, checked against all before it. Every error ends the decoder and is kept.
  Result<protocol::Message> receive() {
    Result<protocol::Message> message;
    do {
      // Bytes that came just before the time was over leave the decoder its whole time again.
      bool starved = frames_->starving();
      message = decoder_->next_message(silence_max_, [&] {
        const bool starving = frames_->starving();
        return std::exchange(starved, starving) || starving;
      });
      if (!message) return std::unexpected(ended_with(std::unexpected(message.error())));
      if (auto accepted = frames_->accept(*message); !accepted) {
        return std::unexpected(ended_with(std::unexpected(accepted.error())));
      }
    } while (std::holds_alternative<protocol::Starved>(*message));
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
  bool greeted_ = false;
  VideoInfo info_;
};

Result<std::unique_ptr<SandboxedReader>> start(const std::filesystem::path& path,
                                               ReaderOptions options, Growing growing) {
  options.slots = std::clamp(options.slots, protocol::kSlotsMin, protocol::kSlotsMax);
  const auto input = open_input(path, growing == Growing::kYes ? Empty::kAllow : Empty::kRefuse);
  if (!input) return std::unexpected(input.error());
  std::vector<std::string> arguments{"decode", fmt::format("{}", options.slots)};
  if (options.skip_loop_filter) arguments.emplace_back("skip-loop-filter");
  if (growing == Growing::kYes) arguments.emplace_back("growing");
  auto decoder = DecoderProcess::start(decoder_program(options), arguments, *input);
  if (!decoder) return fail_within(path.string(), std::move(decoder).error());
  return std::make_unique<SandboxedReader>(path.string(), options, std::move(*decoder), growing);
}

}  // namespace

Result<std::unique_ptr<VideoReader>> VideoReader::open(const std::filesystem::path& path,
                                                       ReaderOptions options) {
  auto reader = start(path, std::move(options), Growing::kNo);
  if (!reader) return std::unexpected(std::move(reader.error()));
  if (auto greeted = (*reader)->greet(); !greeted) return std::unexpected(greeted.error());
  return std::move(*reader);
}

Result<std::unique_ptr<GrowingReader>> GrowingReader::open(const std::filesystem::path& path,
                                                           ReaderOptions options) {
  return start(path, std::move(options), Growing::kYes);
}

}  // namespace tally::media
