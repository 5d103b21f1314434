#include "perception/cart/events.hpp"

#include <gtest/gtest.h>

namespace tally::cart {
namespace {

Change change(double at, EventKind kind, std::string product, double confidence = 0.99) {
  return {from_seconds(at), kind, std::move(product), confidence, {}};
}

TEST(Events, ItemsOfOneProductThatGoTogetherAreOneAct) {
  const auto events = merge_into_events(
      {change(1.0, EventKind::kTake, "cola"), change(1.2, EventKind::kTake, "water"),
       change(1.5, EventKind::kTake, "cola"), change(1.55, EventKind::kPut, "cola"),
       change(2.2, EventKind::kTake, "cola")},
      "cam0");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].product, "cola");
  EXPECT_EQ(events[0].quantity, 2);
  EXPECT_NEAR(events[0].confidence, 0.99 * 0.99, 1e-9);
  EXPECT_EQ(events[1].product, "water");
  EXPECT_EQ(events[2].kind, EventKind::kPut);
  EXPECT_EQ(events[3].at_ms, 2200);
  EXPECT_EQ(events[3].quantity, 1);
}

// Sets, or absolute differences, would make two equal bottles one and charge for what was put back.
TEST(Events, LinesAreSignedCounts) {
  const auto events =
      merge_into_events({change(1, EventKind::kTake, "cola"), change(3, EventKind::kTake, "cola"),
                         change(5, EventKind::kPut, "cola"), change(7, EventKind::kPut, "water")},
                        "cam0");
  const auto lines = sum_lines(events);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].product, "cola");
  EXPECT_EQ(lines[0].quantity, 1);
  EXPECT_EQ(lines[0].events, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(lines[1].quantity, -1);
}

TEST(Decide, ChargesWhatIsSureAndNothingForWhatWasPutBack) {
  EXPECT_EQ(decide({}, {}).kind, DecisionKind::kNothing);
  EXPECT_EQ(decide({{"cola", 0, 0.99, {}}}, {}).kind, DecisionKind::kNothing);
  EXPECT_EQ(decide({{"cola", 2, 0.99, {}}}, {}).kind, DecisionKind::kCharge);
}

TEST(Decide, AsksAHumanInEveryDoubtAndSaysWhy) {
  for (const Decision& decision :
       {decide({{"cola", 1, 0.8, {}}}, {}), decide({{"cola", 0, 0.8, {}}}, {}),
        decide({{"cola", -1, 0.99, {}}}, {}), decide({}, {{"the camera moved"}})}) {
    EXPECT_EQ(decision.kind, DecisionKind::kReview);
    EXPECT_EQ(decision.reasons.size(), 1U);
  }
}

TEST(Decide, ADoubtLowersTheProbability) {
  EXPECT_EQ(decide({}, {{"never at rest", 0}}).probability, 0);
  EXPECT_NEAR(decide({{"cola", 1, 0.8, {}}}, {{"the camera moved"}}).probability, 0.4, 1e-9);
}

TEST(Decide, ManyLinesAreOnlyAsSureAsAllOfThemTogether) {
  std::vector<CartLine> lines(12, CartLine{"cola", 1, 0.99, {}});
  EXPECT_EQ(decide(lines, {}).kind, DecisionKind::kReview);
}

}  // namespace
}  // namespace tally::cart
