#include "perception/cart/sighting.hpp"

#include <gtest/gtest.h>

namespace tally::cart {
namespace {

const std::vector<int> kProducts{0, 1, kActorClass, kIgnoredClass};

TEST(ReadLook, BoxesOnOneThingAreOneSightingWithAVoteForEachClass) {
  const Look look =
      read_look({{{0, 0, 10, 20}, 1, 0.4F}, {{0, 1, 10, 20}, 0, 0.6F}, {{50, 0, 60, 20}, 0, 0.5F}},
                kProducts, 2);
  ASSERT_EQ(look.goods.size(), 2U);
  EXPECT_FLOAT_EQ(look.goods[0].score, 0.6F);
  EXPECT_FLOAT_EQ(look.goods[0].votes[0], 0.6F);
  EXPECT_FLOAT_EQ(look.goods[0].votes[1], 0.4F);
}

TEST(ReadLook, ActorsAreKeptApartAndTheRestIsLeftOut) {
  const Look look = read_look(
      {{{0, 0, 10, 20}, 2, 0.9F}, {{0, 0, 9, 9}, 3, 0.9F}, {{5, 5, 5, 9}, 0, 0.9F}}, kProducts, 2);
  EXPECT_TRUE(look.goods.empty());
  ASSERT_EQ(look.actors.size(), 1U);
  EXPECT_FLOAT_EQ(cover_of({0, 0, 20, 20}, look.actors), 0.5F);
  EXPECT_FLOAT_EQ(cover_of({100, 0, 120, 20}, look.actors), 0);
}

TEST(OverlapOfSmaller, IsOneForABoxWithinAnother) {
  EXPECT_FLOAT_EQ(overlap_of_smaller({0, 0, 10, 10}, {2, 2, 4, 4}), 1);
  EXPECT_FLOAT_EQ(overlap_of_smaller({0, 0, 10, 10}, {5, 0, 15, 10}), 0.5F);
  EXPECT_FLOAT_EQ(overlap_of_smaller({0, 0, 0, 0}, {5, 0, 15, 10}), 0);
}

}  // namespace
}  // namespace tally::cart
