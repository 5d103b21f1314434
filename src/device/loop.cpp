#include "device/loop.hpp"

#include <algorithm>
#include <utility>

namespace tally::device {

void Loop::post(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  posted_.push_back(std::move(work));
  woken_.notify_one();
}

void Loop::after(Duration wait, std::function<void()> work) {
  timers_.emplace(now() + wait, std::move(work));
}

bool Loop::run_due() {
  std::vector<std::function<void()>> work;
  {
    const std::scoped_lock lock(mutex_);
    work.swap(posted_);
  }
  const Duration time = now();
  while (!timers_.empty() && timers_.begin()->first <= time) {
    work.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
  for (const auto& one : work) one();
  return !work.empty();
}

void Loop::run_for(Duration time, const std::function<bool()>& done) {
  const Duration end = now() + time;
  while (!(done && done())) {
    if (run_due()) continue;
    const Duration moment = now();
    if (moment >= end) return;
    const Duration next = timers_.empty() ? end : std::min(end, timers_.begin()->first);
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, next - moment, [this] { return !posted_.empty(); });
  }
}

}  // namespace tally::device
