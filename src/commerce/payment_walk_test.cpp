// Properties of payments: over random events, whatever they are; and with a provider that does
// what it is asked once a key, while calls and answers are lost, doubled and out of order.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "commerce/payment.hpp"
#include "commerce/testing_provider.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using namespace payment_event;
using namespace payment_effect;
PaymentEvent random_event(Random& random, const Payment& payment, Instant at) {
  const Money some = euros(pick(random, 1, 12) * 100);
  const RefundId refund = id_of<RefundId>(static_cast<std::uint8_t>(pick(random, 1, 5)));
  const std::string key =
      chance(random, 40) ? "" : payment_key(payment.id, chance(random, 50) ? "release" : "cancel");
  switch (pick(random, 0, 17)) {
    case 0:
      return HoldWanted{at, euros(1000)};
    case 1:
      return HoldPlaced{at, some, at + Duration{pick(random, 0, 4 * kDay.count())},
                        chance(random, 90) ? "ref_1" : "ref_2"};
    case 2:
      return HoldDeclined{at, "no"};
    case 3:
      return ActionNeeded{at, "https://bank.example", "ref_1"};
    case 4:
      return ActionDone{at};
    case 5:
    case 6: {
      const auto request = static_cast<PaymentRequest>(pick(random, 0, 3));
      const auto attempt = payment.attempt - (chance(random, 20) && payment.attempt > 0 ? 1U : 0U);
      return AnswerUnknown{at, request, request == PaymentRequest::kRefund ? 0U : attempt, refund,
                           key};
    }
    case 7:
      if (payment.wanted_minor > 0 && chance(random, 50)) {
        return CaptureWanted{at, {euros(payment.wanted_minor), payment.tax_minor}};
      }
      return CaptureWanted{at, {some, some.minor / 10}};
    case 8:
      return CaptureDone{at, chance(random, 80) ? euros(payment.wanted_minor) : some};
    case 9:
      return CaptureRefused{at, "no"};
    case 10:
      return ReleaseWanted{at};
    case 11:
      return ReleaseDone{at, key};
    case 12:
      return ReleaseRefused{at, "no", key};
    case 13:
      return HoldExpired{at};
    case 14: {
      const Money part = euros(pick(random, 1, 500));
      return RefundWanted{at, refund, {part, tax_share(refundable(payment), part.minor)}, "wrong"};
    }
    case 15:
      return RefundDone{at, refund};
    case 16:
      return RefundRefused{at, refund, "no"};
    default:
      return Tick{at};
  }
}

using Rows = std::set<std::tuple<PaymentState, PaymentEventKind, PaymentState>>;

void walk(std::uint64_t seed, int steps, PaymentPurpose purpose, Rows& rows) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Random random(seed);
  Payment payment = new_payment(purpose);
  Ledger ledger;
  Calls calls;
  Instant at = kStart;
  for (int i = 0; i < steps; ++i) {
    at += Duration{pick(random, 0, kDay.count() / 4)};
    const std::optional<Instant> wake = wakes_at(payment);
    PaymentEvent event = random_event(random, payment, at);
    if (purpose == PaymentPurpose::kDebt) {
      if (auto* wanted = std::get_if<CaptureWanted>(&event)) wanted->gross.tax_minor = 0;
    }
    const Result<PaymentStep> next = step(payment, event);
    if (!next) continue;
    if (kind_of(event) == PaymentEventKind::kTick) {
      ASSERT_EQ(next->state != payment, wake && *wake <= at);
    }
    rows.emplace(payment.state, kind_of(event), next->state.state);
    if (const Result<PaymentStep> twice = step(next->state, event)) {
      ASSERT_EQ(twice->state, next->state) << name_of(kind_of(event));
      ASSERT_TRUE(twice->effects.empty()) << name_of(kind_of(event));
    }
    payment = next->state;
    ASSERT_NO_FATAL_FAILURE(carry_out(*next, ledger, calls));
    ASSERT_NO_FATAL_FAILURE(expect_invariants(payment, ledger));
  }
}

TEST(PaymentWalk, WhateverHappensMoneyAddsUpAndEveryRowOfTheTableIsReached) {
  constexpr int kWalks = 20'000;
  constexpr int kSteps = 40;  // 800,000 in all.
  Rows rows;
  for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
    const auto purpose = seed % 4 == 0 ? PaymentPurpose::kDebt : PaymentPurpose::kSale;
    ASSERT_NO_FATAL_FAILURE(walk(seed, kSteps, purpose, rows));
  }
  for (const auto& row : payment_transitions()) {
    EXPECT_TRUE(rows.contains({row.from, row.on, row.to}))
        << fmt::format("{} -{}-> {}", name_of(row.from), name_of(row.on), name_of(row.to));
  }
}

// One session's payment with such a provider. What is on its way is in `under_way_`, in no order.
class Rehearsal {
 public:
  explicit Rehearsal(std::uint64_t seed)
      : random_(seed), provider_(random_, kStart + Duration{pick(random_, 1, 7) * kDay}) {}

  void run() {
    happen(HoldWanted{at_, euros(1000)});
    for (int i = 0; i < kStepsMax; ++i) {
      at_ += Duration{pick(random_, 0, std::chrono::milliseconds{std::chrono::hours{4}}.count())};
      const bool lossy =
          i < kStepsMax / 2;  // Then the network is well again, and all comes to rest.
      happen(Tick{at_});
      if (chance(random_, 20)) decide();
      if (!under_way_.empty()) deliver(lossy);
      ASSERT_NO_FATAL_FAILURE(expect_invariants(payment_, ledger_));
    }
    while (!under_way_.empty()) deliver(false);
    finish();
  }

 private:
  static constexpr int kStepsMax = 60;

  // What the session and people do, when they may.
  void decide() {
    using enum PaymentState;
    const bool kept = chance(random_, 50);
    if (payment_.state == kActionNeeded) happen(ActionDone{at_});
    if (payment_.state == kHeld && kept)
      happen(CaptureWanted{at_, gross(pick(random_, 1, 15) * 100, 9)});
    if ((payment_.state == kHolding || payment_.state == kHeld) && chance(random_, 20)) {
      happen(ReleaseWanted{at_});
    }
    const Gross left = refundable(payment_);
    if (payment_.state == kCaptured && left.amount.minor > 0 && payment_.refunds.size() < 5) {
      const std::int64_t part = pick(random_, 1, left.amount.minor);
      const auto number = static_cast<std::uint8_t>(payment_.refunds.size() + 1);
      happen(RefundWanted{
          at_, id_of<RefundId>(number), {euros(part), tax_share(left, part)}, "wrong"});
    }
  }

  // One ask reaches the provider or not, its answer us or not, and perhaps twice.
  void deliver(bool lossy) {
    const auto index = static_cast<std::size_t>(
        pick(random_, 0, static_cast<std::int64_t>(under_way_.size()) - 1));
    const auto what = under_way_[index];
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(index));
    if (const auto* event = std::get_if<PaymentEvent>(&what)) {
      happen(*event);
      return;
    }
    const auto& ask = std::get<PaymentEffect>(what);
    const std::int64_t fate = lossy ? pick(random_, 1, 10) : 10;
    if (fate <= 2) {  // The call was lost.
      happen(*unknown_to(ask, at_));
      return;
    }
    const PaymentEvent answer = provider_.answer(ask, at_);
    if (fate <= 6) {  // The answer was lost, or is only late.
      happen(*unknown_to(ask, at_));
      if (fate <= 4) return;
    }
    under_way_.emplace_back(answer);
    if (fate == 7) under_way_.emplace_back(answer);
  }

  void happen(PaymentEvent event) {
    std::visit([&](auto& any) { any.at = at_; }, event);
    const Result<PaymentStep> next = step(payment_, event);
    ASSERT_TRUE(next) << next.error().message;
    payment_ = next->state;
    ASSERT_NO_FATAL_FAILURE(carry_out(*next, ledger_, calls_));
    for (const PaymentEffect& effect : next->effects) {
      if (unknown_to(effect, at_)) under_way_.emplace_back(effect);
    }
  }

  void finish() {
    if (payment_.state == PaymentState::kActionNeeded || payment_.state == PaymentState::kHeld) {
      happen(ReleaseWanted{at_});
    }
    while (!under_way_.empty()) deliver(false);
    ASSERT_TRUE(ended(payment_)) << name_of(payment_.state);
    ASSERT_NO_FATAL_FAILURE(expect_invariants(payment_, ledger_));
    ASSERT_LE(provider_.holds, 1);
    ASSERT_LE(provider_.captures, 1);
    ASSERT_FALSE(provider_.held && at_ < payment_.capture_before.value_or(at_));
    ASSERT_EQ(provider_.captured_minor, payment_.captured_minor);
    ASSERT_EQ(provider_.captured_minor - provider_.refunded_minor,
              balance(ledger_, AccountKind::kProviderClearing));
    ASSERT_EQ(open_pending_minor(ledger_, payment_.id), 0);
  }

  Random random_;
  OneCard provider_;
  Payment payment_ = new_payment();
  Ledger ledger_;
  Calls calls_;
  Instant at_ = kStart;
  std::vector<std::variant<PaymentEvent, PaymentEffect>> under_way_;
};

TEST(PaymentWalk, WithALossyNetworkTheProviderHoldsAndCapturesOnceAndTheLedgerSaysTheSame) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    ASSERT_NO_FATAL_FAILURE(Rehearsal(seed).run());
  }
}

}  // namespace
}  // namespace tally::commerce
