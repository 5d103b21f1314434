#include "base/child_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/spawn.hpp"

namespace tally {
namespace {

using std::chrono::steady_clock;

// For `stop`, which no file descriptor tells, and for the child's end where no pidfd tells that.
constexpr int kLookEveryMs = 100;
constexpr std::size_t kWordsBytesMax = 4096;  // Of what the child said, the end.

using OnLine = std::function<void(std::string_view)>;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// What the child says: the end of it all, and the line that is not whole yet.
class Words {
 public:
  explicit Words(const OnLine& on_line) : on_line_(on_line) {}

  // All that can be read now.
  void read(int fd) {
    std::array<char, 1024> buffer;
    for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;) {
      const std::string_view came(buffer.data(), static_cast<std::size_t>(got));
      kept_.append(came);
      if (kept_.size() > kWordsBytesMax) kept_.erase(0, kept_.size() - kWordsBytesMax);
      if (on_line_) tell(came);
    }
  }
  [[nodiscard]] const std::string& kept() const { return kept_; }

 private:
  void tell(std::string_view came) {
    line_.append(came);
    for (std::size_t end = 0; (end = line_.find('\n')) != std::string::npos;) {
      on_line_(std::string_view(line_).substr(0, end));
      line_.erase(0, end + 1);
    }
    if (line_.size() > kWordsBytesMax) line_.clear();
  }

  const OnLine& on_line_;
  std::string kept_;
  std::string line_;
};

// The last line that says something: programs end with their error.
std::string last_line(std::string_view words) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t end = words.find_last_not_of(kSpace);
  if (end == std::string_view::npos) return "";
  words = words.substr(0, end + 1);
  const std::size_t line = words.rfind('\n');
  return std::string(line == std::string_view::npos ? words : words.substr(line + 1));
}

enum class Ending { kItself, kStopped, kTooLong };

// Leaves the child to be reaped.
bool has_ended(pid_t pid) {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == pid;
}

// Waits for the child's end, asking it to end, and then making it, where it is to. `pidfd` wakes at
// the end; without one (-1: an old kernel, or a sandbox that forbids it) the child's standard error
// does, which it holds open, or else the next look.
Ending attend(pid_t pid, int pidfd, int standard_error, std::chrono::seconds time_max,
              const std::stop_token& stop, Words& words) {
  Ending ending = Ending::kItself;
  steady_clock::time_point deadline = steady_clock::now() + time_max;
  std::array<pollfd, 2> waiting{{{pidfd, POLLIN, 0}, {standard_error, POLLIN, 0}}};
  while (true) {
    ::poll(waiting.data(), waiting.size(), kLookEveryMs);
    words.read(standard_error);
    if (has_ended(pid)) {
      // What it had started ends with it where it was made to; a group has its leader's id until
      // that is reaped.
      if (ending != Ending::kItself) ::kill(-pid, SIGKILL);
      return ending;
    }
    // A child that closed it and goes on would wake us for ever.
    if ((waiting[1].revents & POLLHUP) != 0) waiting[1].fd = -1;
    const bool too_long = steady_clock::now() > deadline;
    if (ending != Ending::kItself) {
      if (too_long) ::kill(-pid, SIGKILL);
    } else if (stop.stop_requested() || too_long) {
      ending = too_long ? Ending::kTooLong : Ending::kStopped;
      ::kill(-pid, SIGTERM);
      deadline = steady_clock::now() + kChildGrace;
    }
  }
}

Result<void> told(int status, Ending ending, std::chrono::seconds time_max,
                  const std::string& words) {
  if (ending == Ending::kStopped) return fail(ChildError::kStopped, "stopped");
  if (ending == Ending::kTooLong) {
    return fail(ChildError::kFailed,
                fmt::format("did not end within {} s and was ended", time_max.count()));
  }
  if (WIFSIGNALED(status)) {
    return fail(ChildError::kFailed, fmt::format("was killed by signal {} ({})", WTERMSIG(status),
                                                 ::strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) == 0) return {};
  std::string line = last_line(words);
  constexpr std::string_view kOurs = "tally: ";
  if (line.starts_with(kOurs)) line.erase(0, kOurs.size());
  if (line.empty()) line = fmt::format("ended with exit status {}", WEXITSTATUS(status));
  return fail(ChildError::kFailed, std::move(line));
}

std::unexpected<Error> not_started(const std::string& program, int error) {
  return fail(ChildError::kFailed,
              fmt::format("can't start {}: {}", program, std::strerror(error)));
}

}  // namespace

ErrorCode code_of(ChildError error) {
  switch (error) {
    case ChildError::kFailed:
      return {"child.failed", ErrorKind::kFailed};
    case ChildError::kStopped:
      return {"child.stopped", ErrorKind::kFailed};
  }
  std::abort();
}

Result<void> run_child(const std::vector<std::string>& words, std::chrono::seconds time_max,
                       const std::stop_token& stop, const OnLine& on_line) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return not_started(words.at(0), errno);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (nothing.get() < 0) return not_started(words.at(0), errno);
  pid_t pid = -1;
  const int error = spawn(pid, words, {nothing.get(), nothing.get(), theirs.get()});
  if (error != 0) return not_started(words.at(0), error);
  theirs.close();
  // glibc 2.36 declares pidfd_open for C only.
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  Words said(on_line);
  const Ending ending = attend(pid, pidfd.get(), ours.get(), time_max, stop, said);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  said.read(ours.get());
  return told(status, ending, time_max, said.kept());
}

}  // namespace tally
