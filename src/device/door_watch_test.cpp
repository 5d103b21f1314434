// A door's watch on a pipe in place of a GPIO line.
#include "device/door_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/gpio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "device/device_error.hpp"

namespace tally::device {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Duration kPatience = std::chrono::seconds(60);

class DoorWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe(pipe_.data()), 0);
    const auto value = [this]() -> Result<bool> {
      if (deaf_) return fail(DeviceError::kHardware, "the sensor is gone");
      return open_.load();
    };
    auto watch = DoorWatch::begin(
        {pipe_[0], value, Duration(1)}, false, loop_, [this](bool open) { seen_.push_back(open); },
        [this](const std::string& words) { told_.push_back(words); });
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = *std::move(watch);
  }
  void TearDown() override {
    watch_.reset();
    ::close(pipe_[0]);
    if (pipe_[1] >= 0) ::close(pipe_[1]);
  }

  void move_silently(bool open) { open_ = open; }
  void happen() {
    const gpio_v2_line_event event{};
    ASSERT_EQ(::write(pipe_[1], &event, sizeof event), ssize_t{sizeof event});
  }
  void break_line() { ::close(std::exchange(pipe_[1], -1)); }
  void wait_until(const std::function<bool()>& done) {
    loop_.run_for(kPatience, done);
    EXPECT_TRUE(done());
  }

  std::array<int, 2> pipe_{-1, -1};
  std::atomic<bool> open_ = false;
  std::atomic<bool> deaf_ = false;
  std::vector<int> seen_;
  std::vector<std::string> told_;
  Loop loop_{real_world()};
  std::unique_ptr<DoorWatch> watch_;
};

TEST_F(DoorWatchTest, SaysWhatAnEventBrought) {
  move_silently(true);
  happen();
  wait_until([this] { return seen_.size() == 1; });
  EXPECT_TRUE(watch_->open());
  move_silently(false);
  happen();
  wait_until([this] { return seen_.size() == 2; });
  EXPECT_THAT(seen_, ElementsAre(1, 0));
  EXPECT_TRUE(told_.empty());
}

TEST_F(DoorWatchTest, LooksAtTheDoorWhoseEventsEndedAndSaysSoOnce) {
  break_line();
  wait_until([this] { return !told_.empty(); });
  for (const bool open : {true, false, true}) {
    const std::size_t before = seen_.size();
    move_silently(open);
    wait_until([&] { return seen_.size() > before; });
  }
  EXPECT_THAT(seen_, ElementsAre(1, 0, 1));
  EXPECT_THAT(told_, ElementsAre(HasSubstr("looked at instead")));
}

TEST_F(DoorWatchTest, SaysThatTheSensorIsGoneAndThatItIsBack) {
  deaf_ = true;
  happen();
  wait_until([this] { return told_.size() == 1; });
  deaf_ = false;
  move_silently(true);
  wait_until([this] { return told_.size() == 2 && seen_.size() == 1; });
  EXPECT_THAT(told_, ElementsAre(HasSubstr("gone"), HasSubstr("heard again")));
}

}  // namespace
}  // namespace tally::device
