#include "perception/cart/look_schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tally::cart {
namespace {

// Looks in [begin, end) of a view that moves in [2, 4) and rests otherwise.
int looks(Savings savings, double fps, double begin, double end) {
  LookSchedule schedule(savings);
  int count = 0;
  for (int frame = 0; frame < static_cast<int>(10 * fps); ++frame) {
    const double t = frame / fps;
    const bool look = schedule.look_at(from_seconds(t), t >= 2 && t < 4 ? 0.1F : 0.0F);
    count += look && t >= begin && t < end ? 1 : 0;
  }
  return count;
}

TEST(LookSchedule, LooksAtTheFirstFrameAndOftenEnoughToLearnInASecond) {
  EXPECT_EQ(looks({}, 30, 0, 0.01), 1);
  EXPECT_GE(looks({}, 30, 0, 1.0), 4);
  EXPECT_GE(looks({}, 10, 0, 1.0), 4);
}

TEST(LookSchedule, LooksSeveralTimesASecondWhileThingsMoveAtAnyFrameRate) {
  EXPECT_NEAR(looks({}, 30, 2, 4), 9, 1);
  EXPECT_NEAR(looks({}, 60, 2, 4), 9, 1);
  EXPECT_NEAR(looks({}, 10, 2, 4), 8, 2);
}

TEST(LookSchedule, LooksSoonAfterMotionEndsAndThenRarely) {
  EXPECT_EQ(looks({}, 30, 4, 6), 4);
  EXPECT_LE(looks({}, 30, 6, 10), 2);
}

TEST(LookSchedule, EverySavingCanBeSwitchedOff) {
  EXPECT_EQ(looks(Savings::none(), 30, 0, 10), 300);
  EXPECT_EQ(looks({.gate = true, .stride = false}, 30, 2, 4), 60);
  EXPECT_NEAR(looks({.gate = false, .stride = true}, 30, 6, 10), 18, 2);
}

}  // namespace
}  // namespace tally::cart
