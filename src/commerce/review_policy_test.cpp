#include "commerce/review_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "commerce/session.hpp"

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;

constexpr Instant kBegin{};
constexpr std::int64_t kErrorMax = 50;

CartDecided cart(Instant at, DecisionKind kind, int quantity = 1, double confidence = 0.97) {
  Decision decision{.kind = kind, .probability = confidence, .reasons = {}};
  if (kind == DecisionKind::kReview) decision.reasons = {"cam1 was lost"};
  return {at,
          {{.product = "cola", .quantity = quantity, .confidence = confidence, .events = {0}}},
          decision};
}

TEST(ReviewLevel, SaysWhoLooks) {
  const auto reviews = [](int level, const CartDecided& decided) {
    return judge({review_level(level).value(), kErrorMax}, decided.lines, decided.decision)
        ->review.has_value();
  };
  const CartDecided sure = cart(kBegin, DecisionKind::kCharge);
  const CartDecided nothing = cart(kBegin, DecisionKind::kNothing, 0);
  CartDecided cheap = cart(kBegin, DecisionKind::kReview, 1, 0.6);
  cheap.decision.expected_error_minor = kErrorMax;
  CartDecided costly = cheap;
  costly.decision.expected_error_minor = kErrorMax + 1;
  const CartDecided unpriced = cart(kBegin, DecisionKind::kReview, 1, 0.6);
  const std::array<std::array<bool, 5>, 5> wanted{{{true, true, true, true, true},
                                                   {true, false, true, true, true},
                                                   {false, false, true, true, true},
                                                   {false, false, false, true, true},
                                                   {false, false, false, false, false}}};
  for (int level = 1; level <= 5; ++level) {
    const auto& row = wanted[static_cast<std::size_t>(level - 1)];
    EXPECT_EQ(reviews(level, sure), row[0]) << level;
    EXPECT_EQ(reviews(level, nothing), row[1]) << level;
    EXPECT_EQ(reviews(level, cheap), row[2]) << level;
    EXPECT_EQ(reviews(level, costly), row[3]) << level;
    EXPECT_EQ(reviews(level, unpriced), row[4]) << level;
  }
  EXPECT_FALSE(review_level(0));
  EXPECT_FALSE(review_level(6));
}

TEST(ReviewLevel, WithoutAHumanDoubtChargesTheLowerNumber) {
  const auto lines_of = [](int quantity, double confidence) {
    const CartDecided decided = cart(kBegin, DecisionKind::kReview, quantity, confidence);
    return judge({ReviewLevel::kNone, 0}, decided.lines, decided.decision)->lines;
  };
  EXPECT_THAT(lines_of(2, 0.95), ElementsAre(ChargeLine{"cola", 2}));
  EXPECT_THAT(lines_of(2, 0.6), ElementsAre(ChargeLine{"cola", 1}));
  EXPECT_TRUE(lines_of(1, 0.6).empty());
  EXPECT_THAT(lines_of(-1, 0.6), ElementsAre(ChargeLine{"cola", -1}));
}

}  // namespace
}  // namespace tally::commerce
