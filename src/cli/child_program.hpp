// Runs a program as a child to its end, with a time limit and a way to stop it. What it says on
// standard error becomes the error's message; its standard output is not read.
//
// The child is in a process group of its own, so that a Ctrl-C meant for tally reaches it through
// `stop` only, and in order. Thread-safety: any number of threads, each with its own child.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace tally::cli {

inline constexpr std::chrono::seconds kChildGrace{10};  // From SIGTERM to SIGKILL.

// `words` begin with the program's path. Errors: CliError::kChild when it can't be started, ends
// with another status than 0, is ended by a signal, or runs longer than `time_max`;
// CliError::kInterrupted when `stop` ended it.
Result<void> run_child(const std::vector<std::string>& words, std::chrono::seconds time_max,
                       const std::stop_token& stop);

}  // namespace tally::cli
