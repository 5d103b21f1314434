// Attempts at what the sandbox forbids, for the test that proves it does. Hidden behind
// `tally-decoder --canary NAME`; touches no input.
#pragma once

#include <string_view>

namespace tally::media::decoder {

inline constexpr int kCanaryEscaped = 0;   // The forbidden thing was done.
inline constexpr int kCanaryRefused = 10;  // The kernel refused it with an error.
inline constexpr int kCanaryAlive = 11;    // "nothing": the sandbox was entered, nothing was tried.
inline constexpr int kCanaryUnknown = 12;  // No such attempt, or no sandbox.

// Enters the sandbox, or the part of it that `name` is about, and makes the attempt. What seccomp
// stops does not return: it kills the process with SIGSYS.
int run_canary(std::string_view name);

}  // namespace tally::media::decoder
