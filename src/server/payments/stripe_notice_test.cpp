#include "server/payments/stripe_notice.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tally::payments {
namespace {

using commerce::Payment;
using commerce::PaymentState;
using What = StripeNotice::What;

constexpr Instant kNow{std::chrono::seconds{1'800'000'000}};

TEST(StripeSignature, IsCheckedOverTimeAndRawPayload) {
  // Made with: printf '1800000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
  const std::string good = "45705be2a45ab5acdd1395cc695e9e7073125385ec24194921c401dff44176f8";
  const std::string payload = R"({"id":"evt_1"})";
  const Instant now{std::chrono::seconds{1'800'000'000}};
  const std::string header = "t=1800000000,v1=" + good + ",v0=ignored";
  EXPECT_TRUE(verify_stripe_signature(payload, header, "whsec_test", now));
  EXPECT_TRUE(verify_stripe_signature(payload, header, "whsec_test", now + kSignatureTolerance));
  EXPECT_TRUE(verify_stripe_signature(payload, header, "whsec_test", now - kSignatureTolerance));
  EXPECT_FALSE(verify_stripe_signature(payload, header, "whsec_test",
                                       now + kSignatureTolerance + Duration{1}));
  EXPECT_FALSE(verify_stripe_signature(payload, header, "whsec_test",
                                       now - kSignatureTolerance - Duration{1}));
  EXPECT_FALSE(verify_stripe_signature(payload + " ", header, "whsec_test", now));
  EXPECT_FALSE(verify_stripe_signature(payload, header, "whsec_other", now));
  EXPECT_FALSE(verify_stripe_signature(payload, header, "", now));
  EXPECT_FALSE(verify_stripe_signature(payload, "t=1800000001,v1=" + good, "whsec_test", now));
  EXPECT_FALSE(verify_stripe_signature(payload, "t=1800000000,v0=" + good, "whsec_test", now));
  // Two secrets are in use while one is being replaced.
  EXPECT_TRUE(
      verify_stripe_signature(payload, "t=1800000000,v1=abc,v1=" + good, "whsec_test", now));
  for (const char* nonsense : {"", ",", "t=", "v1=", "t=x,v1=y", "t=99999999999999999999,v1=a"}) {
    EXPECT_FALSE(verify_stripe_signature(payload, nonsense, "whsec_test", now)) << nonsense;
  }
}

std::string told(std::string_view type, std::string_view object) {
  return fmt::format(R"({{"id": "evt_1", "type": "{}", "data": {{"object": {}}}}})", type, object);
}

TEST(StripeNotices, SayWhichPaymentIsToBeLookedAt) {
  const char* intent = R"({"id": "pi_1", "metadata": {"tally_payment": "pay_1"}})";
  const auto held = parse_stripe_notice(told("payment_intent.amount_capturable_updated", intent));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->payment, "pay_1");
  EXPECT_EQ(held->intent, "pi_1");
  EXPECT_EQ(held->what, What::kLook);
  EXPECT_EQ(parse_stripe_notice(told("payment_intent.payment_failed", intent))->what, What::kLook);
  EXPECT_EQ(parse_stripe_notice(told("payment_intent.canceled", intent))->what, What::kCancelled);
  const auto refund = parse_stripe_notice(
      told("refund.failed", R"({"id": "re_1", "payment_intent": "pi_1", "failure_reason": "lost",
           "metadata": {"tally_payment": "pay_1", "tally_refund": "rfn_1"}})"));
  ASSERT_TRUE(refund);
  EXPECT_EQ(refund->refund, "rfn_1");
  EXPECT_EQ(refund->code, "lost");
}

TEST(StripeNotices, OfWhatIsNotOursSayNothing) {
  for (const std::string& payload :
       {std::string(), std::string("[]"), std::string("{"), told("payment_intent.created", "{}"),
        told("payment_intent.canceled", R"({"id": "pi_1"})"),
        told("payment_intent.canceled", R"({"id": 7, "metadata": {"tally_payment": "pay_1"}})"),
        told("payment_intent.canceled", R"({"id": "pi_1", "metadata": []})"),
        told("payment_intent.canceled", "7"),
        told("refund.failed", R"({"payment_intent": "pi_1", "metadata": {"tally_payment": "x"}})"),
        told("payment_intent.canceled",
             fmt::format(R"({{"id": "{}", "metadata": {{"tally_payment": "p"}}}})",
                         std::string(5000, 'x')))}) {
    EXPECT_FALSE(parse_stripe_notice(payload)) << payload;
  }
}

TEST(StripeNotices, AreReasonsOnlyWhereNothingIsUnderWay) {
  using namespace commerce::payment_event;
  for (std::size_t i = 0; i < commerce::kPaymentStateCount; ++i) {
    Payment payment;
    payment.state = static_cast<PaymentState>(i);
    payment.reference = "pi_1";
    SCOPED_TRACE(name_of(payment.state));
    StripeNotice notice{.payment = "p", .refund = {}, .intent = "pi_1", .code = {}};
    const bool acting = payment.state == PaymentState::kActionNeeded;
    const auto look = event_of(notice, payment, kNow);
    EXPECT_EQ(look && std::holds_alternative<ActionDone>(*look), acting);
    EXPECT_EQ(look.has_value(), acting);
    notice.what = What::kCancelled;
    const auto cancelled = event_of(notice, payment, kNow);
    EXPECT_EQ(cancelled && std::holds_alternative<HoldExpired>(*cancelled),
              payment.state == PaymentState::kHeld);
    EXPECT_EQ(cancelled.has_value(), acting || payment.state == PaymentState::kHeld);
    notice.intent = "pi_2";
    EXPECT_FALSE(event_of(notice, payment, kNow));
  }
}

TEST(StripeNotices, OfARefundAreForOneThatIsKnown) {
  Payment payment;
  payment.reference = "pi_1";
  payment.refunds.emplace_back().id = RefundId::from_bits({2});
  StripeNotice notice{.payment = "p",
                      .refund = RefundId::from_bits({2}).text(),
                      .intent = "pi_1",
                      .what = What::kRefundFailed,
                      .code = "lost_or_stolen_card"};
  const auto refused = event_of(notice, payment, kNow);
  ASSERT_TRUE(refused);
  EXPECT_EQ(std::get<commerce::payment_event::RefundRefused>(*refused).code, "lost_or_stolen_card");
  notice.refund = RefundId::from_bits({3}).text();
  EXPECT_FALSE(event_of(notice, payment, kNow));
}

}  // namespace
}  // namespace tally::payments
