#include "server/payments/sandbox.hpp"

#include <gmock/gmock.h>

#include "platform/store_test_support.hpp"

namespace tally::payments {
namespace {

using namespace commerce::payment_event;
using commerce::PaymentEvent;
using commerce::PaymentRequest;
using platform::testing::at;
using platform::testing::outcome_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Currency kEuro = Currency::parse("EUR").value();
const PaymentId kPayment = platform::testing::id_of<PaymentKind>(1);

class SandboxTest : public platform::testing::StoreTest, public server::World {
 public:
  Instant now() override { return now_; }
  void fill_random(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, 0); }

 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped()) return;
    const auto made = platform::migrate(*connection_, "sandbox", sandbox_migrations(), now_);
    ASSERT_TRUE(made) << made.error().message;
    restart();
  }
  void restart() {
    sandbox_.reset();
    store_ = platform::Store::on(connect_again());
    sandbox_ = std::make_unique<Sandbox>(*store_, *this, SandboxOptions{"https://tally.example"});
  }
  PaymentEvent ask(ProviderRequest request) {
    std::optional<PaymentEvent> answer;
    sandbox_->ask(std::move(request), [&](PaymentEvent event) { answer = std::move(event); });
    return answer.value();
  }
  static ProviderRequest request(PaymentRequest kind, std::int64_t minor,
                                 std::string reference = {}) {
    return {.kind = kind,
            .payment = kPayment,
            .refund = {},
            .key = kPayment.text() + ":" + std::string(name_of(kind)),
            .amount = {minor, kEuro},
            .method = {},
            .reference = std::move(reference),
            .description = {}};
  }
  static ProviderRequest hold(std::string method, std::string reference = {}) {
    ProviderRequest made = request(PaymentRequest::kHold, 1000, std::move(reference));
    made.method = std::move(method);
    return made;
  }
  static ProviderRequest refund(std::uint64_t number, std::int64_t minor, std::string reference) {
    ProviderRequest made = request(PaymentRequest::kRefund, minor, std::move(reference));
    made.refund = platform::testing::id_of<RefundKind>(number);
    made.key += ":" + made.refund.text();
    return made;
  }
  std::string held(std::string method = "pm_card_visa") {
    return std::get<HoldPlaced>(ask(hold(std::move(method)))).reference;
  }
  std::vector<SandboxStatement> statement() {
    return read([&](platform::Transaction& t) { return sandbox_statement(t, now_); }).value();
  }
  std::string complete(const std::string& reference, bool approve) {
    return outcome_of(write(
        [&](platform::Transaction& t) { return complete_action(t, now_, reference, approve); }));
  }

  Instant now_ = at(1'800'000'000'000);
  std::unique_ptr<platform::Store> store_;
  std::unique_ptr<Sandbox> sandbox_;
};
TALLY_ON_BOTH_STORES(SandboxTest);

TEST_P(SandboxTest, HoldsCapturesOnceAndRefundsWithinWhatWasCaptured) {
  const auto placed = std::get<HoldPlaced>(ask(hold("pm_card_visa")));
  EXPECT_EQ(placed.amount, (Money{1000, kEuro}));
  EXPECT_EQ(placed.capture_before, now_ + kSandboxHold);
  EXPECT_THAT(statement(), ElementsAre(SandboxStatement{kEuro, 0, 0, 1000}));
  restart();  // It knows all of it still.
  const std::string& reference = placed.reference;
  EXPECT_EQ(std::get<HoldPlaced>(ask(hold("pm_card_visa"))).reference, reference);
  EXPECT_EQ(std::get<CaptureRefused>(ask(request(PaymentRequest::kCapture, 1001, reference))).code,
            "amount_too_large");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(std::get<CaptureDone>(ask(request(PaymentRequest::kCapture, 700, reference))).amount,
              (Money{700, kEuro}));
  }
  EXPECT_EQ(std::get<ReleaseRefused>(ask(request(PaymentRequest::kRelease, 0, reference))).code,
            "payment_intent_unexpected_state");
  for (int i = 0; i < 2; ++i) ask(refund(1, 500, reference));
  EXPECT_EQ(std::get<RefundRefused>(ask(refund(2, 201, reference))).code, "amount_too_large");
  EXPECT_EQ(std::get<RefundRefused>(ask(refund(1, 100, reference))).code, "idempotency_error");
  EXPECT_EQ(std::get<RefundDone>(ask(refund(3, 200, reference))).refund,
            platform::testing::id_of<RefundKind>(3));
  EXPECT_EQ(std::get<RefundRefused>(ask(refund(4, 1, reference))).code, "charge_already_refunded");
  EXPECT_THAT(statement(), ElementsAre(SandboxStatement{kEuro, 700, 700, 0}));
}

TEST_P(SandboxTest, DeclinesAsTheCardSays) {
  EXPECT_EQ(std::get<HoldDeclined>(ask(hold("pm_card_chargeDeclinedInsufficientFunds"))).code,
            "insufficient_funds");
  EXPECT_EQ(std::get<HoldDeclined>(ask(hold("pm_card_visa"))).code, "idempotency_error");
  ProviderRequest other = hold("pm_nobody_has");
  other.key = "other";
  EXPECT_EQ(std::get<HoldDeclined>(ask(other)).code, "resource_missing");
}

TEST_P(SandboxTest, AReleasedHoldIsGone) {
  const std::string reference = held();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(std::get<ReleaseDone>(ask(request(PaymentRequest::kRelease, 0, reference))).key,
              kPayment.text() + ":release");
  }
  EXPECT_EQ(std::get<CaptureRefused>(ask(request(PaymentRequest::kCapture, 1, reference))).code,
            "payment_intent_unexpected_state");
  EXPECT_TRUE(std::holds_alternative<HoldExpired>(ask(hold("pm_card_visa"))));
  EXPECT_EQ(std::get<ReleaseRefused>(ask(request(PaymentRequest::kRelease, 0, "pi_none"))).code,
            "resource_missing");
}

TEST_P(SandboxTest, TheShopperConfirmsOrDoesNot) {
  const auto needed = std::get<ActionNeeded>(ask(hold("pm_card_authenticationRequired")));
  EXPECT_EQ(needed.url, "https://tally.example/sandbox/actions/" + kPayment.text());
  const auto action =
      read([&](platform::Transaction& t) { return find_action(t, needed.reference); });
  ASSERT_TRUE(action);
  EXPECT_EQ(action->payment, kPayment);
  EXPECT_TRUE(action->open);
  EXPECT_EQ(complete(needed.reference, true), "");
  EXPECT_EQ(complete(needed.reference, true), "");
  EXPECT_EQ(complete(needed.reference, false), "store.stale");
  EXPECT_EQ(complete("pi_none", true), "store.missing");
  const auto asked = ask(hold("pm_card_authenticationRequired", needed.reference));
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(asked));
}

TEST_P(SandboxTest, WhoeverDoesNotConfirmIsDeclined) {
  const auto needed = std::get<ActionNeeded>(ask(hold("pm_card_authenticationRequired")));
  EXPECT_EQ(complete(needed.reference, false), "");
  EXPECT_EQ(std::get<HoldDeclined>(ask(hold("pm_card_authenticationRequired"))).code,
            "authentication_failed");
}

TEST_P(SandboxTest, ItMayTimeOutAfterSucceedingAndTheSameKeyFindsTheHold) {
  ProviderRequest asked = hold("pm_tally_timesOutAfterSuccess");
  const auto silent = std::get<AnswerUnknown>(ask(asked));
  EXPECT_EQ(silent.key, asked.key);
  EXPECT_EQ(silent.request, PaymentRequest::kHold);
  asked.attempt = 1;
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(ask(asked)));
  EXPECT_THAT(statement(), ElementsAre(SandboxStatement{kEuro, 0, 0, 1000}));
}

TEST_P(SandboxTest, AHoldLapsesAtItsTime) {
  const std::string reference = held("pm_tally_holdExpiresSoon");
  now_ += kSandboxShortHold;
  EXPECT_EQ(std::get<CaptureRefused>(ask(request(PaymentRequest::kCapture, 1, reference))).code,
            "capture_charge_authorization_expired");
  EXPECT_TRUE(std::holds_alternative<HoldExpired>(ask(hold("pm_tally_holdExpiresSoon"))));
  EXPECT_THAT(statement(), ElementsAre(SandboxStatement{kEuro, 0, 0, 0}));
}

TEST_P(SandboxTest, ARefundMayFail) {
  const std::string reference = held("pm_card_refundFail");
  ask(request(PaymentRequest::kCapture, 700, reference));
  EXPECT_EQ(std::get<RefundRefused>(ask(refund(1, 100, reference))).code,
            "expired_or_canceled_card");
  EXPECT_THAT(statement(), ElementsAre(SandboxStatement{kEuro, 700, 0, 0}));
}

TEST_P(SandboxTest, WhileItIsDownNothingHappensAndNobodyKnows) {
  sandbox_->set_down(true);
  EXPECT_TRUE(std::holds_alternative<AnswerUnknown>(ask(hold("pm_card_visa"))));
  EXPECT_THAT(statement(), IsEmpty());
  sandbox_->set_down(false);
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(ask(hold("pm_card_visa"))));
}

}  // namespace
}  // namespace tally::payments
