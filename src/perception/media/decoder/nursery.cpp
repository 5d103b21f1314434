#include "perception/media/decoder/nursery.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "perception/media/birth.hpp"
#include "perception/media/decoder_fds.hpp"

namespace tally::media::decoder {
namespace {

// fork(2), but the child's parent is that of the caller. There is one thread, so that nothing of
// the C library's needs to be set right in the child.
pid_t fork_beside() {
  return static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

void take_over(const Birth& birth) {
  ::dup2(birth.socket.get(), kSocketFd);
  ::dup2(birth.input.get(), kInputFd);
  ::close_range(kInputFd + 1, ~0U, 0);
}

}  // namespace

std::vector<std::string> wait_to_be_born() {
  while (true) {
    Birth birth;
    if (!receive_birth(kSocketFd, birth)) ::_exit(0);
    const pid_t pid = fork_beside();
    if (pid == 0) {
      std::vector<std::string> words = std::move(birth.words);
      take_over(birth);
      // Closed above; the numbers may be others by now.
      birth.socket.release();
      birth.input.release();
      return words;
    }
    send_born(kSocketFd, pid < 0 ? -errno : pid);
  }
}

}  // namespace tally::media::decoder
