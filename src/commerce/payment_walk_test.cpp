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
#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using namespace payment_event;
using namespace payment_effect;
using Random = std::mt19937_64;

std::int64_t pick(Random& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>{least, most}(random);
}
bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }

bool ended(const Payment& payment) {
  using enum PaymentState;
  return payment.state == kCaptured || payment.state == kReleased || payment.state == kDeclined ||
         payment.state == kExpired;
}

std::int64_t balance(const Ledger& ledger, AccountKind kind) {
  return balance_of(ledger, {kind, id_of<TenantId>(1), euros(0).currency}).net();
}

void expect_invariants(const Payment& payment, const Ledger& ledger) {
  const std::int64_t held = still_held_minor(payment);
  ASSERT_EQ(payment.captured_minor + payment.released_minor + held, payment.placed_minor);
  ASSERT_LE(payment.captured_minor, std::min(payment.placed_minor, payment.wanted_minor));
  ASSERT_LE(refunded(payment).amount.minor, payment.captured_minor);
  ASSERT_LE(refunded(payment).tax_minor, payment.tax_minor);
  ASSERT_TRUE(is_balanced(ledger));
  const bool settled = ended(payment) || payment.state == PaymentState::kReleasing;
  const bool sale = payment.purpose == PaymentPurpose::kSale;
  if (sale && settled) {
    ASSERT_EQ(payment.captured_minor + payment.debt_minor, payment.wanted_minor);
    ASSERT_EQ(balance(ledger, AccountKind::kShopperReceivable), 0);
  }
  std::int64_t done = 0;
  std::int64_t pending = 0;
  for (const Refund& refund : payment.refunds) {
    if (refund.state == RefundState::kDone) done += refund.amount_minor;
    if (refund.state == RefundState::kPending) pending += refund.amount_minor;
  }
  ASSERT_EQ(open_pending_minor(ledger, payment.id), held + pending);
  ASSERT_EQ(balance(ledger, AccountKind::kProviderClearing), payment.captured_minor - done);
  const std::int64_t owed = balance(ledger, AccountKind::kDebtReceivable);
  ASSERT_EQ(owed, sale ? payment.debt_minor : done - payment.captured_minor);
}

// Every key of a provider's call stands for one request.
using Calls = std::map<std::string, std::tuple<std::size_t, std::int64_t, RefundId>>;

void carry_out(const PaymentStep& next, Ledger& ledger, Calls& calls) {
  const auto note = [&](const ProviderCall& call, std::size_t kind, std::int64_t minor,
                        const RefundId& refund) {
    const auto [at, fresh] = calls.try_emplace(call.key, kind, minor, refund);
    ASSERT_EQ(at->second, std::make_tuple(kind, minor, refund)) << call.key;
  };
  for (const PaymentEffect& effect : next.effects) {
    if (const auto* posting = std::get_if<LedgerPost>(&effect)) {
      const auto transfers = post(ledger, posting->posting);
      ASSERT_TRUE(transfers) << transfers.error().message;
      ASSERT_FALSE(transfers->empty()) << posting->posting.key;
    }
    if (const auto* ask = std::get_if<AskHold>(&effect)) note(ask->call, 0, ask->amount.minor, {});
    if (const auto* ask = std::get_if<AskCapture>(&effect)) {
      note(ask->call, 1, ask->amount.minor, {});
    }
    if (const auto* ask = std::get_if<AskRelease>(&effect)) note(ask->call, 2, 0, {});
    if (const auto* ask = std::get_if<AskRefund>(&effect)) {
      note(ask->call, 3, ask->amount.minor, ask->refund);
    }
  }
}

PaymentEvent random_event(Random& random, const Payment& payment, Instant at) {
  const Money some = euros(pick(random, 1, 12) * 100);
  const RefundId refund = id_of<RefundId>(static_cast<std::uint8_t>(pick(random, 1, 5)));
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
      return AnswerUnknown{at, request, request == PaymentRequest::kRefund ? 0U : attempt, refund};
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
      return ReleaseDone{at};
    case 12:
      return ReleaseRefused{at, "no"};
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
  constexpr int kWalks = 5'000;
  constexpr int kSteps = 40;  // 200,000 in all.
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

// A provider with one shopper's card: what a key asked for happens once, whatever its answer is
// worth to whoever did not hear it.
class Provider {
 public:
  Provider(Random& random, Instant capture_before)
      : random_(random), capture_before_(capture_before) {}

  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  bool held = false;
  int holds = 0;
  int captures = 0;

  PaymentEvent answer(const PaymentEffect& ask, Instant at) {
    if (held && at >= capture_before_) held = false;
    if (const auto* hold = std::get_if<AskHold>(&ask)) return hold_answer(*hold, at);
    if (const auto* capture = std::get_if<AskCapture>(&ask)) return capture_answer(*capture, at);
    if (const auto* release = std::get_if<AskRelease>(&ask)) return release_answer(*release, at);
    return refund_answer(std::get<AskRefund>(ask), at);
  }

 private:
  PaymentEvent hold_answer(const AskHold& ask, Instant at) {
    if (!outcome_) {
      const std::int64_t fate = pick(random_, 1, 10);
      outcome_ = fate == 1 ? Outcome::kDeclined : fate <= 4 ? Outcome::kAction : Outcome::kPlaced;
      if (*outcome_ == Outcome::kPlaced) place();
    } else if (*outcome_ == Outcome::kAction && !ask.reference.empty()) {
      outcome_ = chance(random_, 70) && !cancelled_ ? Outcome::kPlaced : Outcome::kDeclined;
      if (*outcome_ == Outcome::kPlaced) place();
    }
    if (*outcome_ == Outcome::kDeclined) return HoldDeclined{at, "no"};
    if (*outcome_ == Outcome::kAction) return ActionNeeded{at, "https://bank.example", "ref_1"};
    return HoldPlaced{at, ask.amount, capture_before_, "ref_1"};
  }

  PaymentEvent capture_answer(const AskCapture& ask, Instant at) {
    if (captures > 0) return CaptureDone{at, euros(captured_minor)};
    if (!held || refuses_) return CaptureRefused{at, "no"};
    if (chance(random_, 10)) {
      refuses_ = true;
      return CaptureRefused{at, "no"};
    }
    held = false;
    ++captures;
    captured_minor = ask.amount.minor;
    return CaptureDone{at, ask.amount};
  }

  PaymentEvent release_answer(const AskRelease&, Instant at) {
    cancelled_ = true;
    held = false;
    return ReleaseDone{at};
  }

  PaymentEvent refund_answer(const AskRefund& ask, Instant at) {
    const auto [found, fresh] = refunds_.try_emplace(ask.call.key, chance(random_, 80));
    if (!found->second) return RefundRefused{at, ask.refund, "no"};
    if (fresh) refunded_minor += ask.amount.minor;
    return RefundDone{at, ask.refund};
  }

  void place() {
    held = true;
    ++holds;
  }

  enum class Outcome : std::uint8_t { kPlaced, kDeclined, kAction };

  Random& random_;
  Instant capture_before_;
  std::optional<Outcome> outcome_;
  bool cancelled_ = false;
  bool refuses_ = false;
  std::map<std::string, bool> refunds_;
};

std::optional<AnswerUnknown> unknown_to(const PaymentEffect& ask, Instant at) {
  using enum PaymentRequest;
  if (const auto* hold = std::get_if<AskHold>(&ask)) {
    return AnswerUnknown{at, kHold, hold->call.attempt, {}};
  }
  if (const auto* capture = std::get_if<AskCapture>(&ask)) {
    return AnswerUnknown{at, kCapture, capture->call.attempt, {}};
  }
  if (const auto* release = std::get_if<AskRelease>(&ask)) {
    return AnswerUnknown{at, kRelease, release->call.attempt, {}};
  }
  if (const auto* refund = std::get_if<AskRefund>(&ask)) {
    return AnswerUnknown{at, kRefund, refund->call.attempt, refund->refund};
  }
  return std::nullopt;
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
  Provider provider_;
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
