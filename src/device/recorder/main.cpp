// tally-recorder: one camera's recording as fragmented MP4 on standard output. Started by tally
// device; ends when its standard input ends, which it does with the agent.
//
//   tally-recorder file CLIP START_MS [loop]
//   tally-recorder capture v4l2|lavfi DEVICE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "device/recorder/capture.hpp"
#include "device/recorder/play.hpp"
#include "device/recorder/sandbox.hpp"

namespace tally::device::recorder {

std::int64_t monotonic_us() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kMicrosecond + time.tv_nsec / 1000;
}

bool wait_until(std::int64_t due_us) {
  while (true) {
    const std::int64_t left_us = std::max<std::int64_t>(due_us - monotonic_us(), 0);
    pollfd agent{STDIN_FILENO, POLLIN, 0};
    const int events = ::poll(&agent, 1, static_cast<int>((left_us + 999) / 1000));
    if (events > 0) return false;
    if (left_us == 0) return true;
  }
}

namespace {

constexpr int kUsageStatus = 2;
constexpr int kFailedStatus = 1;

int usage() {
  std::fputs("tally-recorder is started by tally and is of no use alone. Try: tally --help\n",
             stderr);
  return kUsageStatus;
}

int told(const Outcome<void>& outcome) {
  if (outcome) return 0;
  const std::string line = "error " + outcome.error() + "\n";
  return ::write(STDERR_FILENO, line.data(), line.size()) < 0 ? kFailedStatus : kFailedStatus;
}

Outcome<void> run_play(std::span<char*> words) {
  const int input = ::open(words[2], O_RDONLY | O_CLOEXEC);
  if (input < 0) return std::unexpected(std::string(words[2]) + " can't be opened");
  const PlayOptions options{.start_us = std::atoll(words[3]) * 1000,
                            .loop = words.size() > 4 && std::string_view(words[4]) == "loop"};
  if (!enter_player_sandbox(input)) {
    return std::unexpected("the sandbox can't be entered: allow it seccomp filters");
  }
  return play(input, options);
}

int run(std::span<char*> words) {
  if (words.size() < 4) return usage();
  ::signal(SIGPIPE, SIG_IGN);
  av_log_set_level(AV_LOG_QUIET);
  const std::string_view mode(words[1]);
  try {
    if (mode == "file") return told(run_play(words));
    if (mode == "capture" && give_up_privileges()) return told(capture(words[2], words[3]));
  } catch (const std::bad_alloc&) {
    return told(std::unexpected("it takes more memory than is allowed"));
  }
  return usage();
}

}  // namespace
}  // namespace tally::device::recorder

// Destructors of many libraries have nothing to do here, and some make calls that are forbidden.
int main(int count, char** words) {
  const auto size = static_cast<std::size_t>(count);
  ::_exit(tally::device::recorder::run(std::span(words, size)));
}
