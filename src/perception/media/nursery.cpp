#include "perception/media/nursery.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "perception/media/birth.hpp"
#include "perception/media/decoder_fds.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;

constexpr int kAnswerMilliseconds = 10'000;

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

int spawn(pid_t& pid, const fs::path& program, int socket) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, 0, 1);
  posix_spawn_file_actions_adddup2(&plan.actions, socket, decoder::kSocketFd);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, decoder::kSocketFd + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::string path = program.string();
  std::string word(decoder::kNurseryWord);
  char* argv[] = {path.data(), word.data(), nullptr};
  std::vector<char*> environment = reduced_environment();
  return posix_spawn(&pid, path.c_str(), &plan.actions, &plan.attributes, argv, environment.data());
}

void end_and_reap(pid_t pid) {
  ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
}

class Nursery {
 public:
  Nursery(pid_t pid, UniqueFd socket) : pid_(pid), socket_(std::move(socket)) {}
  Nursery(Nursery&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), socket_(std::move(other.socket_)) {}
  Nursery& operator=(Nursery&&) = delete;
  ~Nursery() {
    if (pid_ >= 0) end_and_reap(pid_);
  }

  static Result<Nursery> open(const fs::path& program) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
      return not_started(program, errno);
    }
    UniqueFd ours(ends[0]);
    const UniqueFd theirs(ends[1]);
    const UniqueFd socket = moved_up(theirs);
    if (!socket) return not_started(program, errno);
    pid_t pid = -1;
    const int error = spawn(pid, program, socket.get());
    if (error != 0) return not_started(program, error);
    return Nursery(pid, std::move(ours));
  }

  // std::nullopt: it has died, or is no nursery.
  [[nodiscard]] std::optional<std::int32_t> bear(const std::vector<std::string>& words,
                                                 const UniqueFd& socket,
                                                 const UniqueFd& input) const {
    std::int32_t pid = -1;
    if (!send_birth(socket_.get(), words, socket.get(), input.get()) ||
        !receive_born(socket_.get(), kAnswerMilliseconds, pid)) {
      return std::nullopt;
    }
    return pid;
  }

 private:
  pid_t pid_ = -1;
  UniqueFd socket_;
};

struct Kept {
  std::mutex mutex;
  std::map<fs::path, Nursery> nurseries;
};

// Never destroyed: threads may start decoders until the very end, and a nursery ends by itself.
Kept& kept() {
  static Kept* const all = std::make_unique<Kept>().release();
  return *all;
}

}  // namespace

Result<pid_t> start_decoder(const fs::path& program, const std::vector<std::string>& words,
                            const UniqueFd& socket, const UniqueFd& input) {
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  for (const bool again : {true, false}) {
    auto found = all.nurseries.find(program);
    if (found == all.nurseries.end()) {
      auto opened = Nursery::open(program);
      if (!opened) return std::unexpected(std::move(opened.error()));
      found = all.nurseries.emplace(program, std::move(*opened)).first;
    }
    const auto pid = found->second.bear(words, socket, input);
    if (pid && *pid > 0) return *pid;
    if (pid) return not_started(program, -*pid);
    all.nurseries.erase(found);
    if (!again) break;
  }
  return not_started(program, ECHILD);
}

void end_nurseries() {
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  all.nurseries.clear();
}

}  // namespace tally::media
