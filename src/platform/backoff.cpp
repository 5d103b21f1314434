#include "platform/backoff.hpp"

#include <algorithm>

namespace tally::platform {

Duration delay_after(const Backoff& backoff, std::int64_t tries, std::uint64_t random) {
  Duration whole = std::min(backoff.first, backoff.longest);
  for (std::int64_t again = 1; again < tries && whole < backoff.longest; ++again) {
    whole = std::min(whole > backoff.longest / 2 ? backoff.longest : whole * 2, backoff.longest);
  }
  const Duration half = whole / 2;
  const auto spread = static_cast<std::uint64_t>((whole - half).count()) + 1;
  return half + Duration(static_cast<Duration::rep>(random % spread));
}

}  // namespace tally::platform
