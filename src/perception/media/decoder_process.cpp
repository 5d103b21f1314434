#include "perception/media/decoder_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "perception/media/decoder_fds.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;

std::unexpected<Error> not_started(const fs::path& program, int error) {
  const bool missing = error == ENOENT || error == EACCES || error == ENOTDIR;
  return fail(missing ? MediaError::kDecoderMissing : MediaError::kDecoderFailed,
              fmt::format("can't start {}: {}; it is installed beside tally, so install or build "
                          "tally again",
                          program.string(), std::strerror(error)));
}

// posix_spawn's own structures, released on every way out.
struct SpawnPlan {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

// A decoder that is taken over must not find secrets in its environment.
std::vector<char*> reduced_environment() {
  std::vector<char*> kept;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::string_view name = text.substr(0, text.find('='));
    if (name == "LD_LIBRARY_PATH" || name.ends_with("SAN_OPTIONS")) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

// Out of the way of the numbers that the child's descriptors get.
UniqueFd moved_up(const UniqueFd& fd) {
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, decoder::kFdsMax));
}

int spawn(pid_t& pid, const fs::path& program, const std::vector<std::string>& arguments,
          int socket, int input) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, 0, 1);
  posix_spawn_file_actions_adddup2(&plan.actions, socket, decoder::kSocketFd);
  posix_spawn_file_actions_adddup2(&plan.actions, input, decoder::kInputFd);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, decoder::kInputFd + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const std::string path = program.string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment = reduced_environment();
  return posix_spawn(&pid, path.c_str(), &plan.actions, &plan.attributes, argv.data(),
                     environment.data());
}

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
    return not_started(program, errno);
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const UniqueFd socket = moved_up(theirs);
  const UniqueFd file = moved_up(input);
  if (!socket || !file) return not_started(program, errno);
  pid_t pid = -1;
  const int error = spawn(pid, program, arguments, socket.get(), file.get());
  if (error != 0) return not_started(program, error);
  return DecoderProcess(pid, std::move(ours));
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
