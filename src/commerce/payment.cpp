#include "commerce/payment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "commerce/payment_scribe.hpp"

namespace tally::commerce {
namespace {

using namespace payment_event;
using namespace payment_effect;
using enum PaymentState;

constexpr Instant kInstantMax = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
constexpr std::string_view kHoldExpiredCode = "hold_expired";
constexpr std::string_view kHoldReleasedCode = "hold_released";
constexpr std::string_view kActionNeededCode = "action_needed";

bool plausible(Instant instant) { return Instant{} <= instant && instant <= kInstantMax; }

// One event on one payment. `next_` is what it becomes, if no error comes back.
class Stepper {
 public:
  explicit Stepper(PaymentScribe scribe) : scribe_(std::move(scribe)) {}

  PaymentStep take() && { return std::move(scribe_).take(); }

  Result<void> on(const HoldWanted& event) {
    if (next_.state != kNew) {
      const bool never = next_.asked_minor == 0;  // It was let go before it was wanted.
      if (never || event.amount == scribe_.money(next_.asked_minor)) return {};
      return scribe_.wrong(CommerceError::kDuplicate, "another hold was wanted before");
    }
    if (auto whole = begin(event.amount.currency); !whole) return whole;
    if (auto text = scribe_.check_text(next_.method); !text) return text;
    if (auto amount = scribe_.check_amount(event.amount, kMinorMax); !amount) return amount;
    next_.asked_minor = event.amount.minor;
    next_.state = kHolding;
    scribe_.ask_hold(0, scribe_.at());
    return {};
  }

  Result<void> on(const HoldPlaced& event) {
    if (next_.placed_minor > 0) {
      if (event.reference == next_.reference && event.amount == scribe_.money(next_.placed_minor)) {
        return {};
      }
      return scribe_.wrong(CommerceError::kDuplicate,
                           fmt::format("a second hold, {} for {}; release it at the provider",
                                       event.reference, to_string(event.amount)));
    }
    if (auto amount = scribe_.check_amount(event.amount, next_.asked_minor); !amount) return amount;
    if (auto text = scribe_.check_text(event.reference); !text) return text;
    if (!plausible(event.capture_before)) {
      return scribe_.wrong(CommerceError::kInvalid, "capture_before is not between 1970 and 9999");
    }
    next_.placed_minor = event.amount.minor;
    next_.reference = event.reference;
    next_.capture_before = event.capture_before;
    next_.held_at = scribe_.at();
    scribe_.write(hold_posting(scribe_.context(), event.amount));
    if (next_.state != kHolding && next_.state != kActionNeeded) {
      start_release();
    } else if (next_.wanted_minor > 0) {
      start_capture();
    } else {
      next_.state = kHeld;
    }
    return {};
  }

  Result<void> on(const HoldDeclined& event) {
    if (auto text = scribe_.check_text(event.code); !text) return text;
    end_without_hold(event.code);
    return {};
  }

  Result<void> on(const ActionNeeded& event) {
    if (next_.state != kHolding && next_.state != kActionNeeded && next_.state != kAbandoned) {
      return {};
    }
    if (auto text = scribe_.check_text(event.url); !text) return text;
    if (auto text = scribe_.check_text(event.reference); !text) return text;
    next_.reference = event.reference;
    if (next_.state == kAbandoned) {
      start_release();
      return {};
    }
    next_.action_url = event.url;
    next_.state = kActionNeeded;
    if (next_.wanted_minor > 0 && is_sale()) give_up_action();
    return {};
  }

  Result<void> on(const ActionDone&) {
    if (next_.state != kActionNeeded) return {};
    next_.state = kHolding;
    if (auto counted = scribe_.count(next_.attempt); !counted) return counted;
    scribe_.ask_hold(next_.attempt, scribe_.at());
    return {};
  }

  Result<void> on(const AnswerUnknown& event) {
    if (event.request == PaymentRequest::kRefund) return payment_refund::on_unknown(scribe_, event);
    const bool holding = next_.state == kHolding || next_.state == kAbandoned;
    const bool under_way =
        (event.request == PaymentRequest::kHold && holding) ||
        (event.request == PaymentRequest::kCapture && next_.state == kCapturing) ||
        (event.request == PaymentRequest::kRelease && next_.state == kReleasing &&
         answers_release(event.key));
    if (!under_way || event.attempt < next_.attempt) return {};
    if (auto asked = scribe_.take_attempt(event, next_.attempt); !asked) return asked;
    if (auto counted = scribe_.count(next_.attempt); !counted) return counted;
    const Instant when = scribe_.at() + retry_delay(next_.attempt);
    if (holding) {
      scribe_.ask_hold(next_.attempt, when);
    } else if (next_.state == kCapturing) {
      scribe_.ask_capture(next_.attempt, when);
    } else {
      scribe_.ask_release(next_.attempt, when);
    }
    return {};
  }

  Result<void> on(const CaptureWanted& event) {
    if (next_.wanted_minor > 0) {
      if (event.gross == Gross{scribe_.money(next_.wanted_minor), next_.tax_minor}) return {};
      return scribe_.wrong(CommerceError::kDuplicate,
                           fmt::format("{} is to be captured already",
                                       to_string(scribe_.money(next_.wanted_minor))));
    }
    if (next_.currency == Currency{}) {
      if (auto whole = begin(event.gross.amount.currency); !whole) return whole;
    }
    if (auto gross = scribe_.check_gross(event.gross); !gross) return gross;
    if (!is_sale() && event.gross.tax_minor != 0) {
      return scribe_.wrong(CommerceError::kInvalid, "there is no tax in paying a debt");
    }
    next_.wanted_minor = event.gross.amount.minor;
    next_.tax_minor = event.gross.tax_minor;
    if (is_sale()) scribe_.write(sale_posting(scribe_.context(), event.gross));
    if (next_.state == kHeld) {
      start_capture();
    } else if (next_.state == kActionNeeded) {
      if (is_sale()) give_up_action();
    } else if (next_.state != kHolding) {
      capture_failed(next_.code.empty() ? std::string(kHoldReleasedCode) : next_.code);
    }
    return {};
  }

  Result<void> on(const CaptureDone& event) {
    if (next_.state == kCaptured) {
      if (event.amount == scribe_.money(next_.captured_minor)) return {};
      return scribe_.wrong(
          CommerceError::kDuplicate,
          fmt::format("{} was captured, and now {}", to_string(scribe_.money(next_.captured_minor)),
                      to_string(event.amount)));
    }
    if (auto amount = scribe_.check_amount(event.amount, scribe_.to_capture_minor()); !amount)
      return amount;
    next_.captured_minor = event.amount.minor;
    next_.released_minor = next_.placed_minor - next_.captured_minor;
    next_.state = kCaptured;
    scribe_.write(capture_posting(scribe_.context(), event.amount));
    if (!is_sale()) {
      scribe_.add(PayDebt{payment_key(next_.id, "capture"), event.amount});
    }
    owe_the_rest();
    return {};
  }

  Result<void> on(const CaptureRefused& event) {
    if (next_.wanted_minor == 0) return scribe_.not_here();
    if (next_.state != kCapturing) return {};
    if (auto text = scribe_.check_text(event.code); !text) return text;
    next_.code = event.code;
    capture_failed(event.code);
    start_release();
    return {};
  }

  Result<void> on(const ReleaseWanted&) {
    if (next_.wanted_minor > 0 && is_sale()) return {};
    if (next_.state == kNew) {
      next_.state = kReleased;
    } else if (next_.state == kHolding) {
      next_.state = kAbandoned;
    } else if (next_.state == kActionNeeded || next_.state == kHeld) {
      start_release();
    }
    return {};
  }

  Result<void> on(const ReleaseDone& event) {
    if (next_.state == kReleasing && answers_release(event.key)) {
      let_go();
      next_.state = kReleased;
    } else if (next_.state == kHeld) {
      end_hold(kHoldReleasedCode);
    }
    return {};
  }

  Result<void> on(const ReleaseRefused& event) {
    if (next_.state != kReleasing || next_.release_refused) return {};
    if (!answers_release(event.key)) return {};
    if (auto text = scribe_.check_text(event.code); !text) return text;
    if (next_.placed_minor == 0) {
      next_.state = kReleased;
      return {};
    }
    next_.release_refused = true;
    scribe_.alarm(PaymentAlarm::kReleaseRefused, event.code);
    return {};
  }

  Result<void> on(const HoldExpired&) {
    if (next_.placed_minor == 0 && next_.state == kReleasing) {
      next_.state = kReleased;
    } else if (next_.placed_minor == 0) {
      end_without_hold(kHoldExpiredCode);
    } else {
      end_hold(kHoldExpiredCode);
    }
    return {};
  }

  Result<void> on(const Tick&) {
    if (next_.placed_minor == 0) return {};
    const bool ends_by_time = next_.state == kHeld || next_.state == kReleasing;
    if (ends_by_time && scribe_.at() >= *next_.capture_before) {
      end_hold(kHoldExpiredCode);
      return {};
    }
    const bool in_use = next_.state == kHeld || next_.state == kCapturing;
    if (in_use && !next_.expiry_alarmed && scribe_.at() >= *next_.capture_before - kExpiryAlarm) {
      next_.expiry_alarmed = true;
      scribe_.alarm(PaymentAlarm::kExpiresSoon, "until " + to_string(*next_.capture_before));
    }
    if (next_.state == kHeld && !next_.held_long_alarmed &&
        scribe_.at() >= *next_.held_at + kHeldLong) {
      next_.held_long_alarmed = true;
      scribe_.alarm(PaymentAlarm::kHeldLong, "since " + to_string(*next_.held_at));
    }
    return {};
  }

  Result<void> on(const RefundWanted& event) { return payment_refund::on(scribe_, event); }
  Result<void> on(const RefundDone& event) { return payment_refund::on(scribe_, event); }
  Result<void> on(const RefundRefused& event) { return payment_refund::on(scribe_, event); }

 private:
  // ---- What steps have in common

  [[nodiscard]] bool is_sale() const { return next_.purpose == PaymentPurpose::kSale; }

  Result<void> begin(const Currency& currency) {
    const bool of_session = !is_sale() || !next_.session.empty();
    if (next_.id.empty() || next_.tenant.empty() || next_.shopper.empty() || !of_session ||
        currency == Currency{}) {
      return scribe_.wrong(CommerceError::kInvalid,
                           "id, tenant, shopper, session or currency is missing");
    }
    next_.currency = currency;
    return {};
  }

  // Not an answer to the cancelling that was asked before the hold was placed.
  [[nodiscard]] bool answers_release(std::string_view key) const {
    return key.empty() || key == scribe_.release_key();
  }

  void end_without_hold(std::string_view code) {
    if (next_.state == kAbandoned) {
      next_.state = kReleased;
    } else if (next_.state == kHolding || next_.state == kActionNeeded) {
      next_.state = kDeclined;
      next_.code = code;
      scribe_.add(Failed{PaymentRequest::kHold, next_.code});
      if (next_.wanted_minor > 0) capture_failed(next_.code);
    }
  }

  // The goods are gone, and so, it may be, is the shopper: nobody waits for them to act.
  void give_up_action() {
    next_.code = kActionNeededCode;
    capture_failed(next_.code);
    start_release();
  }

  // The hold is gone, and not because an answer said that we had released it.
  void end_hold(std::string_view code) {
    if (next_.state != kHeld && next_.state != kReleasing) return;
    const bool was_wanted = next_.state == kHeld;
    let_go();
    next_.state = kExpired;
    if (!was_wanted) return;
    next_.code = code;
    scribe_.add(Failed{PaymentRequest::kHold, next_.code});
    scribe_.alarm(PaymentAlarm::kHoldGone, next_.code);
  }

  void let_go() {
    if (next_.placed_minor == 0) return;
    next_.released_minor = next_.placed_minor;
    scribe_.write(release_posting(scribe_.context(), scribe_.money(next_.placed_minor)));
  }

  void start_capture() {
    next_.state = kCapturing;
    next_.attempt = 0;
    scribe_.ask_capture(0, scribe_.at());
  }

  void start_release() {
    next_.state = kReleasing;
    next_.attempt = 0;
    scribe_.ask_release(0, scribe_.at());
  }

  void capture_failed(std::string code) {
    owe_the_rest();
    scribe_.add(Failed{PaymentRequest::kCapture, std::move(code)});
  }

  void owe_the_rest() {
    const std::int64_t rest = next_.wanted_minor - next_.captured_minor;
    if (!is_sale() || rest == 0) return;  // It is owed already.
    next_.debt_minor = rest;
    const Gross sale{scribe_.money(next_.wanted_minor), next_.tax_minor};
    const std::int64_t tax = next_.tax_minor - tax_share(sale, next_.captured_minor);
    scribe_.write(debt_posting(scribe_.context(), scribe_.money(rest)));
    scribe_.add(OweDebt{payment_key(next_.id, "debt"), {scribe_.money(rest), tax}});
  }

  PaymentScribe scribe_;
  Payment& next_ = scribe_.next;
};

std::int64_t sum_of(const Payment& payment, std::int64_t Refund::* minor) {
  std::int64_t sum = 0;
  for (const Refund& refund : payment.refunds) {
    if (refund.state != RefundState::kRefused) sum += refund.*minor;
  }
  return sum;
}

}  // namespace

Result<PaymentStep> step(const Payment& payment, const PaymentEvent& event) {
  const PaymentEventKind kind = kind_of(event);
  const Instant at = std::visit([](const auto& any) { return any.at; }, event);
  PaymentScribe scribe(payment, at, kind);
  if (!can(payment_transitions(), payment.state, kind)) return scribe.not_here();
  if (!plausible(at)) {
    return scribe.wrong(CommerceError::kInvalid, "its time is not between 1970 and 9999");
  }
  Stepper stepper(std::move(scribe));
  const Result<void> done = std::visit([&](const auto& any) { return stepper.on(any); }, event);
  if (!done) return std::unexpected(done.error());
  PaymentStep next = std::move(stepper).take();
  TALLY_ASSERT(has(payment_transitions(), payment.state, kind, next.state.state));
  return next;
}

std::optional<Instant> wakes_at(const Payment& payment) {
  if (payment.placed_minor == 0) return std::nullopt;
  std::optional<Instant> first;
  const auto consider = [&](Instant instant) {
    first = std::min(first.value_or(instant), instant);
  };
  const bool held = payment.state == kHeld;
  const bool capturing = payment.state == kCapturing;
  if (held || payment.state == kReleasing) consider(*payment.capture_before);
  if ((held || capturing) && !payment.expiry_alarmed) {
    consider(*payment.capture_before - kExpiryAlarm);
  }
  if (held && !payment.held_long_alarmed) consider(*payment.held_at + kHeldLong);
  return first;
}

bool is_settled(const Payment& payment) {
  return payment.wanted_minor > 0 &&
         payment.captured_minor + payment.debt_minor == payment.wanted_minor;
}

std::int64_t still_held_minor(const Payment& payment) {
  const bool held =
      payment.state == kHeld || payment.state == kCapturing || payment.state == kReleasing;
  return held ? payment.placed_minor : 0;
}

Gross refunded(const Payment& payment) {
  return {{sum_of(payment, &Refund::amount_minor), payment.currency},
          sum_of(payment, &Refund::tax_minor)};
}

Gross refundable(const Payment& payment) {
  const Gross before = refunded(payment);
  const Gross sale{{payment.wanted_minor, payment.currency}, payment.tax_minor};
  const std::int64_t tax = tax_share(sale, payment.captured_minor) - before.tax_minor;
  const std::int64_t left = payment.captured_minor - before.amount.minor;
  return {{left, payment.currency}, std::clamp<std::int64_t>(tax, 0, left)};
}

Duration retry_delay(std::uint32_t attempt) {
  Duration delay = kRetryFirst;
  for (std::uint32_t i = 1; i < attempt && delay < kRetryLast; ++i) delay *= 2;
  return std::min(delay, kRetryLast);
}

}  // namespace tally::commerce
