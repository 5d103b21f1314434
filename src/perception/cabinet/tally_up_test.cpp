#include "perception/cabinet/tally_up.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::cabinet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

cart::Layout two_products(bool priced = true) {
  cart::Layout layout;
  for (const char* id : {"cola", "water"}) {
    cart::LayoutProduct product{.id = id, .classes = {}};
    if (priced) product.price_minor = 200;
    layout.products.push_back(product);
  }
  return layout;
}

Act act(EventKind kind, double probability) {
  return {kind, from_seconds(kind == EventKind::kTake ? 3 : 6), 0, probability, {}};
}

CarriedItem item(std::optional<double> take, std::optional<double> put, double cola = 1.0) {
  CarriedItem made;
  made.products = {cola, 1 - cola};
  made.product = cola >= 0.5 ? 0 : 1;
  if (take) made.take = act(EventKind::kTake, *take);
  if (put) made.put = act(EventKind::kPut, *put);
  made.cameras = {0};
  return made;
}

CabinetCart cart_of(const std::vector<CarriedItem>& items, std::vector<cart::Doubt> doubts = {}) {
  const std::vector<std::string> cameras{"cam0"};
  return tally_up(items, two_products(), cameras, std::move(doubts));
}

TEST(TallyUp, ATakeIsAsSureAsItsActAndItsProduct) {
  const CabinetCart cart = cart_of({item(0.9, {}, 0.8)});
  ASSERT_THAT(cart.lines, SizeIs(1));
  EXPECT_EQ(cart.lines[0].quantity, 1);
  EXPECT_NEAR(cart.probability, 0.72, 1e-9);
  EXPECT_NEAR(cart.lines[0].confidence, 0.72, 1e-9);
}

TEST(TallyUp, WhatCameBackAddsNothingWhateverItWas) {
  const CabinetCart cart = cart_of({item(0.9, 0.9, 0.5)});
  EXPECT_NEAR(cart.probability, 0.9 * 0.9 + 0.1 * 0.1, 1e-9);
}

TEST(TallyUp, AnActThatHardlyHappenedIsDoubtedOnce) {
  const CabinetCart cart = cart_of({item(0.3, {})});
  EXPECT_THAT(cart.events, IsEmpty());
  EXPECT_THAT(cart.doubts, SizeIs(1));
  EXPECT_NEAR(cart.probability, 0.7, 1e-9);
}

TEST(TallyUp, DoubtsOfOtherWitnessesMakeItLessSure) {
  EXPECT_NEAR(cart_of({item(0.9, {})}, {{"why", 0.5}}).probability, 0.45, 1e-9);
}

TEST(TallyUp, TheExpectedErrorInMoneyIsThatOfTheCounts) {
  // Off by one cola with 0.1: 20 of 200 minor units.
  EXPECT_NEAR(cart_of({item(0.9, {})}).expected_error_minor.value(), 20, 1e-6);
  const std::vector<std::string> cameras{"cam0"};
  const std::vector<CarriedItem> items{item(0.9, {})};
  EXPECT_FALSE(tally_up(items, two_products(false), cameras).expected_error_minor);
}

TEST(TallyUp, PosteriorsAreOfNetCounts) {
  const auto posteriors = count_posteriors(std::vector{item(0.9, {}), item(0.8, {})}, 2);
  ASSERT_THAT(posteriors, SizeIs(1));
  EXPECT_NEAR(posteriors[0].probability_of(2), 0.72, 1e-9);
  EXPECT_NEAR(posteriors[0].probability_of(1), 0.9 * 0.2 + 0.1 * 0.8, 1e-9);
  EXPECT_NEAR(posteriors[0].probability_of(0), 0.02, 1e-9);
  EXPECT_EQ(posteriors[0].probability_of(3), 0);
}

TEST(CabinetDecision, ThePolicyDecidesWhoIsAsked) {
  const CabinetCart sure = cart_of({item(0.99, {})});
  EXPECT_EQ(decide(sure, {.probability_min = 0.9}).kind, DecisionKind::kCharge);
  EXPECT_EQ(decide(sure, {.probability_min = 0.995}).kind, DecisionKind::kReview);
  const CabinetCart unsure = cart_of({item(0.6, {})});
  const Decision asked = decide(unsure, {.probability_min = 0.9});
  EXPECT_EQ(asked.kind, DecisionKind::kReview);
  EXPECT_THAT(asked.reasons, SizeIs(1));
  EXPECT_EQ(decide(unsure, {.probability_min = 0}).kind, DecisionKind::kCharge);
  EXPECT_EQ(decide(cart_of({}), {}).kind, DecisionKind::kNothing);
}

TEST(CabinetDecision, MorePutThanTakenIsReviewedUnlessNothingIs) {
  const CabinetCart brought = cart_of({item({}, 0.99)});
  const Decision asked = decide(brought, {.probability_min = 0.5});
  EXPECT_EQ(asked.kind, DecisionKind::kReview);
  EXPECT_THAT(asked.reasons[0], HasSubstr("more of cola put in"));
  EXPECT_EQ(decide(brought, {.probability_min = 0}).kind, DecisionKind::kNothing);
}

}  // namespace
}  // namespace tally::cabinet
