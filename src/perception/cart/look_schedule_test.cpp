#include "perception/cart/look_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tally::cart {
namespace {

using ::testing::Each;

// The looks in [begin, end) of a view that moves in [2, 4) and rests otherwise.
std::vector<LookKind> kinds(Savings savings, double fps, double begin, double end) {
  LookSchedule schedule(savings);
  std::vector<LookKind> found;
  for (int frame = 0; frame < static_cast<int>(10 * fps); ++frame) {
    const double t = frame / fps;
    const LookKind look = schedule.look_at(from_seconds(t), t >= 2 && t < 4 ? 0.1F : 0.0F);
    if (look != LookKind::kNone && t >= begin && t < end) found.push_back(look);
  }
  return found;
}

int looks(Savings savings, double fps, double begin, double end) {
  return static_cast<int>(kinds(savings, fps, begin, end).size());
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

TEST(LookSchedule, WhileThingsMoveFullAndSmallLooksTakeTurnsBeginningWithAFullOne) {
  for (const double fps : {10.0, 30.0, 60.0}) {
    const auto moving = kinds({}, fps, 2, 4);
    ASSERT_GE(moving.size(), 6U);
    for (std::size_t i = 0; i < moving.size(); ++i) {
      EXPECT_EQ(moving[i], i % 2 == 0 ? LookKind::kFull : LookKind::kSmall) << fps << " " << i;
    }
  }
}

TEST(LookSchedule, AFullLookInAShortRestIsFollowedByASmallOne) {
  LookSchedule schedule({});
  std::vector<LookKind> after;
  for (int frame = 0; frame < 200; ++frame) {
    const double t = frame / 30.0;
    const bool rests = t < 2 || (t > 4 && t < 4.3);
    const LookKind look = schedule.look_at(from_seconds(t), rests ? 0.0F : 0.1F);
    if (t > 4 && look != LookKind::kNone) after.push_back(look);
  }
  ASSERT_GE(after.size(), 3U);
  EXPECT_EQ(after[0], LookKind::kFull);  // At rest.
  EXPECT_EQ(after[1], LookKind::kSmall);
  EXPECT_EQ(after[2], LookKind::kFull);
}

TEST(LookSchedule, WhatRestsIsLookedAtInFull) {
  EXPECT_THAT(kinds({}, 30, 0, 2), Each(LookKind::kFull));
  EXPECT_THAT(kinds({}, 30, 4, 10), Each(LookKind::kFull));
}

TEST(LookSchedule, ASmallLookHasTwoFifthsOfThePixelsInWholeStepsOfTheGrid) {
  EXPECT_EQ(small_look_size({640, 384}), (vision::Size{416, 256}));
  EXPECT_EQ(small_look_size({384, 640}), (vision::Size{256, 416}));
  EXPECT_EQ(small_look_size({640, 640}), (vision::Size{416, 416}));
  EXPECT_EQ(small_look_size({544, 320}), (vision::Size{384, 224}));
}

TEST(LookSchedule, ANetworkForSmallPicturesHasNoSmallLooks) {
  EXPECT_EQ(small_look_size({512, 512}), (vision::Size{352, 352}));
  EXPECT_EQ(small_look_size({480, 480}), std::nullopt);
  EXPECT_EQ(small_look_size({416, 256}), std::nullopt);
}

TEST(LookSchedule, EverySavingCanBeSwitchedOff) {
  EXPECT_EQ(looks(Savings::none(), 30, 0, 10), 300);
  EXPECT_EQ(looks({.gate = true, .stride = false}, 30, 2, 4), 60);
  EXPECT_NEAR(looks({.gate = false, .stride = true}, 30, 6, 10), 18, 2);
  EXPECT_THAT(kinds({.small_looks = false}, 30, 0, 10), Each(LookKind::kFull));
}

}  // namespace
}  // namespace tally::cart
