// So many transactions of cabinets at a time, however many cabinets have something to say: the
// store's queue is everybody's, and one fleet must not fill it. Each cabinet has at most one that
// waits here, so the waiting ones are as many as the connections.
//
// Thread-safety: all functions may be called from any thread; what waits is begun on the thread
// that leaves, or that looks again.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace tally::gateway {

inline constexpr std::size_t kTurnsAtOnce = 64;

class Turns {
 public:
  using Turn = std::function<void()>;  // Ends with leave(), sooner or later.

  void enter(Turn turn) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
      if (taken_ == kTurnsAtOnce) return waiting_.push_back(std::move(turn));
      ++taken_;
    }
    turn();
  }
  void leave() {
    Turn next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        --taken_;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }

  // The store would not: `begin`, which enters anew, is called when the next look comes.
  void later(std::function<void()> begin) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) again_.push_back(std::move(begin));
  }
  void look() {
    std::deque<std::function<void()>> again;
    {
      const std::lock_guard lock(mutex_);
      std::swap(again, again_);
    }
    for (const auto& begin : again) begin();
  }

  // Nothing that waits is begun any more.
  void stop() {
    std::deque<Turn> waiting;
    std::deque<std::function<void()>> again;
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    std::swap(waiting, waiting_);
    std::swap(again, again_);
  }

 private:
  std::mutex mutex_;  // Guards all below.
  std::size_t taken_ = 0;
  std::deque<Turn> waiting_;
  std::deque<std::function<void()>> again_;
  bool stopped_ = false;
};

}  // namespace tally::gateway
