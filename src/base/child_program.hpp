// Runs a program as a child to its end, with a time limit and a way to stop it. What it says on
// standard error becomes the error's message, and can be heard; its standard output is not read.
//
// The child is in a process group of its own, so that a Ctrl-C meant for tally reaches it through
// `stop` only, and in order; what it started in that group is ended with it. Thread-safety: any
// number of threads, each with its own child.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally {

enum class ChildError : std::uint8_t {
  kFailed,   // It could not be started, failed, crashed or took too long.
  kStopped,  // It was stopped.
};
[[nodiscard]] ErrorCode code_of(ChildError error);

inline constexpr std::chrono::seconds kChildGrace{10};  // From SIGTERM to SIGKILL.

// `words` begin with the program's path. Errors: ChildError::kFailed when it can't be started, ends
// with another status than 0, is ended by a signal, or runs longer than `time_max`;
// ChildError::kStopped when `stop` ended it. `on_line` hears each whole line of its standard error,
// on the calling thread, as it comes.
Result<void> run_child(const std::vector<std::string>& words, std::chrono::seconds time_max,
                       const std::stop_token& stop,
                       const std::function<void(std::string_view)>& on_line = {});

}  // namespace tally
