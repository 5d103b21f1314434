#include "perception/cabinet/unseen.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "perception/cabinet/cabinet_stage.hpp"

namespace tally::cabinet {
namespace {

// A hand that reaches into one facing at 4 s and is inside for half a second.
class Unseen : public ::testing::Test {
 protected:
  static constexpr std::size_t kFacing = 12;
  static constexpr double kChanged = kSurelyChanged + 0.7;

  void reach(double at) {
    Carry hand{SightingKind::kHand, {}, {}};
    const vision::Point3 front = testing::front_of(layout_, kFacing);
    for (int i = 0; i < 20; ++i) {
      const double seconds = at - 0.5 + 0.05 * i;
      const double y = i >= 5 && i < 15 ? 0.02 : -0.4;
      hand.sightings.push_back(sightings_.size());
      sightings_.push_back({static_cast<std::size_t>(i % 2),
                            from_seconds(seconds),
                            SightingKind::kHand,
                            {},
                            0.8F,
                            {}});
      hand.places.push_back({from_seconds(seconds), {front.x, y, front.z}, {}, {0.01, 0.01, 0.01}});
    }
    carries_.push_back(std::move(hand));
  }
  // An item taken from facing 3 that goes in again before kFacing from `at` on, and comes out.
  CarriedItem holds(double at) {
    Carry item{SightingKind::kItemInHand, {}, {}};
    const vision::Point3 front = testing::front_of(layout_, kFacing);
    const auto see = [&](double seconds, double y) {
      item.sightings.push_back(sightings_.size());
      sightings_.push_back({0, from_seconds(seconds), SightingKind::kItemInHand, {}, 0.8F, {}});
      item.places.push_back({from_seconds(seconds), {front.x, y, front.z}, {}, {0.01, 0.01, 0.01}});
    };
    for (int i = 0; i < 5; ++i) see(2 + 0.1 * i, -0.4);
    for (int i = 0; i < 8; ++i) see(at + 0.1 * i, 0.0);
    for (int i = 0; i < seen_after_; ++i) see(at + 1 + 0.1 * i, -0.5);
    CarriedItem taken_before = taken(3, 1.8);
    taken_before.carry = carries_.size();
    carries_.push_back(std::move(item));
    return taken_before;
  }
  [[nodiscard]] ActInputs inputs() const {
    return {&layout_,
            sightings_,
            carries_,
            {},
            [this](std::size_t facing, SessionTime before, SessionTime after, auto left) {
              const double shown = changed(facing, to_seconds(before), to_seconds(after));
              return left && came_back ? -kChanged : shown;
            }};
  }
  [[nodiscard]] static CarriedItem taken(std::size_t facing, double at) {
    CarriedItem item;
    item.products.assign(32, 0.0);
    item.products[facing] = 1;
    item.product = facing;
    item.take = Act{EventKind::kTake, from_seconds(at), 0, 0.9, {}, facing};
    return item;
  }

  cart::Layout layout_ = testing::layout_of();
  std::vector<Sighting> sightings_;
  std::vector<Carry> carries_;
  int seen_after_ = 10;    // Times a held item is seen after it came out again.
  bool came_back = false;  // What left a facing, where that is asked.
  std::function<double(std::size_t, double, double)> changed =
      [](std::size_t facing, double, double) { return facing == kFacing ? kChanged : -kChanged; };
};

TEST_F(Unseen, AFacingThatChangedUnderAHandMayBeATakeOfItsProduct) {
  reach(4);
  std::vector<CarriedItem> items;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].product, kFacing);
  EXPECT_NEAR(to_seconds(items[0].take->time), 4, 0.3);
  EXPECT_EQ(items[0].take->facing, kFacing);
  EXPECT_EQ(items[0].cameras.size(), 2U);
  // Nobody saw it: it may have fallen over. A reason for doubt, no charge.
  EXPECT_LT(items[0].take->probability, 0.5);
  EXPECT_GT(items[0].take->probability, 0.1);
}

TEST_F(Unseen, ASecondVisitBeforeTheChangeIsSeenMakesNoSecondTake) {
  reach(4);
  reach(5.5);
  std::vector<CarriedItem> items;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_LT(items[0].take->probability, 0.5) << "and makes the first no surer";
}

TEST_F(Unseen, WithoutAHandThereOrWithoutAChangeNothingIsTaken) {
  std::vector<CarriedItem> items;
  add_unseen_acts(inputs(), items);
  EXPECT_TRUE(items.empty()) << "nobody was there";
  reach(4);
  changed = [](std::size_t facing, double, double) { return facing == 30 ? kChanged : -kChanged; };
  add_unseen_acts(inputs(), items);
  EXPECT_TRUE(items.empty()) << "another shelf's facing changed";
}

TEST_F(Unseen, WhatWasSeenExplainsTheChange) {
  reach(4);
  for (const auto& seen : {taken(kFacing, 4.2), taken(kFacing + 1, 4.2), taken(kFacing, 2.0)}) {
    std::vector<CarriedItem> items{seen};
    add_unseen_acts(inputs(), items);
    EXPECT_EQ(items.size(), 1U);
  }
  std::vector<CarriedItem> items{taken(30, 4.2)};
  add_unseen_acts(inputs(), items);
  EXPECT_EQ(items.size(), 2U) << "a take elsewhere explains nothing";
}

TEST_F(Unseen, AFacingThatLooksAsBeforeAgainWasFilledAgain) {
  reach(3);
  reach(7);
  const auto put_of = [&] {
    std::vector<CarriedItem> items{taken(kFacing, 3.2)};
    add_unseen_acts(inputs(), items);
    return items[0].put;
  };
  // By 3 it changes, and by 7 again.
  changed = [](std::size_t facing, double, double) {
    return facing == kFacing ? kChanged : -kChanged;
  };
  EXPECT_FALSE(put_of()) << "something else stands there";
  came_back = true;
  ASSERT_TRUE(put_of());
  EXPECT_NEAR(to_seconds(put_of()->time), 7.2, 0.3);
  changed = [](std::size_t facing, double before, double) {
    return facing == kFacing && before < 4 ? kChanged : -kChanged;
  };
  EXPECT_FALSE(put_of()) << "it is as the take left it";
}

TEST_F(Unseen, AnUnsurePutOfTheFacingsProductBecomesSurer) {
  reach(4);
  CarriedItem brought = taken(kFacing, 4.4);
  brought.put = brought.take;
  brought.take.reset();
  brought.put->kind = EventKind::kPut;
  brought.put->probability = 0.1;
  brought.put->facing = kFacing + 8;
  std::vector<CarriedItem> items{brought};
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U) << "it is no take";
  EXPECT_GT(items[0].put->probability, 0.7);
  changed = [](std::size_t, double, double) { return -kChanged; };
  items = {brought};
  add_unseen_acts(inputs(), items);
  EXPECT_DOUBLE_EQ(items[0].put->probability, 0.1);
}

TEST_F(Unseen, AnUnsureTakeOfTheFacingsProductBecomesSurerAndIsNotDoubled) {
  reach(4);
  CarriedItem unsure = taken(kFacing, 4.4);
  unsure.take->facing = kFacing + 8;  // Told wrongly.
  unsure.products.assign(32, 0.4 / 31);
  unsure.products[kFacing] = 0.6;
  const auto surer = [&](double probability) {
    unsure.take->probability = probability;
    std::vector<CarriedItem> items{unsure};
    add_unseen_acts(inputs(), items);
    EXPECT_EQ(items.size(), 1U);
    EXPECT_GT(items[0].products[kFacing], 0.99);
    return items[0].take->probability;
  };
  EXPECT_GT(surer(0.23), 0.5);
  // What was hardly seen to be taken is no charge: what stood there may have fallen.
  EXPECT_LT(surer(0.05), 0.5);
  EXPECT_NEAR(surer(1e-4), 0.35, 1e-9) << "as where nothing was seen";
  reach(5);
  EXPECT_LT(surer(0.05), 0.5) << "one change is told once, however often a hand is there";
}

TEST_F(Unseen, AHandThatReachesInAgainWithWhatItHoldsTakesAnother) {
  changed = [](std::size_t, double, double) { return -0.5; };  // Another stands behind it.
  std::vector<CarriedItem> items{holds(4)};
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 2U);
  ASSERT_TRUE(items[1].take);
  EXPECT_EQ(items[1].product, kFacing);
  EXPECT_EQ(items[1].take->facing, kFacing);
  EXPECT_NEAR(to_seconds(items[1].take->time), 4.3, 0.5);
  EXPECT_GT(items[1].take->probability, 0.5);
  EXPECT_EQ(items[1].cameras, (std::vector<std::size_t>{0}));
}

TEST_F(Unseen, ATakeThatNobodySawBeforeTheFirstReachIsThatReach) {
  changed = [](std::size_t, double, double) { return -0.5; };
  std::vector<CarriedItem> items{holds(4)};
  items[0].take->place.y = -0.3;  // First seen there, in a hand.
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_NEAR(to_seconds(items[0].take->time), 4.3, 0.5);
  EXPECT_EQ(items[0].take->facing, kFacing);
  EXPECT_FALSE(items[0].put);
}

TEST_F(Unseen, ATakeThatNobodySawIsOneOfItsOwnWhereItsFacingChanged) {
  changed = [](std::size_t facing, double, double) { return facing == 3 ? 3.0 : -0.5; };
  std::vector<CarriedItem> items{holds(4)};
  items[0].take->place.y = -0.3;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].take->facing, 3U);
  EXPECT_EQ(items[1].take->facing, kFacing);
}

TEST_F(Unseen, ATakeThatNobodySawAndThatIsHardlySeenAfterTheReachWasPutBack) {
  changed = [](std::size_t, double, double) { return -0.5; };
  seen_after_ = 2;
  std::vector<CarriedItem> items{holds(4)};
  items[0].take->place.y = -0.3;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_TRUE(items[0].put);
}

TEST_F(Unseen, WhereAGuessedTakeWasReallyIsToldByItsProductToo) {
  changed = [](std::size_t, double, double) { return -0.5; };
  std::vector<CarriedItem> items{holds(4)};
  items[0].take->place.y = -0.3;
  items[0].products.assign(32, 0.1 / 30);
  items[0].products[3] = 0.5;
  items[0].products[kFacing] = 0.4;
  items[0].product = 3;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].product, kFacing);
}

TEST_F(Unseen, WhatIsHardlySeenAfterItWentInAgainWasPutBack) {
  changed = [](std::size_t, double, double) { return -0.5; };
  seen_after_ = 2;
  std::vector<CarriedItem> items{holds(4)};
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  ASSERT_TRUE(items[0].put);
  EXPECT_GT(items[0].put->probability, 0.5);
  EXPECT_NEAR(to_seconds(items[0].put->time), 4.4, 0.5);
}

TEST_F(Unseen, WhatWasSeenThereIsWhatTheHandReachedFor) {
  changed = [](std::size_t, double, double) { return -0.5; };
  const CarriedItem held = holds(4);
  carries_.push_back({SightingKind::kItemInHand, {}, {}});
  for (const double probability : {0.9, 0.1}) {
    CarriedItem seen = taken(kFacing, 4.6);
    seen.carry = carries_.size() - 1;
    seen.take->probability = probability;
    seen.take->place = testing::front_of(layout_, kFacing);
    std::vector<CarriedItem> items{held, seen};
    add_unseen_acts(inputs(), items);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_GT(items[1].take->probability, 0.65);
  }
}

TEST_F(Unseen, AnItemThatIsPutBackWasNotCarriedBesideAnother) {
  changed = [](std::size_t, double, double) { return -0.5; };
  std::vector<CarriedItem> items{holds(4)};
  items[0].put = Act{EventKind::kPut, from_seconds(5), items[0].carry, 0.9, {}, kFacing};
  add_unseen_acts(inputs(), items);
  EXPECT_EQ(items.size(), 1U);
}

TEST_F(Unseen, AChangeBackToHowItWasIsAPutAndNoTakeThatNobodySaw) {
  reach(3);
  reach(7);
  changed = [](std::size_t facing, double before, double after) {
    if (facing != kFacing) return -kChanged;
    return (before < 3) != (after < 3) && after < 7 ? kChanged : before < 3 ? -kChanged : kChanged;
  };
  came_back = true;
  std::vector<CarriedItem> items;
  add_unseen_acts(inputs(), items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_NEAR(to_seconds(items[0].take->time), 3, 0.3);
  ASSERT_TRUE(items[0].put);
  EXPECT_NEAR(to_seconds(items[0].put->time), 7.2, 0.3);
}

}  // namespace
}  // namespace tally::cabinet
