#include "perception/media/decoder_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "perception/media/nursery.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;

std::string told(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("ended with exit status {}", WEXITSTATUS(status));
}

}  // namespace

fs::path decoder_program(const ReaderOptions& options) {
  if (!options.decoder.empty()) return options.decoder;
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "tally-decoder";
}

DecoderProcess::DecoderProcess(pid_t pid, UniqueFd socket)
    : pid_(pid), socket_(std::move(socket)) {}

DecoderProcess::DecoderProcess(DecoderProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}

DecoderProcess::~DecoderProcess() { end_and_tell(); }

Result<DecoderProcess> DecoderProcess::start(const fs::path& program,
                                             const std::vector<std::string>& arguments,
                                             const UniqueFd& input) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(MediaError::kDecoderFailed,
                fmt::format("can't start {}: {}", program.string(), std::strerror(errno)));
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const auto pid = start_decoder(program, arguments, theirs, input);
  if (!pid) return std::unexpected(pid.error());
  return DecoderProcess(*pid, std::move(ours));
}

// The signal that ends a child which is already dead changes nothing about how it died.
std::string DecoderProcess::end_and_tell() {
  if (pid_ < 0) return "had ended before";
  ::kill(pid_, SIGKILL);
  int status = 0;
  pid_t reaped = -1;
  do {
    reaped = ::waitpid(pid_, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  pid_ = -1;
  return reaped < 0 ? "was reaped by someone else" : told(status);
}

Result<protocol::Message> DecoderProcess::next_message(std::chrono::milliseconds silence_max,
                                                       const std::function<bool()>& may_be_silent) {
  using std::chrono::steady_clock;
  steady_clock::time_point deadline = steady_clock::now() + silence_max;
  Datagram datagram;
  while (true) {
    const Receipt receipt =
        receive(socket_.get(), datagram, Waiting::kReturnAtOnce, Descriptors::kRefuse);
    if (receipt == Receipt::kMessage) return protocol::parse_message(datagram.bytes(), {});
    if (receipt == Receipt::kClosed) {
      return fail(MediaError::kDecoderFailed,
                  fmt::format("tally-decoder {}; the file may be damaged: try another copy of it",
                              end_and_tell()));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0 && may_be_silent && may_be_silent()) {
      deadline = steady_clock::now() + silence_max;
      continue;
    }
    if (left.count() <= 0) {
      end_and_tell();
      return fail(MediaError::kDecoderHung,
                  fmt::format("tally-decoder said nothing for {} ms and was ended; the file may be "
                              "damaged, or this machine too busy",
                              silence_max.count()));
    }
    pollfd waiting{socket_.get(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
  }
}

}  // namespace tally::media
