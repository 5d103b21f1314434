#include <fcntl.h>
#include <fmt/format.h>
#include <linux/gpio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "device/device_error.hpp"
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
  GpioLock(Fd bolt, Fd door, Fd ending, bool open, Loop& loop, OnDoor on_door)
      : bolt_(std::move(bolt)),
        door_(std::move(door)),
        ending_(std::move(ending)),
        open_(open),
        loop_(loop),
        on_door_(std::move(on_door)) {
    thread_ = std::thread([this] { watch(); });
  }
  ~GpioLock() override {
    *alive_ = false;
    const std::uint64_t one = 1;
    if (::write(ending_.get(), &one, sizeof one) == sizeof one) thread_.join();
  }

  Result<void> set_locked(bool locked) override {
    gpio_v2_line_values values{.bits = locked ? 0U : 1U, .mask = 1};
    if (::ioctl(bolt_.get(), GPIO_V2_LINE_SET_VALUES_IOCTL, &values) != 0) {
      return broken("the bolt", errno);
    }
    return {};
  }
  [[nodiscard]] bool door_open() override { return open_; }

 private:
  // An edge says only that something changed; how the door is now is read.
  void watch() {
    std::array<pollfd, 2> waiting{{{door_.get(), POLLIN, 0}, {ending_.get(), POLLIN, 0}}};
    while (true) {
      if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents != 0) return;
      gpio_v2_line_event event{};
      if (::read(door_.get(), &event, sizeof event) < 0) return;
      const auto value = value_of(door_.get());
      if (!value) continue;
      loop_.post([this, alive = alive_, open = *value] {
        if (*alive && std::exchange(open_, open) != open) on_door_(open);
      });
    }
  }

  Fd bolt_;
  Fd door_;
  Fd ending_;
  bool open_;
  Loop& loop_;
  OnDoor on_door_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::thread thread_;
};

Result<Fd> request_line(int chip, gpio_v2_line_request request, const std::string& what) {
  if (::ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) != 0) return broken(what, errno);
  return Fd(request.fd);
}

}  // namespace

Result<std::unique_ptr<Lock>> open_gpio_lock(const LockConfig& config, Loop& loop, OnDoor on_door) {
  const Fd chip(::open(config.chip.c_str(), O_RDWR | O_CLOEXEC));
  if (chip.get() < 0) return broken(config.chip.string(), errno);
  auto bolt = request_line(chip.get(), bolt_request(config), "the bolt's line");
  if (!bolt) return std::unexpected(std::move(bolt.error()));
  auto door = request_line(chip.get(), door_request(config), "the door's line");
  if (!door) return std::unexpected(std::move(door.error()));
  const auto open = value_of(door->get());
  if (!open) return std::unexpected(open.error());
  Fd ending(::eventfd(0, EFD_CLOEXEC));
  if (ending.get() < 0) return broken("the door's watch", errno);
  return std::make_unique<GpioLock>(std::move(*bolt), std::move(*door), std::move(ending), *open,
                                    loop, std::move(on_door));
}

}  // namespace tally::device
