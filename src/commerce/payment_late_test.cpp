// Payments whose goods are gone before their hold, and whose answers come late or for another call.
#include <gmock/gmock.h>

#include "commerce/payment.hpp"
#include "commerce/payment_unanswered.hpp"
#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using namespace payment_event;
using namespace payment_effect;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const HoldWanted kWanted{kStart, euros(1000)};
const ActionNeeded kAction{kStart, "https://bank.example/3ds", "ref_1"};
const RefundId kRefund = id_of<RefundId>(1);

PaymentStep stepped(const Payment& payment, const PaymentEvent& event) {
  Result<PaymentStep> next = step(payment, event);
  if (next) return std::move(*next);
  ADD_FAILURE() << next.error().message;
  return {payment, {}};
}

std::string_view error_of(const Payment& payment, const PaymentEvent& event) {
  const Result<PaymentStep> next = step(payment, event);
  return next ? "none" : next.error().code.name;
}

TEST(Payment, WhatIsSoldWithoutAHoldIsADebtAtOnce) {
  const CaptureWanted sale{kStart, gross(700, 70)};
  const std::vector<std::vector<PaymentEvent>> without{
      {ReleaseWanted{kStart}},
      {kWanted, HoldDeclined{kStart, "insufficient_funds"}},
      {kWanted, ReleaseWanted{kStart}},
      {kWanted, kAction},
      {kWanted, kAction, ReleaseWanted{kStart}},
      {kWanted, placed(1000), ReleaseWanted{kStart}},
      {kWanted, placed(1000), ReleaseWanted{kStart}, ReleaseDone{kStart, {}}}};
  for (const auto& history : without) {
    const PaymentStep next = stepped(after_events(history), sale);
    SCOPED_TRACE(name_of(next.state.state));
    EXPECT_EQ(effects_of<OweDebt>(next.effects).at(0).gross, gross(700, 70));
    EXPECT_EQ(next.state.debt_minor, 700);
    EXPECT_THAT(effects_of<LedgerPost>(next.effects), SizeIs(2));  // The sale, and its debt.
    EXPECT_EQ(effects_of<Failed>(next.effects).at(0).request, PaymentRequest::kCapture);
    EXPECT_THAT(effects_of<AskCapture>(next.effects), IsEmpty());
    EXPECT_NE(next.state.state, PaymentState::kActionNeeded);
    EXPECT_EQ(stepped(next.state, ReleaseWanted{kStart}).state, next.state);
  }
}

TEST(Payment, WhatIsSoldBeforeItsHoldIsPlacedIsCapturedThenOrBecomesADebt) {
  const Payment waiting = after_events({kWanted, CaptureWanted{kStart, gross(700, 70)}});
  EXPECT_EQ(waiting.state, PaymentState::kHolding);
  EXPECT_EQ(waiting.debt_minor, 0);
  EXPECT_EQ(stepped(waiting, ReleaseWanted{kStart}).state, waiting);

  PaymentStep next = stepped(waiting, placed(1000));
  EXPECT_EQ(next.state.state, PaymentState::kCapturing);
  EXPECT_EQ(effects_of<AskCapture>(next.effects).at(0).amount, euros(700));

  next = stepped(waiting, HoldDeclined{kStart, "insufficient_funds"});
  EXPECT_EQ(next.state.state, PaymentState::kDeclined);
  EXPECT_EQ(effects_of<OweDebt>(next.effects).at(0).gross, gross(700, 70));

  next = stepped(waiting, kAction);  // Nobody is there to act.
  EXPECT_EQ(next.state.state, PaymentState::kReleasing);
  EXPECT_EQ(effects_of<OweDebt>(next.effects).at(0).gross, gross(700, 70));
  EXPECT_EQ(effects_of<AskRelease>(next.effects).at(0).reference, "ref_1");
  next = stepped(next.state, placed(1000));  // They acted nevertheless: it is let go.
  EXPECT_EQ(next.state.state, PaymentState::kReleasing);
  EXPECT_THAT(effects_of<AskCapture>(next.effects), IsEmpty());
}

TEST(Payment, WhoeverPaysADebtIsThereToAct) {
  const Payment acting =
      after_events({kWanted, CaptureWanted{kStart, gross(700)}, kAction}, PaymentPurpose::kDebt);
  EXPECT_EQ(acting.state, PaymentState::kActionNeeded);
  EXPECT_EQ(stepped(acting, CaptureWanted{kStart, gross(700)}).state, acting);
  EXPECT_THAT(effects_of<AskCapture>(stepped(acting, placed(1000)).effects), SizeIs(1));
  EXPECT_EQ(stepped(acting, ReleaseWanted{kStart}).state.state, PaymentState::kReleasing);
}

TEST(Payment, TheEndOfAHoldThatIsBeingCapturedIsTheCapturesToTell) {
  const Payment capturing =
      after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)}});
  EXPECT_EQ(stepped(capturing, HoldExpired{kStart}).state, capturing);
  EXPECT_EQ(stepped(capturing, ReleaseDone{kStart, {}}).state, capturing);
}

TEST(Payment, ALateAnswerToACancellingSaysNothingOfTheRelease) {
  const std::string id = id_of<PaymentId>(1).text();
  const Payment releasing = after_events(
      {kWanted, kAction, ReleaseWanted{kStart},
       AnswerUnknown{kStart, PaymentRequest::kRelease, 0, {}, id + ":cancel"}, placed(1000)});
  EXPECT_EQ(stepped(releasing, ReleaseDone{kStart, id + ":cancel"}).state, releasing);
  EXPECT_EQ(stepped(releasing, ReleaseRefused{kStart, "processing", id + ":cancel"}).state,
            releasing);
  const PaymentStep silent =
      stepped(releasing, AnswerUnknown{kStart, PaymentRequest::kRelease, 1, {}, id + ":cancel"});
  EXPECT_EQ(silent.state, releasing);
  EXPECT_THAT(silent.effects, IsEmpty());
  for (const std::string& key : {std::string(), id + ":release"}) {
    EXPECT_EQ(stepped(releasing, ReleaseDone{kStart, key}).state.state, PaymentState::kReleased);
  }
  EXPECT_TRUE(
      stepped(releasing, ReleaseRefused{kStart, "no", id + ":release"}).state.release_refused);
}

TEST(Payment, ARefundThatWasRefusedStaysRefused) {
  const Payment refused = after_events(
      {kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)},
       CaptureDone{kStart, euros(700)}, RefundWanted{kStart, kRefund, gross(100, 10), "wrong"},
       RefundDone{kStart, kRefund}, RefundRefused{kStart, kRefund, "account_closed"}});
  const PaymentStep late = stepped(refused, RefundDone{kStart, kRefund});
  EXPECT_EQ(late.state, refused);
  EXPECT_THAT(late.effects, IsEmpty());
}

TEST(Payment, RefundsOfAPartlyCapturedSaleHaveNoMoreTaxThanWasCaptured) {
  const Payment partly =
      after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(1500, 150)},
                    CaptureDone{kStart, euros(1000)}});
  EXPECT_EQ(refundable(partly), gross(1000, 100));
  EXPECT_EQ(error_of(partly, RefundWanted{kStart, kRefund, gross(1000, 101), ""}),
            "commerce.amount");
  EXPECT_EQ(error_of(partly, RefundWanted{kStart, kRefund, gross(1000, 100), ""}), "none");
}

TEST(Payment, AsksAgainForAllThatItWaitsForWhereItsCallsAreLost) {
  const auto keys = [](const Payment& payment) {
    std::vector<std::string> asked;
    Payment now = payment;
    for (const PaymentEvent& event : unanswered(payment, kStart)) {
      const PaymentStep next = stepped(now, event);
      now = next.state;
      std::vector<ProviderCall> calls;
      for (const auto& one : effects_of<AskHold>(next.effects)) calls.push_back(one.call);
      for (const auto& one : effects_of<AskCapture>(next.effects)) calls.push_back(one.call);
      for (const auto& one : effects_of<AskRelease>(next.effects)) calls.push_back(one.call);
      for (const auto& one : effects_of<AskRefund>(next.effects)) calls.push_back(one.call);
      for (const ProviderCall& call : calls) {
        EXPECT_GT(call.attempt, kSearchAttempt);  // It is looked for first.
        asked.push_back(call.key.substr(call.key.find(':') + 1));
      }
    }
    return asked;
  };
  using Keys = std::vector<std::string>;
  const CaptureWanted sale{kStart, gross(700, 70)};
  const std::vector<PaymentEvent> sold{kWanted, placed(1000), sale};
  EXPECT_EQ(keys(after_events({kWanted})), Keys{"hold"});
  EXPECT_EQ(keys(after_events({kWanted, ReleaseWanted{kStart}})), Keys{"hold"});
  EXPECT_EQ(keys(after_events({kWanted, placed(1000)})), Keys{});
  EXPECT_EQ(keys(after_events(sold)), Keys{"capture"});
  EXPECT_EQ(keys(after_events({kWanted, placed(1000), ReleaseWanted{kStart}})), Keys{"release"});
  std::vector<PaymentEvent> refunding = sold;
  refunding.emplace_back(CaptureDone{kStart, euros(700)});
  EXPECT_EQ(keys(after_events(refunding)), Keys{});
  refunding.emplace_back(RefundWanted{kStart, kRefund, gross(100, 10), "warm"});
  EXPECT_EQ(keys(after_events(refunding)), Keys{"refund:" + kRefund.text()});
  const Payment twice =
      stepped(after_events(sold), unanswered(after_events(sold), kStart)[0]).state;
  EXPECT_EQ(keys(twice), Keys{"capture"});
}

}  // namespace
}  // namespace tally::commerce
