// A cabinet's bolt and its door, and what drives them.
//
// Thread-safety: set_locked() and door_open() on one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "device/config.hpp"
#include "device/loop.hpp"

namespace tally::device {

class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  virtual ~Lock() = default;

  // Errors: DeviceError::kHardware.
  virtual Result<void> set_locked(bool locked) = 0;
  [[nodiscard]] virtual bool door_open() = 0;
};

// The door moved. Called on the loop's thread.
using OnDoor = std::function<void(bool open)>;
// What is wrong with it, or is right again, in words for the log. Called on the loop's thread.
using OnTrouble = std::function<void(const std::string& words)>;

// A bolt and a door that are thought up. Opens by open(); a locked door opens by force only. All
// on the loop's thread.
class SimulatedLock final : public Lock {
 public:
  explicit SimulatedLock(OnDoor on_door) : on_door_(std::move(on_door)) {}

  Result<void> set_locked(bool locked) override;
  [[nodiscard]] bool door_open() override { return open_; }
  [[nodiscard]] bool locked() const { return locked_; }

  // False: it is locked, or open already.
  bool open();
  bool force_open();
  bool close();

 private:
  bool move(bool open);

  OnDoor on_door_;
  bool locked_ = true;
  bool open_ = false;
};

// Bolt and door sensor on two lines of a GPIO chip, by Linux's character device (ABI version 2).
// Errors: DeviceError::kHardware.
Result<std::unique_ptr<Lock>> open_gpio_lock(const LockConfig& config, Loop& loop, OnDoor on_door,
                                             OnTrouble on_trouble);

}  // namespace tally::device
