#include "commerce/movement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::StartsWith;
using namespace testing;  // NOLINT: the shop of the tests.

const SessionId kSession = id<SessionId>(1);
const MovementSource kBySession{kSession, {}, {}, {}};
const MovementSource kByUser{{}, id<UserId>(1), {}, {}};
const MovementSource kByDispute{kSession, {}, id<DisputeId>(1), {}};
const MovementSource kByReview{kSession, {}, {}, id<ReviewId>(1)};
const MovementSource kByBoth{kSession, {}, id<DisputeId>(1), id<ReviewId>(1)};
const MovementSource kDisputeAlone{{}, {}, id<DisputeId>(1), {}};
const MovementSource kNobody;

Movement by(MovementCause cause, std::int64_t quantity, const MovementSource& source) {
  Movement movement{id<MovementId>(1), "key", kCabinet, kCola, cause, quantity, at(1), source};
  if (cause == MovementCause::kCount) movement.counted = 3;
  return movement;
}

// What each cause allows, of quantities -1, 0, 1 and of these sources.
struct Rule {
  MovementCause cause;
  bool negative, zero, positive;
  bool nobody, session, user, dispute, review, both, dispute_alone;
};
constexpr Rule kRules[] = {
    {MovementCause::kSale, true, false, false, false, true, false, true, true, true, false},
    {MovementCause::kPutBack, false, false, true, false, true, false, true, true, true, false},
    {MovementCause::kRestock, true, false, true, false, true, false, true, true, true, false},
    {MovementCause::kCount, true, true, true, false, true, true, true, true, true, false},
    {MovementCause::kCountOffset, true, false, true, true, true, true, true, true, true, true},
    {MovementCause::kWaste, true, false, false, false, true, true, true, true, true, false},
    {MovementCause::kExpired, true, false, false, false, true, true, true, true, true, false},
    {MovementCause::kCorrection, true, false, true, false, false, false, true, true, false, false},
};

TEST(Movement, HasTheSignAndTheSourceThatItsCauseAsks) {
  for (const Rule& rule : kRules) {
    const MovementSource good = rule.cause == MovementCause::kCorrection ? kByDispute : kBySession;
    const std::int64_t moved = rule.negative ? -1 : 1;
    const auto quantity = [&](std::int64_t n) {
      return check(by(rule.cause, n, good)).has_value();
    };
    const auto source = [&](const MovementSource& from) {
      return check(by(rule.cause, moved, from)).has_value();
    };
    SCOPED_TRACE(name_of(rule.cause));
    EXPECT_EQ(quantity(-1), rule.negative);
    EXPECT_EQ(quantity(0), rule.zero);
    EXPECT_EQ(quantity(1), rule.positive);
    EXPECT_EQ(source(kNobody), rule.nobody);
    EXPECT_EQ(source(kBySession), rule.session);
    EXPECT_EQ(source(kByUser), rule.user);
    EXPECT_EQ(source(kByDispute), rule.dispute);
    EXPECT_EQ(source(kByReview), rule.review);
    EXPECT_EQ(source(kByBoth), rule.both);
    EXPECT_EQ(source(kDisputeAlone), rule.dispute_alone);
  }
}

TEST(Movement, SaysWhichFieldIsWrong) {
  const auto field = [](auto change) {
    Movement wrong = by(MovementCause::kSale, -1, kBySession);
    change(wrong);
    const auto result = check(wrong);
    const std::string message = result ? "" : result.error().message;
    return message.substr(0, message.find(':'));
  };
  EXPECT_EQ(field([](Movement&) {}), "");
  EXPECT_EQ(field([](Movement& m) { m.id = {}; }), "movement.id");
  EXPECT_EQ(field([](Movement& m) { m.key = ""; }), "movement.key");
  EXPECT_EQ(field([](Movement& m) { m.cabinet = {}; }), "movement.cabinet");
  EXPECT_EQ(field([](Movement& m) { m.product = {}; }), "movement.product");
  EXPECT_EQ(field([](Movement& m) { m.counted = 3; }), "movement.counted");
  EXPECT_EQ(field([](Movement& m) {
              m = by(MovementCause::kCount, 0, kByUser);
              m.counted.reset();
            }),
            "movement.counted");
}

TEST(Movement, EndsAtItsLimits) {
  EXPECT_TRUE(check(by(MovementCause::kSale, -kMovementQuantityMax, kBySession)));
  EXPECT_FALSE(check(by(MovementCause::kSale, -kMovementQuantityMax - 1, kBySession)));
  Movement movement = by(MovementCause::kCount, 0, kByUser);
  movement.counted = kMovementQuantityMax;
  EXPECT_TRUE(check(movement));
  movement.counted = kMovementQuantityMax + 1;
  EXPECT_FALSE(check(movement));
  movement.counted = -1;
  EXPECT_FALSE(check(movement));
  movement.counted = 0;
  movement.key = std::string(kMovementKeyBytesMax, 'k');
  EXPECT_TRUE(check(movement));
  movement.key += 'k';
  EXPECT_FALSE(check(movement));
}

TEST(Movement, IsRepeatedByOneThatDiffersInItsIdAlone) {
  const Movement first = by(MovementCause::kSale, -2, kBySession);
  const auto repeats = [&](auto change) {
    Movement second = first;
    second.id = id<MovementId>(2);
    change(second);
    return is_repeat(first, second);
  };
  EXPECT_TRUE(repeats([](Movement&) {}));
  EXPECT_FALSE(repeats([](Movement& m) { m.key = "other"; }));
  EXPECT_FALSE(repeats([](Movement& m) { m.cabinet = id<CabinetId>(2); }));
  EXPECT_FALSE(repeats([](Movement& m) { m.product = kWater; }));
  EXPECT_FALSE(repeats([](Movement& m) { m.cause = MovementCause::kWaste; }));
  EXPECT_FALSE(repeats([](Movement& m) { m.quantity = -1; }));
  EXPECT_FALSE(repeats([](Movement& m) { m.at = at(2); }));
  EXPECT_FALSE(repeats([](Movement& m) { m.source.session = id<SessionId>(2); }));
}

TEST(Movement, OfACountIsRepeatedWhateverWasPredicted) {
  const Movement first = by(MovementCause::kCount, -2, kByUser);
  Movement second = by(MovementCause::kCount, 1, kByUser);
  EXPECT_TRUE(is_repeat(first, second));
  second.counted = 4;
  EXPECT_FALSE(is_repeat(first, second));
}

}  // namespace
}  // namespace tally::commerce
