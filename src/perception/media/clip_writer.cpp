#include "perception/media/clip_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <variant>

#include "perception/media/decoder_process.hpp"
#include "perception/media/input_file.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;

std::unexpected<Error> unwritable(const fs::path& path) {
  return fail(MediaError::kOutput,
              fmt::format("can't write the clip {}: {}", path.string(), std::strerror(errno)));
}

// A temporary neighbour of the destination; gone again unless it was put in place.
class StagedClip {
 public:
  explicit StagedClip(const fs::path& destination)
      : destination_(destination),
        temporary_(destination.parent_path() /
                   fmt::format(".{}.XXXXXX", destination.filename().string())) {}
  StagedClip(const StagedClip&) = delete;
  StagedClip& operator=(const StagedClip&) = delete;
  ~StagedClip() {
    if (fd_) ::unlink(temporary_.c_str());
  }

  Result<int> open() {
    std::error_code error;
    if (destination_.has_parent_path()) fs::create_directories(destination_.parent_path(), error);
    fd_ = UniqueFd(::mkostemp(temporary_.data(), O_CLOEXEC));
    if (!fd_) return unwritable(destination_);
    return fd_.get();
  }

  Result<void> put_in_place() {
    if (::fchmod(fd_.get(), 0644) != 0 || ::fsync(fd_.get()) != 0 ||
        std::rename(temporary_.c_str(), destination_.c_str()) != 0) {
      return unwritable(destination_);
    }
    fd_.reset();
    return {};
  }

 private:
  fs::path destination_;
  std::string temporary_;
  UniqueFd fd_;
};

Result<void> cut_one(DecoderProcess& decoder, const Clip& clip, const ReaderOptions& options) {
  StagedClip staged(clip.destination);
  const auto output = staged.open();
  if (!output) return std::unexpected(output.error());
  protocol::Cut order;
  constexpr SessionTime kEarliest{0};
  constexpr SessionTime kLatest{kDurationMax};
  order.begin_us = std::clamp(clip.range.begin, kEarliest, kLatest).count();
  order.end_us = std::clamp(clip.range.end, kEarliest, kLatest).count();
  // Where sending fails the decoder has said why, or died: both are read below.
  static_cast<void>(send_message(decoder.socket(), order, *output));
  const auto reply = decoder.next_message(options.silence_max);
  if (!reply) return std::unexpected(reply.error());
  if (const auto* failed = std::get_if<protocol::Failed>(&*reply)) {
    return fail(static_cast<MediaError>(failed->error), protocol::printable_text(*failed));
  }
  if (!std::holds_alternative<protocol::CutDone>(*reply)) {
    return fail(MediaError::kDecoderFailed, "tally-decoder did not say that the clip is done");
  }
  return staged.put_in_place();
}

}  // namespace

Result<void> cut_clip(const fs::path& source, ClipRange range, const fs::path& destination,
                      const ReaderOptions& options) {
  const Clip clip{range, destination};
  return cut_clips(source, std::span(&clip, 1), options);
}

Result<void> cut_clips(const fs::path& source, std::span<const Clip> clips,
                       const ReaderOptions& options) {
  if (clips.empty()) return {};
  const auto input = open_input(source);
  if (!input) return std::unexpected(input.error());
  auto decoder = DecoderProcess::start(decoder_program(options), {"clip"}, *input);
  if (!decoder) return fail_within(source.string(), std::move(decoder).error());
  for (const Clip& clip : clips) {
    if (auto cut = cut_one(*decoder, clip, options); !cut) {
      return fail_within(source.string(), std::move(cut).error());
    }
  }
  return {};
}

}  // namespace tally::media
