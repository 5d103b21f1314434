#include "commerce/dispute.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::commerce {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

constexpr Instant kBegin{hours(24 * 365 * 50)};

Money euros(std::int64_t minor) { return {minor, Currency::parse("EUR").value()}; }

DisputedLine line(std::string sku, int charged, int claimed) {
  return {.sku = std::move(sku), .charged = charged, .claimed = claimed};
}

DisputeRequest request(std::vector<DisputedLine> lines, std::int64_t claimed_minor = 301) {
  return {.id = DisputeId::from_bits({}),
          .session = SessionId::from_bits({}),
          .receipt = ReceiptId::from_bits({}),
          .receipt_at = kBegin,
          .words = "I put one back",
          .lines = std::move(lines),
          .claimed = euros(claimed_minor),
          .at = kBegin + hours(1),
          .policy = {.grant_max = euros(300)},
          .granted_lately = 0};
}

Dispute opened() {
  auto made = open_dispute(request({line("cola", 3, 1), line("chips", 1, 0)}));
  EXPECT_TRUE(made) << made.error().message;
  return made->dispute;
}

const RefundLines* refund(const DisputeStep& made) {
  for (const DisputeEffect& effect : made.effects) {
    if (const auto* found = std::get_if<RefundLines>(&effect)) return found;
  }
  return nullptr;
}

DisputeDecide deciding(int cola, int chips) {
  return {kBegin, UserId::from_bits({}), {{"chips", chips}, {"cola", cola}}};
}

TEST(Dispute, ASmallSumIsGrantedAtOnceButNotForEver) {
  auto made = open_dispute(request({line("cola", 2, 1)}, 300));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->dispute.state, DisputeState::kGranted);
  EXPECT_TRUE(made->dispute.by_policy);
  ASSERT_NE(refund(*made), nullptr);
  EXPECT_EQ(refund(*made)->lines[0].decided, 1);

  DisputeRequest again = request({line("cola", 2, 1)}, 300);
  again.granted_lately = again.policy.grants_max;
  EXPECT_EQ(open_dispute(again)->dispute.state, DisputeState::kOpen);
  EXPECT_EQ(open_dispute(request({line("cola", 2, 1)}, 301))->dispute.state, DisputeState::kOpen);
}

// Of a cabinet that has sold in another currency since.
TEST(Dispute, NoSumIsSmallInAnotherCurrency) {
  DisputeRequest other = request({line("cola", 2, 1)}, 1);
  other.policy.grant_max.currency = Currency::parse("JPY").value();
  EXPECT_EQ(open_dispute(other)->dispute.state, DisputeState::kOpen);
}

TEST(Dispute, AnOperatorDecidesLineByLine) {
  auto made = step(opened(), deciding(2, 1));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->dispute.state, DisputeState::kPartly);
  ASSERT_NE(refund(*made), nullptr);
  ASSERT_EQ(refund(*made)->lines.size(), 1U);
  EXPECT_EQ(refund(*made)->lines[0].decided, 2);
  EXPECT_EQ(refund(*made)->lines[0].sku, "cola");

  made = step(opened(), deciding(1, 0));
  EXPECT_EQ(made->dispute.state, DisputeState::kGranted);
  EXPECT_EQ(refund(*made)->lines.size(), 2U);

  made = step(opened(), deciding(3, 1));
  EXPECT_EQ(made->dispute.state, DisputeState::kRefused);
  EXPECT_EQ(refund(*made), nullptr);
}

TEST(Dispute, NobodyPaysMoreAfterIt) {
  EXPECT_THAT(step(opened(), deciding(4, 1)).error().message, HasSubstr("from 1 (claimed) to 3"));
  EXPECT_FALSE(step(opened(), deciding(0, 1)));
  EXPECT_FALSE(step(opened(), DisputeDecide{kBegin, {}, {{"cola", 2}}}));
  EXPECT_FALSE(step(opened(), DisputeDecide{kBegin, {}, {{"cola", 2}, {"cola", 2}}}));
}

TEST(Dispute, EveryPairOfStateAndEventIsInTheTableOrAnError) {
  std::vector<Dispute> disputes(kDisputeStates, opened());
  for (int state = 0; state < kDisputeStates; ++state) {
    Dispute& dispute = disputes[static_cast<std::size_t>(state)];
    dispute.state = static_cast<DisputeState>(state);
    for (const DisputeEvent& event :
         {DisputeEvent(deciding(2, 1)), DisputeEvent(DisputeWithdraw{kBegin})}) {
      const auto made = step(dispute, event);
      SCOPED_TRACE(fmt::format("{} on {}", name_of(dispute.state), name_of(kind_of(event))));
      EXPECT_EQ(made.has_value(), can(dispute_transitions(), dispute.state, kind_of(event)));
    }
  }
}

TEST(Dispute, NonsenseIsRefusedInWords) {
  EXPECT_THAT(open_dispute(request({})).error().message, HasSubstr("say which line"));
  EXPECT_FALSE(open_dispute(request({line("cola", 1, 1)})));
  EXPECT_FALSE(open_dispute(request({line("cola", 1, -1)})));
  EXPECT_FALSE(open_dispute(request({line("cola", 2, 1), line("cola", 2, 0)})));
  DisputeRequest late = request({line("cola", 2, 1)});
  late.at = kBegin + kDisputeTime;
  EXPECT_TRUE(open_dispute(late));
  late.at += Duration(1);
  EXPECT_THAT(open_dispute(late).error().message, HasSubstr("30 days are over"));
  DisputeRequest long_words = request({line("cola", 2, 1)});
  long_words.words.assign(kDisputeTextMax, 'a');
  EXPECT_TRUE(open_dispute(long_words));
  long_words.words += 'a';
  EXPECT_EQ(open_dispute(long_words).error().code.name, "commerce.limit");
  EXPECT_EQ(open_dispute(request({line("cola", 2, 1)}, -1)).error().code.name, "commerce.amount");
  std::vector<DisputedLine> lines;
  for (std::size_t i = 0; i < kDisputeLinesMax; ++i) lines.push_back(line(fmt::to_string(i), 1, 0));
  EXPECT_TRUE(open_dispute(request(lines)));
  lines.push_back(line("one more", 1, 0));
  EXPECT_EQ(open_dispute(request(lines)).error().code.name, "commerce.limit");
}

}  // namespace
}  // namespace tally::commerce
