#include "perception/cabinet/settle.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace tally::cabinet {
namespace {

Act act(EventKind kind, double seconds, double probability, double x = 0) {
  return {kind, from_seconds(seconds), 0, probability, {x, 0, 0.5}};
}

// Of three products, the first being likely with `first`.
CarriedItem item(std::optional<Act> take, std::optional<Act> put, double first = 0.9) {
  CarriedItem made;
  made.products = {first, (1 - first) / 2, (1 - first) / 2};
  made.product = first >= 0.5 ? 0 : 1;
  made.take = take;
  made.put = put;
  return made;
}

// Of what nothing is known but its acts.
void settle_unseen(std::vector<CarriedItem>& items) {
  const std::vector<Carry> carries(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i].carry = i;
  settle(items, carries, {});
}

constexpr auto kTake = EventKind::kTake;
constexpr auto kPut = EventKind::kPut;

TEST(Settle, OneActFollowedTwiceCountsOnceAndTheLikelierStays) {
  std::vector items{item(act(kTake, 4.0, 0.7), {}), item(act(kTake, 4.2, 0.95, 0.1), {})};
  settle_unseen(items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_DOUBLE_EQ(items[0].take->probability, 0.95);
}

TEST(Settle, APartOfWhatAnotherDidGoesAway) {
  std::vector items{item(act(kTake, 4.0, 0.9), act(kPut, 6.0, 0.9)), item({}, act(kPut, 6.2, 0.8))};
  settle_unseen(items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_TRUE(items[0].take && items[0].put);
}

TEST(Settle, TwoItemsApartInPlaceTimeOrProductStayTwo) {
  for (const auto& other : {item(act(kTake, 4.2, 0.9, 0.4), {}), item(act(kTake, 5.0, 0.9), {}),
                            item(act(kTake, 4.1, 0.9), {}, 0.01)}) {
    std::vector items{item(act(kTake, 4.0, 0.9), {}, 0.98), other};
    settle_unseen(items);
    EXPECT_EQ(items.size(), 2U);
  }
}

// Two things carried out beside each other, `apart` metres, whose boxes in one camera's pictures
// lie `shift` pixels from each other; the second is seen half as often, and taken `later` seconds
// later.
std::size_t left_of_two(double apart, float shift, double later = 0.6) {
  std::vector<Sighting> sightings;
  std::vector<Carry> carries(2);
  for (int i = 0; i < 12; ++i) {
    for (std::size_t thing = 0; thing < 2; ++thing) {
      if (thing == 1 && i % 2 == 1) continue;
      const float left = 100 + (thing == 1 ? shift : 0);
      const SessionTime time = from_seconds(4 + 0.1 * i);
      carries[thing].sightings.push_back(sightings.size());
      carries[thing].places.push_back(
          {time, {thing == 1 ? apart : 0, 0.05 - 0.05 * i, 0.5}, {}, {0.05, 0.05, 0.05}});
      sightings.push_back(
          {0, time, SightingKind::kItemInHand, {left, 100, left + 40, 160}, 0.8F, {}});
    }
  }
  std::vector items{item(act(kTake, 4.0, 1), {}), item(act(kTake, 4 + later, 0.9, 0.3), {})};
  items[1].carry = 1;
  settle(items, carries, sightings);
  return items.size();
}

TEST(Settle, WhatIsCarriedTogetherAndNotSeenBesideEachOtherIsOneItem) {
  EXPECT_EQ(left_of_two(0.1, 15), 1U);
  EXPECT_EQ(left_of_two(0.1, 35), 2U) << "pictures show two";
  EXPECT_EQ(left_of_two(0.5, 15), 2U) << "they go different ways";
  EXPECT_EQ(left_of_two(0.1, 15, 1.0), 2U) << "they were taken one after the other";
}

TEST(Settle, APutIsOfTheItemThatWasTakenBefore) {
  std::vector items{item(act(kTake, 4.0, 0.3), {}, 0.6), item({}, act(kPut, 9.0, 0.9, 0.4), 0.6)};
  settle_unseen(items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_GT(items[0].take->probability, 0.7);
  EXPECT_DOUBLE_EQ(items[0].put->probability, 0.9);
  EXPECT_GT(items[0].products[0], 0.8);
}

TEST(Settle, APutOfSomethingElseOrBeforeTheTakeStaysByItself) {
  std::vector other{item(act(kTake, 4.0, 0.9), {}, 0.98), item({}, act(kPut, 9.0, 0.9), 0.01)};
  settle_unseen(other);
  EXPECT_EQ(other.size(), 2U);
  std::vector earlier{item(act(kTake, 9.0, 0.9), {}), item({}, act(kPut, 4.0, 0.9))};
  settle_unseen(earlier);
  EXPECT_EQ(earlier.size(), 2U);
}

TEST(Settle, AnUnlikelyPutChangesNothing) {
  std::vector items{item(act(kTake, 4.0, 0.9), {}), item({}, act(kPut, 9.0, 0.3))};
  settle_unseen(items);
  EXPECT_EQ(items.size(), 2U);
}

TEST(Settle, WhatPicturesShowMoreSurelyAsAnothersIsAPartOfThat) {
  const vision::Box box{100, 100, 140, 160};
  const vision::Box over{120, 110, 160, 170};
  const vision::Box aside{300, 100, 340, 160};
  // A carry seen in six pictures, and one seen in three: in `twice` of these over the other.
  const auto is_part_of = [&](int twice, float score, std::size_t camera = 0) {
    std::vector<Sighting> sightings;
    std::vector<Carry> carries(2, {SightingKind::kItemInHand, {}, {}});
    for (int i = 0; i < 6; ++i) {
      const SessionTime time = from_seconds(0.1 * i);
      carries[0].sightings.push_back(sightings.size());
      sightings.push_back({0, time, SightingKind::kItemInHand, box, 0.8F, {}});
      if (i >= 3) continue;
      carries[1].sightings.push_back(sightings.size());
      const vision::Box& where = i < twice ? over : aside;
      sightings.push_back({camera, time, SightingKind::kItemInHand, where, score, {}});
    }
    EXPECT_FALSE(is_part(0, carries, sightings)) << "the one seen more";
    return is_part(1, carries, sightings);
  };
  EXPECT_TRUE(is_part_of(3, 0.6F));
  EXPECT_TRUE(is_part_of(2, 0.6F));
  EXPECT_FALSE(is_part_of(1, 0.6F)) << "as detectors do";
  EXPECT_FALSE(is_part_of(3, 0.9F)) << "more surely than the other";
  EXPECT_FALSE(is_part_of(3, 0.6F, 1)) << "in another camera's pictures";
}

TEST(Settle, WhatWasBroughtIsForeignMoreOften) {
  const auto foreign = [](std::optional<Act> take, double put) {
    std::vector items{item(take, act(kPut, 9.0, put))};
    for (double& share : items[0].products) share *= 0.9;
    items[0].foreign = 0.1;
    doubt_what_was_brought(items);
    const double known = std::accumulate(items[0].products.begin(), items[0].products.end(), 0.0);
    EXPECT_NEAR(known + items[0].foreign, 1, 1e-12);
    return items[0].foreign;
  };
  EXPECT_NEAR(foreign({}, 0.9), 0.4, 1e-12);
  EXPECT_NEAR(foreign(act(kTake, 4.0, 0.2), 0.9), 0.4, 1e-12);
  EXPECT_DOUBLE_EQ(foreign(act(kTake, 4.0, 0.9), 0.9), 0.1) << "it was taken there";
  EXPECT_DOUBLE_EQ(foreign({}, 0.3), 0.1) << "hardly put";
}

}  // namespace
}  // namespace tally::cabinet
