#include "base/cart_compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CartEvent event(std::int64_t at_ms, EventKind kind, int quantity) {
  CartEvent made;
  made.at_ms = at_ms;
  made.kind = kind;
  made.product = "bottle";
  made.quantity = quantity;
  return made;
}

Cart two_events() {
  Cart cart;
  cart.events = {event(1000, EventKind::kTake, 2), event(5000, EventKind::kPut, 1)};
  cart.lines = {{.product = "bottle", .quantity = 1, .confidence = 0.9, .events = {0, 1}}};
  cart.decision.kind = DecisionKind::kCharge;
  return cart;
}

TEST(CartCompare, WhatIsMeasuredOrGradualDoesNotCount) {
  Cart other = two_events();
  other.stats.wall_seconds = 3;
  other.lines[0].confidence = 0.4;
  other.events[0].confidence = 0.1;
  other.events[0].evidence = "evidence/0001.mp4";
  other.inputs.models = {{"detect", "another", "ff"}};
  EXPECT_THAT(cart_differences(two_events(), other), IsEmpty());
  EXPECT_TRUE(carts_agree(two_events(), other));
}

TEST(CartCompare, TimesMayDifferByTheToleranceAndNoMore) {
  Cart other = two_events();
  other.events[0].at_ms = 1500;
  other.events[1].at_ms = 4500;
  EXPECT_TRUE(carts_agree(two_events(), other));
  other.events[0].at_ms = 1501;
  EXPECT_THAT(cart_differences(two_events(), other),
              ElementsAre("event 1: take bottle x2 at 1.50 s, not take bottle x2 at 1.00 s"));
  other.events[0].at_ms = 499;
  EXPECT_FALSE(carts_agree(two_events(), other));
}

TEST(CartCompare, AnotherKindProductOrQuantityIsAnotherEvent) {
  for (const auto& change :
       {+[](CartEvent& e) { e.kind = EventKind::kPut; }, +[](CartEvent& e) { e.product = "cup"; },
        +[](CartEvent& e) { e.quantity = 1; }}) {
    Cart other = two_events();
    change(other.events[0]);
    EXPECT_EQ(cart_differences(two_events(), other).size(), 1U);
  }
}

TEST(CartCompare, TheOrderOfEventsCounts) {
  Cart other = two_events();
  std::swap(other.events[0], other.events[1]);
  EXPECT_EQ(cart_differences(two_events(), other).size(), 2U);
}

TEST(CartCompare, MissingAndAdditionalEventsAreTold) {
  Cart shorter = two_events();
  shorter.events.pop_back();
  EXPECT_THAT(cart_differences(two_events(), shorter),
              ElementsAre("event 2 is missing: put bottle x1 at 5.00 s"));
  EXPECT_THAT(cart_differences(shorter, two_events()),
              ElementsAre("event 2 is one too many: put bottle x1 at 5.00 s"));
}

TEST(CartCompare, LinesAndDecisionCount) {
  Cart other = two_events();
  other.lines[0].quantity = 2;
  other.lines.push_back({.product = "cup", .quantity = 1, .confidence = 1, .events = {}});
  other.decision.kind = DecisionKind::kReview;
  EXPECT_THAT(cart_differences(two_events(), other),
              ElementsAre("decision: review, not charge", "line bottle: quantity 2, not 1",
                          "line cup is one too many: quantity 1"));
  EXPECT_THAT(cart_differences(other, two_events()),
              ElementsAre("decision: charge, not review", "line bottle: quantity 1, not 2",
                          "line cup is missing"));
}

}  // namespace
}  // namespace tally
