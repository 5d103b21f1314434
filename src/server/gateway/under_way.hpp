// Counts work that is under way in the store, so that whoever owns what it needs can wait for its
// end.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tally::gateway {

class UnderWay {
 public:
  // While work is under way all is there. False when stop() was called: nothing may be done any
  // more, and end() is not to be called.
  [[nodiscard]] bool begin() {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    ++count_;
    return true;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) idle_.notify_all();
  }
  // Returns when nothing is under way, and nothing begins any more.
  void stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    idle_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;  // Guards all below.
  std::condition_variable idle_;
  std::int64_t count_ = 0;
  bool stopped_ = false;
};

// Work for as long as it lives, if it is true.
class Working {
 public:
  explicit Working(UnderWay& under_way) : under_way_(under_way), may_(under_way.begin()) {}
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
  ~Working() {
    if (may_) under_way_.end();
  }
  explicit operator bool() const { return may_; }

 private:
  UnderWay& under_way_;
  bool may_;
};

}  // namespace tally::gateway
