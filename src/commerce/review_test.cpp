#include "commerce/review.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

namespace tally::commerce {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Instant kBegin{hours(24 * 365 * 50)};

UserId user(std::uint8_t number) {
  IdBits bits{};
  bits.back() = number;
  return UserId::from_bits(bits);
}

Review opened(std::optional<Instant> hold_until = std::nullopt) {
  return open_review(ReviewId::from_bits({}), SessionId::from_bits({}), {"cam1 was lost"}, kBegin,
                     hold_until);
}

Review after(Review review, const ReviewEvent& event) {
  auto made = step(review, event);
  EXPECT_TRUE(made) << made.error().message;
  return made ? made->review : std::move(review);
}

std::vector<ReviewEvent> events_at(Instant at, std::uint8_t by) {
  return {ReviewClaim{at, user(by)}, ReviewUnclaim{at, user(by)},
          ReviewDecide{at, user(by), {{"cola", 1}}}, ReviewTick{at}};
}

TEST(Review, EveryPairOfStateAndEventIsInTheTableOrAnError) {
  const Review claimed = after(opened(), ReviewClaim{kBegin, user(1)});
  const std::map<ReviewState, Review> reviews{
      {ReviewState::kWaiting, opened()},
      {ReviewState::kClaimed, claimed},
      {ReviewState::kDecided, after(claimed, ReviewDecide{kBegin, user(1), {}})},
      {ReviewState::kWaived, after(opened(), ReviewTick{kBegin + kReviewWaive})}};
  for (const auto& [state, review] : reviews) {
    ASSERT_EQ(review.state, state);
    for (const ReviewEvent& event : events_at(kBegin + minutes(1), 1)) {
      const auto made = step(review, event);
      SCOPED_TRACE(fmt::format("{} on {}", name_of(state), name_of(kind_of(event))));
      ASSERT_EQ(made.has_value(), can(review_transitions(), state, kind_of(event)));
    }
  }
}

TEST(Review, NoTwoPeopleWorkOnOne) {
  Review review = after(opened(), ReviewClaim{kBegin, user(1)});
  EXPECT_THAT(step(review, ReviewClaim{kBegin + minutes(9), user(2)}).error().message,
              HasSubstr("someone else has it"));
  EXPECT_FALSE(step(review, ReviewDecide{kBegin + minutes(9), user(2), {}}));
  EXPECT_FALSE(step(review, ReviewUnclaim{kBegin + minutes(9), user(2)}));
  review = after(review, ReviewClaim{kBegin + minutes(10), user(2)});  // The first ran out.
  EXPECT_FALSE(step(review, ReviewDecide{kBegin + minutes(11), user(1), {}}));
  const auto made = step(review, ReviewDecide{kBegin + minutes(12), user(2), {{"cola", 2}}});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->effects.size(), 1U);
  EXPECT_THAT(std::get<ReviewDone>(made->effects[0]).lines, ElementsAre(ChargeLine{"cola", 2}));
}

TEST(Review, NoneIsDecidedBeforeItWasClaimed) {
  const Review claimed = after(opened(), ReviewClaim{kBegin + minutes(1), user(1)});
  const Review decided = after(claimed, ReviewDecide{kBegin, user(1), {}});
  EXPECT_EQ(decided.decided_at, kBegin + minutes(1));
}

TEST(Review, AClaimThatRunsOutIsFreeAgain) {
  Review review = after(opened(), ReviewClaim{kBegin, user(1)});
  EXPECT_EQ(due(review), kBegin + kClaimTime);
  review = after(review, ReviewTick{kBegin + kClaimTime});
  EXPECT_EQ(review.state, ReviewState::kWaiting);
  EXPECT_TRUE(review.claimed_by.empty());
}

TEST(Review, UndecidedItAlarmsOnceAndIsThenWaived) {
  Review review = opened();
  EXPECT_EQ(due(review), kBegin + kReviewAlarm);
  auto made = step(review, ReviewTick{kBegin + kReviewAlarm});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ReviewOverdue>(made->effects[0]));
  made = step(made->review, ReviewTick{kBegin + kReviewAlarm + hours(1)});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->effects.empty());
  made = step(made->review, ReviewTick{kBegin + kReviewWaive});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->effects.size(), 1U);
  EXPECT_TRUE(std::get<ReviewDone>(made->effects[0]).waived);
  EXPECT_TRUE(std::get<ReviewDone>(made->effects[0]).lines.empty());
  EXPECT_FALSE(due(made->review));
}

TEST(Review, NothingIsDecidedAfterItsTimeThoughTheTickIsLate) {
  const Review review =
      after(opened(kBegin + hours(2)), ReviewClaim{kBegin + minutes(55), user(1)});
  ASSERT_EQ(review.waive_at, kBegin + hours(1));
  const ReviewDecide late{review.waive_at, user(1), {{"cola", 1}}};
  EXPECT_THAT(step(review, late).error().message, HasSubstr("its time was over"));
  EXPECT_FALSE(step(opened(kBegin + hours(2)), ReviewClaim{review.waive_at, user(1)}));
  EXPECT_TRUE(step(review, ReviewDecide{review.waive_at - Duration{1}, user(1), {{"cola", 1}}}));
  EXPECT_EQ(after(review, ReviewTick{review.waive_at}).state, ReviewState::kWaived);
}

TEST(Review, IsWaivedBeforeTheHoldLapses) {
  Review review = opened(kBegin + hours(20));
  EXPECT_EQ(review.waive_at, kBegin + hours(20) - kHoldMargin);
  review = after(review, ReviewTick{review.waive_at});
  EXPECT_EQ(review.state, ReviewState::kWaived);
}

TEST(Review, RandomWalksDecideOnceAndWalkEveryRow) {
  using Row = std::tuple<ReviewState, ReviewEventKind, ReviewState>;
  std::set<Row> walked;
  std::mt19937_64 random(5);
  for (int round = 0; round < 3000; ++round) {
    Review review = opened();
    Instant now = kBegin;
    int done = 0;
    for (int i = 0; i < 20; ++i) {
      now += minutes(random() % (random() % 4 == 0 ? 3000U : 12U));
      const auto events = events_at(now, static_cast<std::uint8_t>(1 + random() % 2));
      const ReviewEvent& event = events[random() % events.size()];
      const auto made = step(review, event);
      if (!made) continue;
      walked.insert({review.state, kind_of(event), made->review.state});
      for (const ReviewEffect& effect : made->effects) {
        done += std::holds_alternative<ReviewDone>(effect);
      }
      review = made->review;
      const bool claimed = review.state == ReviewState::kClaimed;
      ASSERT_EQ(claimed, review.claimed_until.has_value());
    }
    ASSERT_LE(done, 1);
  }
  for (const ReviewTransition& row : review_transitions()) {
    EXPECT_TRUE(walked.contains({row.from, row.on, row.to}))
        << name_of(row.from) << " " << name_of(row.on) << " " << name_of(row.to);
  }
}

}  // namespace
}  // namespace tally::commerce
