#include "device/door_watch.hpp"

#include <fmt/format.h>
#include <linux/gpio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "device/device_error.hpp"

namespace tally::device {

Result<std::unique_ptr<DoorWatch>> DoorWatch::begin(DoorLine line, bool open, Loop& loop,
                                                    OnDoor on_door, OnTrouble tell) {
  const int ending = ::eventfd(0, EFD_CLOEXEC);
  if (ending < 0) {
    return fail(DeviceError::kHardware, fmt::format("the door's watch: {}", std::strerror(errno)));
  }
  State state{true, open, std::move(on_door), std::move(tell)};
  return std::make_unique<DoorWatch>(Private{}, std::move(line), ending, loop, std::move(state));
}

DoorWatch::DoorWatch(Private, DoorLine line, int ending, Loop& loop, State state)
    : line_(std::move(line)),
      ending_(ending),
      loop_(loop),
      state_(std::make_shared<State>(std::move(state))) {
  thread_ = std::thread([this] { run(); });
}

DoorWatch::~DoorWatch() {
  state_->alive = false;
  ::eventfd_write(ending_, 1);
  thread_.join();
  ::close(ending_);
}

void DoorWatch::run() {
  while (true) {
    // Of a line that fails waiting would end at once, or never.
    if (failing_ && !rest()) return;
    const Heard heard = wait(failing_ ? 0 : -1);
    if (heard == Heard::kEnding) return;
    look(heard != Heard::kFailure);
  }
}

DoorWatch::Heard DoorWatch::wait(int timeout_ms) {
  std::array<pollfd, 2> waiting{{{line_.events, POLLIN, 0}, {ending_, POLLIN, 0}}};
  int count = 0;
  do count = ::poll(waiting.data(), waiting.size(), timeout_ms);
  while (count < 0 && errno == EINTR);
  if (count < 0) return Heard::kFailure;
  if (count == 0) return Heard::kNothing;
  if (waiting[1].revents != 0) return Heard::kEnding;
  gpio_v2_line_event event{};
  const ssize_t size = ::read(line_.events, &event, sizeof event);
  return size == sizeof event ? Heard::kEvent : Heard::kFailure;
}

bool DoorWatch::rest() {
  pollfd waiting{ending_, POLLIN, 0};
  return ::poll(&waiting, 1, static_cast<int>(line_.look_every.count())) <= 0;
}

void DoorWatch::look(bool heard) {
  const auto value = line_.value();
  const bool failing = !heard || !value;
  if (std::exchange(failing_, failing) != failing) {
    tell(!failing ? "the door's sensor is heard again"
         : value  ? "the door's sensor tells no changes; it is looked at instead"
                  : value.error().message);
  }
  if (!value) return;
  loop_.post([state = state_, open = *value] {
    if (state->alive && std::exchange(state->open, open) != open) state->on_door(open);
  });
}

void DoorWatch::tell(std::string words) {
  loop_.post([state = state_, words = std::move(words)] {
    if (state->alive) state->tell(words);
  });
}

}  // namespace tally::device
