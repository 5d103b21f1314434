#include <fcntl.h>
#include <fmt/format.h>
#include <linux/gpio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "device/device_error.hpp"
#include "device/door_watch.hpp"
#include "device/gpio_request.hpp"
#include "device/lock.hpp"

namespace tally::device {
namespace {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> broken(const std::string& what, int error) {
  return fail(DeviceError::kHardware, fmt::format("{}: {}", what, std::strerror(error)));
}

// The line that is asked for; both are one line each.
Result<bool> value_of(int line) {
  gpio_v2_line_values values{.bits = 0, .mask = 1};
  if (::ioctl(line, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) != 0) {
    return broken("the door's sensor", errno);
  }
  return (values.bits & 1U) != 0;
}

class GpioLock final : public Lock {
 public:
  GpioLock(Fd bolt, Fd door) : bolt_(std::move(bolt)), door_(std::move(door)) {}

  Result<void> watch(Loop& loop, OnDoor on_door, OnTrouble on_trouble) {
    const auto open = value_of(door_.get());
    if (!open) return std::unexpected(open.error());
    DoorLine line{door_.get(), [fd = door_.get()] { return value_of(fd); }};
    auto watch =
        DoorWatch::begin(std::move(line), *open, loop, std::move(on_door), std::move(on_trouble));
    if (!watch) return std::unexpected(std::move(watch.error()));
    watch_ = *std::move(watch);
    return {};
  }

  Result<void> set_locked(bool locked) override {
    gpio_v2_line_values values{.bits = locked ? 0U : 1U, .mask = 1};
    if (::ioctl(bolt_.get(), GPIO_V2_LINE_SET_VALUES_IOCTL, &values) != 0) {
      return broken("the bolt", errno);
    }
    return {};
  }
  [[nodiscard]] bool door_open() override { return watch_->open(); }

 private:
  Fd bolt_;
  Fd door_;
  std::unique_ptr<DoorWatch> watch_;  // Uses the line.
};

Result<Fd> request_line(int chip, gpio_v2_line_request request, const std::string& what) {
  if (::ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) != 0) return broken(what, errno);
  return Fd(request.fd);
}

}  // namespace

Result<std::unique_ptr<Lock>> open_gpio_lock(const LockConfig& config, Loop& loop, OnDoor on_door,
                                             OnTrouble on_trouble) {
  const Fd chip(::open(config.chip.c_str(), O_RDWR | O_CLOEXEC));
  if (chip.get() < 0) return broken(config.chip.string(), errno);
  auto bolt = request_line(chip.get(), bolt_request(config), "the bolt's line");
  if (!bolt) return std::unexpected(std::move(bolt.error()));
  auto door = request_line(chip.get(), door_request(config), "the door's line");
  if (!door) return std::unexpected(std::move(door.error()));
  auto lock = std::make_unique<GpioLock>(std::move(*bolt), std::move(*door));
  auto watched = lock->watch(loop, std::move(on_door), std::move(on_trouble));
  if (!watched) return std::unexpected(std::move(watched.error()));
  return lock;
}

}  // namespace tally::device
