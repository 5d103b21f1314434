// How long to wait before trying again: twice as long each time, up to a limit, and of that between
// half and all, by chance, so that a thousand cabinets do not come back in the same second.
//
// Pure; chance is the caller's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.hpp"

namespace tally::device {

struct Backoff {
  Duration first{1'000};
  Duration longest{60'000};
};

// `tries` is how often it was tried so far, from 1. `random` is any 64 bits.
[[nodiscard]] inline Duration delay_after(const Backoff& backoff, std::int64_t tries,
                                          std::uint64_t random) {
  Duration whole = std::min(backoff.first, backoff.longest);
  for (std::int64_t again = 1; again < tries && whole < backoff.longest; ++again) {
    whole = std::min(whole * 2, backoff.longest);
  }
  const Duration half = whole / 2;
  const auto spread = static_cast<std::uint64_t>((whole - half).count()) + 1;
  return half + Duration(static_cast<Duration::rep>(random % spread));
}

}  // namespace tally::device
