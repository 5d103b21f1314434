// How often somebody may try: a token bucket for each key (an address, a principal).
//
// A bucket holds `burst` tokens and gets one back every `refill`; a try takes one. Buckets that are
// full again are forgotten, so memory is bounded by who tried lately; beyond kBucketsMax of those,
// keys that are not known are refused.
//
// Thread-safety: all functions may be called from any thread. No clock: the time is the caller's.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/instant.hpp"

namespace tally::api {

inline constexpr std::size_t kBucketsMax = 100'000;

struct RateLimit {
  int burst = 10;
  Duration refill = std::chrono::seconds(6);
};

class RateLimiter {
 public:
  explicit RateLimiter(RateLimit limit, std::size_t buckets_max = kBucketsMax)
      : limit_(limit), buckets_max_(buckets_max) {}

  // Whether it may be tried now. A clock that goes back gives no tokens and takes none.
  [[nodiscard]] bool take(std::string_view key, Instant now);
  [[nodiscard]] std::size_t size() const;

 private:
  void forget_full(Instant now);

  RateLimit limit_;
  std::size_t buckets_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Instant> full_at_;  // When the key's bucket is full again.
};

}  // namespace tally::api
