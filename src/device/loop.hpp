// One thread's work: functions that other threads hand in, and timers by the world's clock. Nearly
// all of a cabinet runs here, one thing after the other.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "base/instant.hpp"
#include "device/world.hpp"

namespace tally::device {

class Loop {
 public:
  explicit Loop(World& world) : world_(world) {}

  // From any thread. Runs on the loop's, in order; never runs if the loop doesn't any more.
  void post(std::function<void()> work);
  // On the loop's thread, or before it runs. There is no taking back: the work looks whether it is
  // still wanted.
  void after(Duration wait, std::function<void()> work);
  [[nodiscard]] Duration now() { return world_.since_boot(); }

  // Works until the time is over, or `done` says so, which is asked after each piece of work.
  void run_for(Duration time, const std::function<bool()>& done = {});

 private:
  bool run_due();

  World& world_;
  std::multimap<Duration, std::function<void()>> timers_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace tally::device
