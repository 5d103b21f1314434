#include "perception/cart/slot.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace tally::cart {
namespace {

const Sighting kThing{{10, 10, 40, 50}, 0.8F, {0.8F}};

std::shared_ptr<const vision::LumaImage> checkered() {
  vision::LumaImage image{64, 64, {}};
  for (int i = 0; i < 64 * 64; ++i) {
    const bool light = (i % 64 / 4 + i / 64 / 4) % 2 == 0;
    image.pixels.push_back(light ? 200 : 60);
  }
  return std::make_shared<const vision::LumaImage>(std::move(image));
}

SlotView full(double t) { return {.time = from_seconds(t), .still = true, .picture = checkered()}; }

SlotView small(double t) {
  SlotView view = full(t);
  view.small = true;
  return view;
}

// Rests since its start, and full looks saw it until 2 s.
Slot standing() {
  Slot slot = Slot::formed_by(kThing, SessionTime{0});
  slot.state = SlotState::kOccupied;
  for (const double t : {0.5, 1.0, 1.5, 2.0}) slot.seen(kThing, full(t));
  return slot;
}

TEST(Slot, AMissInASmallLookSaysLessThanOneInAFullLook) {
  Slot by_full = standing();
  by_full.occupied = nullptr;  // The picture is no witness here.
  Slot by_small = by_full;
  const float before = by_full.log_odds;
  by_full.missed(full(2.5));
  by_small.missed(small(2.5));
  EXPECT_LT(by_small.log_odds, before);
  EXPECT_LT(by_full.log_odds, by_small.log_odds);
}

TEST(Slot, WhatSmallLooksDoNotSeeIsHeldAgainstSmallLooksAlone) {
  Slot slot = standing();
  const float rate = slot.full_looks.rate();
  for (int i = 1; i <= 10; ++i) slot.missed(small(2 + 0.4 * i));
  EXPECT_EQ(slot.full_looks.rate(), rate);
  EXPECT_LT(slot.small_looks.rate(), 0.15F);
  EXPECT_TRUE(slot.surely_occupied());  // Its picture says that it is there.
}

TEST(Slot, SmallLooksThatAlwaysSeeAnItemBecomeBetterWitnessesOfItsBeingGone) {
  Slot known = standing();
  for (int i = 1; i <= 10; ++i) known.seen(kThing, small(2 + 0.4 * i));
  Slot unknown = standing();
  for (int i = 1; i <= 10; ++i) unknown.seen(kThing, full(2 + 0.4 * i));
  known.occupied = unknown.occupied = nullptr;
  ASSERT_EQ(known.log_odds, unknown.log_odds);  // As sure as one can be.
  known.missed(small(6.4));
  unknown.missed(small(6.4));
  EXPECT_LT(known.log_odds, unknown.log_odds);
}

}  // namespace
}  // namespace tally::cart
