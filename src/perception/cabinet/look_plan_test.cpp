#include "perception/cabinet/look_plan.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tally::cabinet {
namespace {

constexpr float kStill = 0;
constexpr float kMoving = 0.1F;

struct Looks {
  int all = 0;
  int whole = 0;
};

// Looks of a camera with 30 frames/s, from `from` to `to` seconds.
Looks play(LookPlan& plan, double from, double to, float activity, bool known) {
  Looks looks;
  for (int i = static_cast<int>(from * 30); i < static_cast<int>(to * 30); ++i) {
    const SessionTime time = from_seconds(i / 30.0);
    if (!plan.look_at(time, activity)) continue;
    ++looks.all;
    looks.whole += plan.look_whole(time, known) ? 1 : 0;
  }
  return looks;
}

TEST(LookPlan, ACameraAtRestLooksTwiceASecondAndAtItsFirstPictureWhole) {
  LookPlan plan;
  const Looks looks = play(plan, 0, 10, kStill, false);
  EXPECT_EQ(looks.all, 20);
  EXPECT_EQ(looks.whole, 1);
}

TEST(LookPlan, WhatMovesIsLookedAtInEverySecondFrameAndForAHandWholePicturesAreSearched) {
  LookPlan plan;
  const Looks looks = play(plan, 0, 10, kMoving, false);
  EXPECT_EQ(looks.all, 150);
  EXPECT_EQ(looks.whole, 50);
}

TEST(LookPlan, AHandThatIsKnownIsFollowedAndWholePicturesAreRare) {
  LookPlan plan;
  const Looks looks = play(plan, 0, 10, kMoving, true);
  EXPECT_EQ(looks.all, 150);
  EXPECT_EQ(looks.whole, 25);
}

TEST(LookPlan, AHandThatStaysStillIsStillLookedAt) {
  LookPlan plan;
  play(plan, 0, 2, kMoving, true);
  const Looks looks = play(plan, 3, 13, kStill, true);
  EXPECT_EQ(looks.all, 20);
  EXPECT_EQ(looks.whole, 20);
}

TEST(LookPlan, AfterMotionTheSearchGoesOnForAMomentAndThenEnds) {
  LookPlan plan;
  play(plan, 0, 2, kMoving, false);
  const Looks looks = play(plan, 2, 12, kStill, false);
  EXPECT_LE(looks.whole, 1);
  EXPECT_GT(play(plan, 12, 13, kMoving, false).whole, 3);
}

TEST(LookPlan, WithoutSavingsEveryFrameIsLookedAtWhole) {
  LookPlan plan(cart::Savings::none());
  const Looks looks = play(plan, 0, 2, kStill, false);
  EXPECT_EQ(looks.all, 60);
  EXPECT_EQ(looks.whole, 60);
}

}  // namespace
}  // namespace tally::cabinet
