#include "server/api/rate_limit.hpp"

#include <algorithm>

namespace tally::api {

// A bucket is told by the one moment at which it will be full again: each try puts it off.
bool RateLimiter::take(std::string_view key, Instant now) {
  const std::lock_guard lock(mutex_);
  auto found = full_at_.find(std::string(key));
  if (found == full_at_.end()) {
    if (full_at_.size() >= buckets_max_) forget_full(now);
    if (full_at_.size() >= buckets_max_) return false;
    found = full_at_.emplace(key, now).first;
  }
  const Instant next = std::max(found->second, now) + limit_.refill;
  if (next > now + limit_.refill * limit_.burst) return false;
  found->second = next;
  return true;
}

std::size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return full_at_.size();
}

void RateLimiter::forget_full(Instant now) {
  std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
}

}  // namespace tally::api
