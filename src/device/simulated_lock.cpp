#include "device/lock.hpp"

namespace tally::device {

Result<void> SimulatedLock::set_locked(bool locked) {
  locked_ = locked;
  return {};
}

bool SimulatedLock::open() { return !locked_ && move(true); }

bool SimulatedLock::force_open() { return move(true); }

bool SimulatedLock::close() { return move(false); }

bool SimulatedLock::move(bool open) {
  if (open_ == open) return false;
  open_ = open;
  on_door_(open);
  return true;
}

}  // namespace tally::device
