// A disk without room, for tests: while it lives, no file of this process grows beyond so many
// bytes, and whoever writes more is told so (EFBIG), as of ENOSPC.
//
// Thread-safety: one at a time; it counts for all threads.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace tally {

class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = bytes;
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_ = SIG_DFL;
};

}  // namespace tally
