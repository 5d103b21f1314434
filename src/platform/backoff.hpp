// How long to wait before trying again: twice as long each time, up to a limit, and of that between
// half and all, by chance, so that those who failed together do not come back together.
//
// Thread-safety: pure function; chance is the caller's.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.hpp"

namespace tally::platform {

struct Backoff {
  Duration first{1'000};
  Duration longest{300'000};
};

// `tries` is how often it was tried so far, from 1. `random` is any 64 random bits.
[[nodiscard]] Duration delay_after(const Backoff& backoff, std::int64_t tries,
                                   std::uint64_t random);

// What is said of a message or job that failed.
struct Failure {
  std::string error;  // For people; cut off at kErrorBytesMax.
  Backoff backoff;
  std::uint64_t random = 0;
};

}  // namespace tally::platform
