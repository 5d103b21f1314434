// What the steps of a payment share: the payment as it becomes, the effects that go with it, and
// the checks of what events carry. Used by payment.cpp and payment_refund.cpp alone.
//
// Ownership: copies the payment; take() hands payment and effects over.
// Thread-safety: one thread. Errors: CommerceError, with the payment's id in the message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commerce/payment.hpp"

namespace tally::commerce {

class PaymentScribe {
 public:
  PaymentScribe(const Payment& payment, Instant at, PaymentEventKind kind)
      : next(payment), at_(at), kind_(kind) {}

  Payment next;

  [[nodiscard]] Instant at() const { return at_; }
  [[nodiscard]] Money money(std::int64_t minor) const { return {minor, next.currency}; }
  [[nodiscard]] PaymentContext context() const;
  [[nodiscard]] PaymentStep take() && { return {std::move(next), std::move(effects_)}; }

  void add(PaymentEffect effect) { effects_.push_back(std::move(effect)); }
  void write(Posting posting) { add(payment_effect::LedgerPost{std::move(posting)}); }
  void alarm(PaymentAlarm alarm, std::string detail);

  // Ask the provider, as attempt number `attempt`.
  void ask_hold(std::uint32_t attempt, Instant not_before);
  void ask_capture(std::uint32_t attempt, Instant not_before);
  void ask_release(std::uint32_t attempt, Instant not_before);
  void ask_refund(const Refund& refund, Instant not_before);
  // The next attempt; there are at most kAttemptsMax. Tells somebody at kAttemptsAlarm.
  Result<void> count(std::uint32_t& attempt);

  // What is not held yet is cancelled: another request, should the hold be placed meanwhile.
  [[nodiscard]] std::string release_key() const;
  // At most the hold.
  [[nodiscard]] std::int64_t to_capture_minor() const;

  [[nodiscard]] Result<void> check_text(std::string_view text) const;
  // More than nothing, at most `minor_max`, of the payment's currency.
  [[nodiscard]] Result<void> check_amount(const Money& amount, std::int64_t minor_max) const;
  [[nodiscard]] Result<void> check_gross(const Gross& gross) const;
  // The attempt that had no answer: the last one, or kSearchAttempt where it was revived.
  Result<void> take_attempt(const payment_event::AnswerUnknown& event,
                            std::uint32_t& attempt) const;

  [[nodiscard]] std::unexpected<Error> wrong(CommerceError error, std::string_view what) const;
  // The event can't happen in this state.
  [[nodiscard]] std::unexpected<Error> not_here() const;

 private:
  Instant at_;
  PaymentEventKind kind_;
  std::vector<PaymentEffect> effects_;
};

// Steps of refunds, which leave the payment's state alone.
namespace payment_refund {
[[nodiscard]] Result<void> on(PaymentScribe& scribe, const payment_event::RefundWanted& event);
[[nodiscard]] Result<void> on(PaymentScribe& scribe, const payment_event::RefundDone& event);
[[nodiscard]] Result<void> on(PaymentScribe& scribe, const payment_event::RefundRefused& event);
[[nodiscard]] Result<void> on_unknown(PaymentScribe& scribe,
                                      const payment_event::AnswerUnknown& event);
}  // namespace payment_refund

}  // namespace tally::commerce
