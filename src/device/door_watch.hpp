// Hears of a door's changes by the events of a GPIO line, on a thread of its own.
//
// An event says only that something changed; how the door is now is read. Where the line fails,
// that is told once, and the door is looked at every `look_every` until its events are heard again:
// a cabinet whose door nobody watches must not pass for one whose door is closed.
//
// Ownership: borrows the line and the loop, which outlive it. Thread-safety: made and destroyed on
// the loop's thread, on which `on_door` and `tell` are called; `value` is called on its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "device/lock.hpp"
#include "device/loop.hpp"

namespace tally::device {

inline constexpr Duration kDoorLookEvery = std::chrono::seconds(1);

struct DoorLine {
  int events = -1;                      // Readable when there is a gpio_v2_line_event.
  std::function<Result<bool>()> value;  // Whether the door is open now.
  Duration look_every = kDoorLookEvery;
};

class DoorWatch {
  // Of the loop's thread; what was posted outlives the watch.
  struct State {
    bool alive = true;
    bool open = false;
    OnDoor on_door;
    OnTrouble tell;
  };
  struct Private {};

 public:
  // `open`: as the door is now. Errors: DeviceError::kHardware.
  static Result<std::unique_ptr<DoorWatch>> begin(DoorLine line, bool open, Loop& loop,
                                                  OnDoor on_door, OnTrouble tell);
  DoorWatch(Private only_begin, DoorLine line, int ending, Loop& loop, State state);
  DoorWatch(const DoorWatch&) = delete;
  DoorWatch& operator=(const DoorWatch&) = delete;
  ~DoorWatch();

  [[nodiscard]] bool open() const { return state_->open; }

 private:
  enum class Heard : std::uint8_t { kEnding, kEvent, kNothing, kFailure };

  void run();
  Heard wait(int timeout_ms);
  bool rest();  // False: it ends.
  void look(bool heard);
  void tell(std::string words);

  DoorLine line_;
  int ending_;  // An eventfd.
  Loop& loop_;
  std::shared_ptr<State> state_;
  bool failing_ = false;  // Of its own thread.
  std::thread thread_;
};

}  // namespace tally::device
