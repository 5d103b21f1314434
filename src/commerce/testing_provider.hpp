// What random walks of payments share: the invariants of a payment and its ledger, and a provider
// with one shopper's card.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <tuple>

#include "commerce/payment.hpp"
#include "commerce/testing_money.hpp"

namespace tally::commerce::testing {

using Random = std::mt19937_64;

inline std::int64_t pick(Random& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>{least, most}(random);
}
inline bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }

inline bool ended(const Payment& payment) {
  using enum PaymentState;
  return payment.state == kCaptured || payment.state == kReleased || payment.state == kDeclined ||
         payment.state == kExpired;
}

inline std::int64_t balance(const Ledger& ledger, AccountKind kind) {
  return balance_of(ledger, {kind, id_of<TenantId>(1), euros(0).currency}).net();
}

inline void expect_invariants(const Payment& payment, const Ledger& ledger) {
  const std::int64_t held = still_held_minor(payment);
  ASSERT_EQ(payment.captured_minor + payment.released_minor + held, payment.placed_minor);
  ASSERT_LE(payment.captured_minor, std::min(payment.placed_minor, payment.wanted_minor));
  ASSERT_LE(refunded(payment).amount.minor, payment.captured_minor);
  const Gross wanted{euros(payment.wanted_minor), payment.tax_minor};
  ASSERT_LE(refunded(payment).tax_minor, tax_share(wanted, payment.captured_minor));
  ASSERT_TRUE(is_balanced(ledger));
  const bool sale = payment.purpose == PaymentPurpose::kSale;
  const bool waits =
      payment.state == PaymentState::kHolding || payment.state == PaymentState::kCapturing;
  if (sale && !waits) {
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

inline void carry_out(const PaymentStep& next, Ledger& ledger, Calls& calls) {
  const auto note = [&](const ProviderCall& call, std::size_t kind, std::int64_t minor,
                        const RefundId& refund) {
    const auto [at, fresh] = calls.try_emplace(call.key, kind, minor, refund);
    ASSERT_EQ(at->second, std::make_tuple(kind, minor, refund)) << call.key;
  };
  for (const PaymentEffect& effect : next.effects) {
    if (const auto* posting = std::get_if<payment_effect::LedgerPost>(&effect)) {
      const auto transfers = post(ledger, posting->posting);
      ASSERT_TRUE(transfers) << transfers.error().message;
      ASSERT_FALSE(transfers->empty()) << posting->posting.key;
    }
    if (const auto* ask = std::get_if<payment_effect::AskHold>(&effect))
      note(ask->call, 0, ask->amount.minor, {});
    if (const auto* ask = std::get_if<payment_effect::AskCapture>(&effect)) {
      note(ask->call, 1, ask->amount.minor, {});
    }
    if (const auto* ask = std::get_if<payment_effect::AskRelease>(&effect))
      note(ask->call, 2, 0, {});
    if (const auto* ask = std::get_if<payment_effect::AskRefund>(&effect)) {
      note(ask->call, 3, ask->amount.minor, ask->refund);
    }
  }
}

// A provider with one shopper's card: what a key asked for happens once, whatever its answer is
// worth to whoever did not hear it.
class OneCard {
 public:
  OneCard(Random& random, Instant capture_before)
      : random_(random), capture_before_(capture_before) {}

  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  bool held = false;
  int holds = 0;
  int captures = 0;

  PaymentEvent answer(const PaymentEffect& ask, Instant at) {
    if (held && at >= capture_before_) held = false;
    if (const auto* hold = std::get_if<payment_effect::AskHold>(&ask))
      return hold_answer(*hold, at);
    if (const auto* capture = std::get_if<payment_effect::AskCapture>(&ask))
      return capture_answer(*capture, at);
    if (const auto* release = std::get_if<payment_effect::AskRelease>(&ask))
      return release_answer(*release, at);
    return refund_answer(std::get<payment_effect::AskRefund>(ask), at);
  }

 private:
  PaymentEvent hold_answer(const payment_effect::AskHold& ask, Instant at) {
    if (!outcome_) {
      const std::int64_t fate = pick(random_, 1, 10);
      outcome_ = fate == 1 ? Outcome::kDeclined : fate <= 4 ? Outcome::kAction : Outcome::kPlaced;
      if (*outcome_ == Outcome::kPlaced) place();
    } else if (*outcome_ == Outcome::kAction && !ask.reference.empty()) {
      outcome_ = chance(random_, 70) && !cancelled_ ? Outcome::kPlaced : Outcome::kDeclined;
      if (*outcome_ == Outcome::kPlaced) place();
    }
    if (*outcome_ == Outcome::kDeclined) return payment_event::HoldDeclined{at, "no"};
    if (*outcome_ == Outcome::kAction)
      return payment_event::ActionNeeded{at, "https://bank.example", "ref_1"};
    return payment_event::HoldPlaced{at, ask.amount, capture_before_, "ref_1"};
  }

  PaymentEvent capture_answer(const payment_effect::AskCapture& ask, Instant at) {
    if (captures > 0) return payment_event::CaptureDone{at, euros(captured_minor)};
    if (!held || refuses_) return payment_event::CaptureRefused{at, "no"};
    if (chance(random_, 10)) {
      refuses_ = true;
      return payment_event::CaptureRefused{at, "no"};
    }
    held = false;
    ++captures;
    captured_minor = ask.amount.minor;
    return payment_event::CaptureDone{at, ask.amount};
  }

  PaymentEvent release_answer(const payment_effect::AskRelease& ask, Instant at) {
    cancelled_ = true;
    held = false;
    return payment_event::ReleaseDone{at, ask.call.key};
  }

  PaymentEvent refund_answer(const payment_effect::AskRefund& ask, Instant at) {
    const auto [found, fresh] = refunds_.try_emplace(ask.call.key, chance(random_, 80));
    if (!found->second) return payment_event::RefundRefused{at, ask.refund, "no"};
    if (fresh) refunded_minor += ask.amount.minor;
    return payment_event::RefundDone{at, ask.refund};
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

inline std::optional<payment_event::AnswerUnknown> unknown_to(const PaymentEffect& ask,
                                                              Instant at) {
  using enum PaymentRequest;
  if (const auto* hold = std::get_if<payment_effect::AskHold>(&ask)) {
    return payment_event::AnswerUnknown{at, kHold, hold->call.attempt, {}, hold->call.key};
  }
  if (const auto* capture = std::get_if<payment_effect::AskCapture>(&ask)) {
    return payment_event::AnswerUnknown{at, kCapture, capture->call.attempt, {}, capture->call.key};
  }
  if (const auto* release = std::get_if<payment_effect::AskRelease>(&ask)) {
    return payment_event::AnswerUnknown{at, kRelease, release->call.attempt, {}, release->call.key};
  }
  if (const auto* refund = std::get_if<payment_effect::AskRefund>(&ask)) {
    return payment_event::AnswerUnknown{at, kRefund, refund->call.attempt, refund->refund,
                                        refund->call.key};
  }
  return std::nullopt;
}

}  // namespace tally::commerce::testing
