#include "perception/evaluate/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "perception/evaluate/testing.hpp"

namespace tally::evaluate {
namespace {

using testing::Act;
using testing::cart_of;
using testing::kPut;
using testing::kTake;
using testing::truth_of;

const std::vector<Act> kSome{
    {1000, kTake, "cola", 2}, {4000, kPut, "cola"}, {6000, kTake, "water"}};

TEST(Score, APerfectCartIsExactAndEveryItemMatched) {
  const SessionScore score = score_session(cart_of(kSome), truth_of(kSome));
  EXPECT_TRUE(score.exact);
  EXPECT_EQ(score.outcome, Outcome::kRight);
  EXPECT_EQ(score.items, (ItemCounts{.matched = 4}));
  EXPECT_EQ(score.owed_minor, 350);
  EXPECT_EQ(score.asked_minor, 350);
}

TEST(Score, TwoTakesOfOneAreOneTakeOfTwo) {
  const Cart cart = cart_of({{900, kTake, "cola"}, {1300, kTake, "cola"}});
  const SessionScore score = score_session(cart, truth_of({{1000, kTake, "cola", 2}}));
  EXPECT_TRUE(score.exact);
  EXPECT_EQ(score.items, (ItemCounts{.matched = 2}));
}

TEST(Score, AnItemTooFarInTimeIsMissedAndExtraYetTheCartIsExact) {
  const SessionScore score =
      score_session(cart_of({{2001, kTake, "cola"}}), truth_of({{1000, kTake, "cola"}}));
  EXPECT_TRUE(score.exact);
  EXPECT_EQ(score.items, (ItemCounts{.extra = 1, .missed = 1}));
}

TEST(Score, ThePlaceMayBeRightAndTheProductWrong) {
  const SessionScore score =
      score_session(cart_of({{1200, kTake, "lime"}, {3000, kTake, "water"}}),
                    truth_of({{1000, kTake, "cola"}, {3000, kTake, "water"}}));
  EXPECT_FALSE(score.exact);
  EXPECT_EQ(score.items, (ItemCounts{.matched = 1, .misidentified = 1}));
  ASSERT_EQ(score.misidentified.size(), 1U);
  EXPECT_EQ(score.misidentified[0].expected, "cola");
  EXPECT_EQ(score.misidentified[0].got, "lime");
  EXPECT_TRUE(score.misidentified[0].same_family);
  EXPECT_EQ(score.asked_minor, score.owed_minor);  // Of the same price.
  EXPECT_EQ(score.outcome, Outcome::kWrongCharge);
}

// The lime at 1.9 s is nearer to the cola at 1.8 s, and still is the lime of 2.8 s.
TEST(Score, ItemsOfTheRightProductAreMatchedBeforeOthersAreMistaken) {
  const SessionScore score = score_session(
      cart_of({{1900, kTake, "lime"}}), truth_of({{1800, kTake, "cola"}, {2800, kTake, "lime"}}));
  EXPECT_EQ(score.items, (ItemCounts{.matched = 1, .missed = 1}));
}

TEST(Score, APutIsNoTake) {
  const SessionScore score =
      score_session(cart_of({{1000, kPut, "cola"}}), truth_of({{1000, kTake, "cola"}}));
  EXPECT_EQ(score.items, (ItemCounts{.extra = 1, .missed = 1}));
}

TEST(Score, LinesOfZeroCountAsAbsent) {
  const SessionScore score =
      score_session(cart_of({{1000, kTake, "cola"}, {3000, kPut, "cola"}}), truth_of({}));
  EXPECT_TRUE(score.exact);
  EXPECT_EQ(score.outcome, Outcome::kRight);
  EXPECT_TRUE(score.lines.empty());
}

TEST(Score, MoneyIsAtTheTruthsPricesAndANegativeLineCostsNothing) {
  const SessionScore score = score_session(
      cart_of({{1000, kTake, "cola", 3}, {2000, kPut, "water"}, {3000, kTake, "ghost", 2}}),
      truth_of({{1000, kTake, "cola"}, {1000, kTake, "water"}}));
  EXPECT_EQ(score.owed_minor, 350);
  EXPECT_EQ(score.asked_minor, 750);
  EXPECT_EQ(score.unpriced_items, 2);
}

TEST(Score, OutcomesFollowTheDecision) {
  const Truth owes = truth_of({{1000, kTake, "cola"}});
  const Truth owes_nothing = truth_of({});
  Cart right = cart_of({{1000, kTake, "cola"}});
  const Cart wrong = cart_of({{1000, kTake, "cola", 2}});
  EXPECT_EQ(score_session(right, owes).outcome, Outcome::kRight);
  EXPECT_EQ(score_session(wrong, owes).outcome, Outcome::kWrongCharge);
  EXPECT_EQ(score_session(right, owes_nothing).outcome, Outcome::kWrongCharge);
  EXPECT_EQ(score_session(cart_of({}), owes).outcome, Outcome::kMissedCharge);
  EXPECT_EQ(score_session(cart_of({}), owes_nothing).outcome, Outcome::kRight);
  right.decision.kind = DecisionKind::kReview;
  EXPECT_EQ(score_session(right, owes).outcome, Outcome::kReview);
  EXPECT_EQ(score_session(right, owes).unreviewed, Outcome::kRight);
  EXPECT_EQ(score_session(right, owes_nothing).unreviewed, Outcome::kWrongCharge);
}

TEST(Score, TheThresholdDecidesAnew) {
  const SessionScore score =
      score_session(cart_of({{1000, kTake, "cola"}}, 0.8), truth_of({{1000, kTake, "cola"}}));
  EXPECT_EQ(outcome_at(score, 0), Outcome::kRight);
  EXPECT_EQ(outcome_at(score, 0.8), Outcome::kRight);
  EXPECT_EQ(outcome_at(score, 0.81), Outcome::kReview);
  EXPECT_EQ(outcome_at(score_failed(truth_of({})), 0), Outcome::kFailed);
}

TEST(Score, ARestockIsExactOrNotAndChargesNobody) {
  Truth truth = truth_of({{1000, kPut, "cola"}, {3000, kTake, "water"}});
  truth.restock = true;
  Cart cart = cart_of({{1000, kPut, "cola"}, {3000, kTake, "lime"}}, 0.5);
  cart.decision.kind = DecisionKind::kNothing;
  const SessionScore score = score_session(cart, truth);
  EXPECT_FALSE(score.exact);
  EXPECT_EQ(score.outcome, Outcome::kRight);
  EXPECT_EQ(outcome_at(score, 0), Outcome::kRight);
  EXPECT_EQ(outcome_at(score, 0.9), Outcome::kRight);
  EXPECT_EQ(score.owed_minor + score.asked_minor, 0);
  EXPECT_EQ(score.lines.size(), 3U);
  truth.restock = false;
  EXPECT_EQ(score_session(cart, truth).outcome, Outcome::kMissedCharge);
  EXPECT_EQ(outcome_at(score_session(cart, truth), 0.1), Outcome::kReview);
}

TEST(Score, AFailedSessionMissesEverythingAndIsNeverExact) {
  const SessionScore score = score_failed(truth_of(kSome));
  EXPECT_FALSE(score.exact);
  EXPECT_EQ(score.outcome, Outcome::kFailed);
  EXPECT_EQ(score.items, (ItemCounts{.missed = 4}));
  EXPECT_FALSE(score_failed(truth_of({})).exact);
}

std::vector<Act> some_acts(std::mt19937& generator) {
  static const std::vector<std::string> products{"cola", "lime", "water"};
  std::vector<Act> acts(generator() % 8);
  for (Act& act : acts) {
    act = {static_cast<std::int64_t>(generator() % 6000), generator() % 3 == 0 ? kPut : kTake,
           products[generator() % 3], 1 + static_cast<int>(generator() % 2)};
  }
  return acts;
}

std::int64_t items_in(const std::vector<Act>& acts) {
  std::int64_t items = 0;
  for (const Act& act : acts) items += act.quantity;
  return items;
}

TEST(Score, EveryItemIsCountedOnceAndTheOrderOfEventsDoesNotMatter) {
  std::mt19937 generator(11);
  for (int round = 0; round < 300; ++round) {
    std::vector<Act> wanted = some_acts(generator);
    std::vector<Act> got = some_acts(generator);
    const SessionScore score = score_session(cart_of(got), truth_of(wanted));
    EXPECT_EQ(score.items.matched + score.items.misidentified + score.items.missed,
              items_in(wanted));
    EXPECT_EQ(score.items.matched + score.items.misidentified + score.items.extra, items_in(got));
    std::ranges::shuffle(wanted, generator);
    std::ranges::shuffle(got, generator);
    const SessionScore shuffled = score_session(cart_of(got), truth_of(wanted));
    EXPECT_EQ(shuffled.items, score.items);
    EXPECT_EQ(shuffled.exact, score.exact);
    EXPECT_EQ(shuffled.asked_minor, score.asked_minor);
  }
}

// Seen from the other side, what is extra is missed.
TEST(Score, TruthAndCartMayChangePlaces) {
  std::mt19937 generator(12);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Act> one = some_acts(generator);
    const std::vector<Act> other = some_acts(generator);
    const ItemCounts there = score_session(cart_of(one), truth_of(other)).items;
    const ItemCounts back = score_session(cart_of(other), truth_of(one)).items;
    EXPECT_EQ(there.matched, back.matched);
    EXPECT_EQ(there.extra + there.misidentified, back.missed + back.misidentified);
  }
}

}  // namespace
}  // namespace tally::evaluate
