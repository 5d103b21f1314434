// Starts a program as a child, in a process group of its own, so that a Ctrl-C meant for its parent
// does not reach it too. It has the three streams that it is given, and no other open file.
//
// Whoever starts a child waits for it. Thread-safety: any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tally {

struct ChildStreams {  // Descriptors; borrowed.
  int in = -1;
  int out = -1;
  int error = -1;
};

// `words` begin with the program's path. 0, or errno's value where it could not be started.
[[nodiscard]] int spawn(pid_t& pid, const std::vector<std::string>& words,
                        const ChildStreams& streams);

}  // namespace tally
