// tally-decoder: reads untrusted video so that tally does not have to. Started by tally only, with
// its socket and its input on fixed descriptors; takes no path, opens nothing.
//
//   tally-decoder nursery          which forks for each of these:
//     decode SLOTS [skip-loop-filter] [growing]
//     clip
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perception/media/decoder/canary.hpp"
#include "perception/media/decoder/clip.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/decoder/frame_link.hpp"
#include "perception/media/decoder/input.hpp"
#include "perception/media/decoder/nursery.hpp"
#include "perception/media/decoder/sandbox.hpp"
#include "perception/media/decoder/still.hpp"
#include "perception/media/decoder/video.hpp"
#include "perception/media/decoder_fds.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {
namespace {

constexpr int kUsageStatus = 2;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kWorkingMemory = 1024 * kMebibyte;
constexpr std::uint64_t kClipMemory = 512 * kMebibyte;
constexpr std::uint64_t kClipFileMax = 512 * kMebibyte;

int print_usage() {
  std::fputs("tally-decoder is started by tally and is of no use alone. Try: tally --help\n",
             stderr);
  return kUsageStatus;
}

// What must be loaded from files is loaded while files can be opened.
void prepare_libraries() {
  av_log_set_level(AV_LOG_QUIET);
  av_max_alloc(static_cast<std::size_t>(kWorkingMemory / 2));
  ::tzset();
}

Outcome<void> decode(const Input& input, const DecodeOptions& options, FrameLink& link) {
  const Signature signature = recognise(input);
  switch (signature) {
    case Signature::kMp4:
    case Signature::kMatroska:
      return decode_video(input, signature, options, link);
    case Signature::kJpeg:
    case Signature::kPng:
      return decode_still(input, signature, link);
    case Signature::kUnknown:
      break;
  }
  return failed(
      MediaError::kNotVideo,
      "is not a video or picture that tally reads; give MP4, MOV, Matroska, WebM, JPEG or "
      "PNG");
}

void run_decode(const Input& file, std::span<const std::string> words) {
  const int slots = words.empty() ? 0 : std::atoi(words[0].c_str());
  const auto said = [&](std::string_view word) { return std::ranges::count(words, word) > 0; };
  const bool skip = said("skip-loop-filter");
  const auto slots_max = static_cast<std::uint64_t>(protocol::kSlotsMax);
  const auto count = std::min(static_cast<std::uint64_t>(std::max(slots, 0)), slots_max);
  // Stills are larger and have few slots; videos fill every slot.
  const auto frame = protocol::layout_of(PixelFormat::kI420, kWidthMax, kHeightMax).bytes;
  const auto still =
      protocol::layout_of(PixelFormat::kRgb24, kStillWidthMax, kStillHeightMax).bytes;
  const auto shared = std::max(count * frame, protocol::kSlotsMin * still);
  FrameLink link(kSocketFd);
  const Input growing(kInputFd, [&](std::int64_t bytes) { return link.wait_for_growth(bytes); });
  const Input& input = said("growing") ? growing : file;
  auto done = enter_sandbox({Role::kDecode, kWorkingMemory + shared, 0});
  try {
    if (done) done = decode(input, {.skip_loop_filter = skip}, link);
  } catch (const std::bad_alloc&) {
    done = failed(MediaError::kDecoderFailed, "decoding it takes more memory than is allowed");
  }
  if (done) {
    link.end();
  } else {
    link.fail(done.error());
  }
}

void run_clip(const Input& input) {
  const auto entered = enter_sandbox({Role::kClip, kWorkingMemory + kClipMemory, kClipFileMax});
  if (!entered) {
    static_cast<void>(send_message(kSocketFd, message_of(entered.error())));
    return;
  }
  try {
    serve_clips(input, kSocketFd);
  } catch (const std::bad_alloc&) {
    static_cast<void>(send_message(
        kSocketFd, message_of({MediaError::kOutput, "a clip of it takes too much memory"})));
  }
}

int run_child(std::span<const std::string> words) {
  struct stat facts{};
  if (words.empty() || ::fstat(kInputFd, &facts) != 0) return print_usage();
  const Input input(kInputFd, facts.st_size);
  end_with_reader();
  if (words[0] == "decode") run_decode(input, words.subspan(1));
  if (words[0] == "clip") run_clip(input);
  return 0;
}

int run(std::span<char*> arguments) {
  if (arguments.size() < 2) return print_usage();
  const std::string_view mode(arguments[1]);
  if (mode == "--canary" && arguments.size() == 3) return run_canary(arguments[2]);
  struct stat facts{};
  if (mode != kNurseryWord || ::fstat(kSocketFd, &facts) != 0 || !S_ISSOCK(facts.st_mode)) {
    return print_usage();
  }
  prepare_libraries();
  return run_child(wait_to_be_born());
}

}  // namespace
}  // namespace tally::media::decoder

// Destructors of a hundred libraries have nothing to do here, and some make calls that are
// forbidden.
int main(int count, char** arguments) {
  const auto size = static_cast<std::size_t>(count);
  ::_exit(tally::media::decoder::run(std::span(arguments, size)));
}
