#include "commerce/payment.hpp"

#include <gmock/gmock.h>

#include <set>

#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using namespace payment_event;
using namespace payment_effect;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const HoldWanted kWanted{kStart, euros(1000)};
const ActionNeeded kAction{kStart, "https://bank.example/3ds", "ref_1"};
const Tick kLastTick{kCaptureBefore};
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

// Payments in every state, in most states of several histories.
std::vector<Payment> payments_in_all_states() {
  const CaptureWanted sale{kStart, gross(700, 70)};
  const std::vector<std::vector<PaymentEvent>> histories{
      {},
      {kWanted},
      {kWanted, kAction},
      {kWanted, ReleaseWanted{kStart}},
      {kWanted, placed(1000)},
      {kWanted, placed(1000), sale},
      {kWanted, placed(1000), sale, CaptureDone{kStart, euros(700)}},
      {kWanted, placed(1000), sale, CaptureDone{kStart, euros(700)},
       RefundWanted{kStart, kRefund, gross(100, 10), "dispute"}},
      {kWanted, placed(1000), ReleaseWanted{kStart}},
      {kWanted, placed(1000), sale, CaptureRefused{kStart, "lost_card"}},
      {kWanted, kAction, ReleaseWanted{kStart}},
      {ReleaseWanted{kStart}},
      {kWanted, placed(1000), ReleaseWanted{kStart}, ReleaseDone{kStart, {}}},
      {kWanted, HoldDeclined{kStart, "insufficient_funds"}},
      {kWanted, placed(1000), HoldExpired{kStart}},
      {kWanted, placed(1000), sale, HoldExpired{kStart}},
      {kWanted, sale},
      {kWanted, sale, HoldDeclined{kStart, "insufficient_funds"}},
      {kWanted, sale, kAction},
      {kWanted, ReleaseWanted{kStart}, sale},
      {ReleaseWanted{kStart}, sale}};
  std::vector<Payment> payments;
  for (const auto& history : histories) payments.push_back(after_events(history));
  return payments;
}

std::vector<PaymentEvent> events_of_all_kinds() {
  return {kWanted,
          placed(1000),
          HoldDeclined{kStart, "no"},
          kAction,
          ActionDone{kStart},
          AnswerUnknown{kStart, PaymentRequest::kHold, 0, {}, {}},
          CaptureWanted{kStart, gross(700, 70)},
          CaptureDone{kStart, euros(700)},
          CaptureRefused{kStart, "no"},
          ReleaseWanted{kStart},
          ReleaseDone{kStart, {}},
          ReleaseRefused{kStart, "no", {}},
          HoldExpired{kStart},
          Tick{kStart},
          kLastTick,
          RefundWanted{kStart, kRefund, gross(100, 10), "dispute"},
          RefundDone{kStart, kRefund},
          RefundRefused{kStart, kRefund, "no"}};
}

TEST(Payment, DoesInEveryStateOnEveryEventWhatItsTableSays) {
  std::set<std::pair<PaymentState, PaymentEventKind>> seen;
  for (const Payment& payment : payments_in_all_states()) {
    for (const PaymentEvent& event : events_of_all_kinds()) {
      const PaymentEventKind kind = kind_of(event);
      SCOPED_TRACE(fmt::format("{} in {}", name_of(kind), name_of(payment.state)));
      seen.emplace(payment.state, kind);
      const Result<PaymentStep> next = step(payment, event);
      if (!can(payment_transitions(), payment.state, kind)) {
        ASSERT_FALSE(next);
        EXPECT_EQ(next.error().code.name, "commerce.transition");
      } else if (next) {
        EXPECT_TRUE(has(payment_transitions(), payment.state, kind, next->state.state));
      }
    }
  }
  EXPECT_EQ(seen.size(), kPaymentStateCount * kPaymentEventCount);
}

TEST(Payment, AnythingThatHappensTwiceHappensOnce) {
  for (const Payment& payment : payments_in_all_states()) {
    for (const PaymentEvent& event : events_of_all_kinds()) {
      const Result<PaymentStep> once = step(payment, event);
      if (!once) continue;
      SCOPED_TRACE(fmt::format("{} in {}", name_of(kind_of(event)), name_of(payment.state)));
      const Result<PaymentStep> twice = step(once->state, event);
      if (!twice) continue;  // A clear error: a wish that is no longer possible.
      EXPECT_EQ(twice->state, once->state);
      EXPECT_THAT(twice->effects, IsEmpty());
    }
  }
}

TEST(Payment, AsksForAHoldWithTheSameKeyUntilItKnows) {
  PaymentStep next = stepped(new_payment(), kWanted);
  const auto first = effects_of<AskHold>(next.effects);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].call.key, id_of<PaymentId>(1).text() + ":hold");
  EXPECT_EQ(first[0].amount, euros(1000));
  EXPECT_EQ(first[0].method, "card_approves");

  next = stepped(next.state, AnswerUnknown{kStart, PaymentRequest::kHold, 0, {}, {}});
  const auto second = effects_of<AskHold>(next.effects);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].call, (ProviderCall{first[0].call.key, 1, kStart + kRetryFirst}));

  // The first attempt's silence, told again, asks nothing; its answer counts.
  EXPECT_THAT(stepped(next.state, AnswerUnknown{kStart, PaymentRequest::kHold, 0, {}, {}}).effects,
              IsEmpty());
  next = stepped(next.state, placed(1000));
  EXPECT_EQ(next.state.state, PaymentState::kHeld);
  EXPECT_EQ(next.state.capture_before, kCaptureBefore);
  EXPECT_THAT(stepped(next.state, AnswerUnknown{kStart, PaymentRequest::kHold, 1, {}, {}}).effects,
              IsEmpty());
}

TEST(Payment, DoesNotBelieveInAnAttemptThatWasNeverMade) {
  EXPECT_EQ(
      error_of(after_events({kWanted}), AnswerUnknown{kStart, PaymentRequest::kHold, 1, {}, {}}),
      "commerce.invalid");
}

TEST(Payment, WaitsLongerAndLongerTellsSomebodyAndEndsAtALimit) {
  EXPECT_EQ(retry_delay(1), kRetryFirst);
  EXPECT_EQ(retry_delay(3), 4 * kRetryFirst);
  EXPECT_EQ(retry_delay(kAttemptsMax), kRetryLast);
  Payment payment = after_events({kWanted});
  std::size_t alarms = 0;
  for (std::uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    PaymentStep next =
        stepped(payment, AnswerUnknown{kStart, PaymentRequest::kHold, attempt, {}, {}});
    for (const Alarm& alarm : effects_of<Alarm>(next.effects)) {
      EXPECT_EQ(alarm.alarm, PaymentAlarm::kNoAnswer);
      EXPECT_EQ(attempt + 1, kAttemptsAlarm);
      ++alarms;
    }
    payment = std::move(next.state);
  }
  EXPECT_EQ(alarms, 1U);
  EXPECT_EQ(error_of(payment, AnswerUnknown{kStart, PaymentRequest::kHold, kAttemptsMax, {}, {}}),
            "commerce.limit");
}

TEST(Payment, AfterTheShopperActedAsksWhatBecameOfTheSameHold) {
  PaymentStep next = stepped(after_events({kWanted, kAction}), ActionDone{kStart});
  const auto asked = effects_of<AskHold>(next.effects);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].reference, "ref_1");
  EXPECT_EQ(asked[0].call.key, id_of<PaymentId>(1).text() + ":hold");
}

TEST(Payment, AHoldThatIsPlacedWhenNobodyWantsItIsReleased) {
  const std::vector<std::vector<PaymentEvent>> given_up{
      {kWanted, ReleaseWanted{kStart}},
      {kWanted, ReleaseWanted{kStart}, AnswerUnknown{kStart, PaymentRequest::kHold, 0, {}, {}}},
      {kWanted, HoldDeclined{kStart, "no"}},
      {kWanted, kAction, ReleaseWanted{kStart}},
      {kWanted, kAction, ReleaseWanted{kStart}, ReleaseRefused{kStart, "processing", {}}}};
  for (const auto& history : given_up) {
    PaymentStep next = stepped(after_events(history), placed(1000));
    EXPECT_EQ(next.state.state, PaymentState::kReleasing);
    const auto asked = effects_of<AskRelease>(next.effects);
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ(asked[0].call.key, id_of<PaymentId>(1).text() + ":release");
    EXPECT_EQ(asked[0].reference, "ref_1");
    next = stepped(next.state, ReleaseDone{kStart, {}});
    EXPECT_EQ(next.state.state, PaymentState::kReleased);
    EXPECT_EQ(next.state.released_minor, 1000);
  }
}

TEST(Payment, WhatIsNotHeldYetIsCancelledUnderAKeyOfItsOwn) {
  const PaymentStep next = stepped(after_events({kWanted, kAction}), ReleaseWanted{kStart});
  const auto asked = effects_of<AskRelease>(next.effects);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].call.key, id_of<PaymentId>(1).text() + ":cancel");
}

TEST(Payment, CapturesAPartAndTheRestIsReleased) {
  PaymentStep next =
      stepped(after_events({kWanted, placed(1000)}), CaptureWanted{kStart, gross(700, 70)});
  const auto asked = effects_of<AskCapture>(next.effects);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].amount, euros(700));
  next = stepped(next.state, CaptureDone{kStart, euros(700)});
  EXPECT_EQ(next.state.captured_minor, 700);
  EXPECT_EQ(next.state.released_minor, 300);
  EXPECT_EQ(next.state.debt_minor, 0);
}

TEST(Payment, WhatTheHoldDoesNotCoverBecomesADebtWithItsTax) {
  PaymentStep next =
      stepped(after_events({kWanted, placed(1000)}), CaptureWanted{kStart, gross(1500, 150)});
  EXPECT_EQ(effects_of<AskCapture>(next.effects).at(0).amount, euros(1000));
  next = stepped(next.state, CaptureDone{kStart, euros(1000)});
  const auto owed = effects_of<OweDebt>(next.effects);
  ASSERT_THAT(owed, SizeIs(1));
  EXPECT_EQ(owed[0].gross, gross(500, 50));
  EXPECT_EQ(owed[0].key, id_of<PaymentId>(1).text() + ":debt");
  EXPECT_EQ(refundable(next.state), gross(1000, 100));
}

TEST(Payment, ARefusedCaptureIsADebtAndLetsTheHoldGo) {
  const PaymentStep next =
      stepped(after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)}}),
              CaptureRefused{kStart, "lost_card"});
  EXPECT_EQ(next.state.state, PaymentState::kReleasing);
  EXPECT_EQ(effects_of<OweDebt>(next.effects).at(0).gross, gross(700, 70));
  EXPECT_EQ(effects_of<Failed>(next.effects).at(0).code, "lost_card");
  EXPECT_THAT(effects_of<AskRelease>(next.effects), SizeIs(1));
}

TEST(Payment, AHoldEndsAtTheProvidersTimeWhichIsAnnouncedADayBefore) {
  Payment payment = after_events({{kWanted}, {placed(1000)}});
  EXPECT_EQ(wakes_at(payment), kStart + kHeldLong);
  EXPECT_THAT(stepped(payment, Tick{kStart + kHeldLong - Duration{1}}).effects, IsEmpty());
  PaymentStep next = stepped(payment, Tick{kStart + kHeldLong});
  EXPECT_EQ(effects_of<Alarm>(next.effects).at(0).alarm, PaymentAlarm::kHeldLong);

  EXPECT_EQ(wakes_at(next.state), kCaptureBefore - kExpiryAlarm);
  EXPECT_THAT(stepped(next.state, Tick{kCaptureBefore - kExpiryAlarm - Duration{1}}).effects,
              IsEmpty());
  next = stepped(next.state, Tick{kCaptureBefore - kExpiryAlarm});
  EXPECT_EQ(effects_of<Alarm>(next.effects).at(0).alarm, PaymentAlarm::kExpiresSoon);

  EXPECT_EQ(wakes_at(next.state), kCaptureBefore);
  EXPECT_EQ(stepped(next.state, Tick{kCaptureBefore - Duration{1}}).state, next.state);
  next = stepped(next.state, kLastTick);
  EXPECT_EQ(next.state.state, PaymentState::kExpired);
  EXPECT_EQ(next.state.released_minor, 1000);
  EXPECT_EQ(effects_of<Alarm>(next.effects).at(0).alarm, PaymentAlarm::kHoldGone);
  EXPECT_FALSE(wakes_at(next.state));
}

TEST(Payment, ACaptureUnderWayIsDecidedByItsAnswerNotByTheClock) {
  const Payment capturing =
      after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)}});
  const PaymentStep late = stepped(capturing, Tick{kCaptureBefore + kDay});
  EXPECT_EQ(late.state.state, PaymentState::kCapturing);
  EXPECT_EQ(late.state.debt_minor, 0);
  EXPECT_EQ(stepped(late.state, CaptureDone{kStart, euros(700)}).state.captured_minor, 700);
}

TEST(Payment, WhatIsSoldOnAnExpiredHoldIsADebt) {
  const PaymentStep next = stepped(after_events({kWanted, placed(1000), kLastTick}),
                                   CaptureWanted{kStart, gross(700, 70)});
  EXPECT_EQ(effects_of<OweDebt>(next.effects).at(0).gross, gross(700, 70));
  EXPECT_THAT(effects_of<AskCapture>(next.effects), IsEmpty());
}

TEST(Payment, RefundsInPartsAndNeverMoreThanWasCaptured) {
  Payment payment = after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)},
                                  CaptureDone{kStart, euros(700)}});
  const RefundWanted first{kStart, kRefund, gross(500, 50), "not taken"};
  PaymentStep next = stepped(payment, first);
  const auto asked = effects_of<AskRefund>(next.effects);
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].call.key, payment.id.text() + ":refund:" + kRefund.text());
  EXPECT_EQ(refundable(next.state), gross(200, 20));

  const RefundId second = id_of<RefundId>(2);
  EXPECT_EQ(error_of(next.state, RefundWanted{kStart, second, gross(201, 20), ""}),
            "commerce.amount");
  EXPECT_EQ(error_of(next.state, RefundWanted{kStart, second, gross(200, 21), ""}),
            "commerce.amount");
  EXPECT_EQ(error_of(next.state, RefundWanted{kStart, kRefund, gross(400, 50), "not taken"}),
            "commerce.duplicate");
  EXPECT_EQ(error_of(next.state, RefundDone{kStart, second}), "commerce.unknown");

  next = stepped(next.state, AnswerUnknown{kStart, PaymentRequest::kRefund, 0, kRefund, {}});
  EXPECT_EQ(effects_of<AskRefund>(next.effects).at(0).call.attempt, 1U);
  next = stepped(next.state, RefundDone{kStart, kRefund});
  EXPECT_THAT(effects_of<LedgerPost>(next.effects), SizeIs(1));

  // The shopper's bank sends it back: it can be tried again.
  next = stepped(next.state, RefundRefused{kStart, kRefund, "account_closed"});
  EXPECT_EQ(refundable(next.state), gross(700, 70));
  EXPECT_EQ(effects_of<Alarm>(next.effects).at(0).alarm, PaymentAlarm::kRefundRefused);
}

TEST(Payment, PaysADebtWithoutMakingAnother) {
  const Payment held = after_events({kWanted, placed(1000)}, PaymentPurpose::kDebt);
  PaymentStep next = stepped(held, CaptureWanted{kStart, gross(1200)});
  next = stepped(next.state, CaptureDone{kStart, euros(1000)});
  EXPECT_EQ(effects_of<PayDebt>(next.effects).at(0).amount, euros(1000));
  EXPECT_THAT(effects_of<OweDebt>(next.effects), IsEmpty());
  EXPECT_EQ(error_of(held, CaptureWanted{kStart, gross(100, 10)}), "commerce.invalid");
}

TEST(Payment, ContradictionsAreErrors) {
  const CaptureWanted sale{kStart, gross(700, 70)};
  const Payment held = after_events({kWanted, placed(1000)});
  const Payment capturing = after_events({kWanted, placed(1000), sale});
  const Payment captured =
      after_events({kWanted, placed(1000), sale, CaptureDone{kStart, euros(700)}});
  HoldPlaced other = placed(1000);
  other.reference = "ref_2";
  EXPECT_EQ(error_of(held, other), "commerce.duplicate");
  EXPECT_EQ(error_of(after_events({kWanted}), HoldWanted{kStart, euros(1)}), "commerce.duplicate");
  EXPECT_EQ(error_of(after_events({kWanted}), placed(1001)), "commerce.amount");
  EXPECT_EQ(error_of(capturing, CaptureWanted{kStart, gross(701, 70)}), "commerce.duplicate");
  EXPECT_EQ(error_of(capturing, CaptureDone{kStart, euros(701)}), "commerce.amount");
  EXPECT_EQ(error_of(capturing, CaptureDone{kStart, yen(700)}), "commerce.amount");
  EXPECT_EQ(error_of(captured, CaptureDone{kStart, euros(600)}), "commerce.duplicate");
  EXPECT_EQ(error_of(held, CaptureWanted{kStart, gross(0)}), "commerce.amount");
  EXPECT_EQ(error_of(held, CaptureWanted{kStart, gross(100, 101)}), "commerce.amount");
  EXPECT_EQ(error_of(held, CaptureWanted{Instant{Duration{-1}}, gross(100)}), "commerce.invalid");
  EXPECT_EQ(error_of(new_payment(), sale), "commerce.transition");
  const Payment refused =
      after_events({kWanted, placed(1000), sale, CaptureRefused{kStart, "no"}, kLastTick});
  ASSERT_EQ(refused.state, PaymentState::kExpired);
  EXPECT_EQ(error_of(refused, CaptureDone{kStart, euros(700)}), "commerce.transition");
}

TEST(Payment, NamesWhatIsMissingAndRefusesTextsBeyondTheLimit) {
  Payment nobody = new_payment();
  nobody.shopper = {};
  EXPECT_EQ(error_of(nobody, kWanted), "commerce.invalid");
  Payment nowhere = new_payment();
  nowhere.session = {};
  EXPECT_EQ(error_of(nowhere, kWanted), "commerce.invalid");
  EXPECT_EQ(error_of(new_payment(), HoldWanted{kStart, {1000, {}}}), "commerce.invalid");
  const std::string longest(kPaymentTextMax, 'x');
  EXPECT_EQ(error_of(after_events({kWanted}), HoldDeclined{kStart, longest}), "none");
  EXPECT_EQ(error_of(after_events({kWanted}), HoldDeclined{kStart, longest + "x"}),
            "commerce.limit");
}

TEST(Payment, HasAtMostSoManyRefunds) {
  Payment payment = after_events({kWanted, placed(1000), CaptureWanted{kStart, gross(700, 70)},
                                  CaptureDone{kStart, euros(700)}});
  for (std::uint8_t i = 1; i <= kRefundsMax; ++i) {
    payment = stepped(payment, RefundWanted{kStart, id_of<RefundId>(i), gross(1), ""}).state;
  }
  EXPECT_EQ(error_of(payment, RefundWanted{kStart, id_of<RefundId>(200), gross(1), ""}),
            "commerce.limit");
}

TEST(Payment, NamesEveryStateEventRequestAndAlarm) {
  expect_names<PaymentState>(kPaymentStateCount);
  expect_names<PaymentEventKind>(kPaymentEventCount);
  expect_names<RefundState>(kRefundStateCount);
  expect_names<PaymentRequest>(kPaymentRequestCount);
  expect_names<PaymentAlarm>(kPaymentAlarmCount);
}

TEST(Payment, ShowsItsTableAsADiagram) {
  EXPECT_THAT(diagram_of(payment_transitions()), HasSubstr("held --> capturing: capture_wanted"));
}

}  // namespace
}  // namespace tally::commerce
