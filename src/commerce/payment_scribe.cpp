#include "commerce/payment_scribe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tally::commerce {

using namespace payment_effect;

PaymentContext PaymentScribe::context() const {
  return {next.id, next.purpose, next.tenant, next.session, at_};
}

void PaymentScribe::alarm(PaymentAlarm alarm, std::string detail) {
  add(Alarm{alarm, std::move(detail)});
}

void PaymentScribe::ask_hold(std::uint32_t attempt, Instant not_before) {
  add(AskHold{{payment_key(next.id, "hold"), attempt, not_before},
              money(next.asked_minor),
              next.method,
              next.reference});
}

void PaymentScribe::ask_capture(std::uint32_t attempt, Instant not_before) {
  add(AskCapture{{payment_key(next.id, "capture"), attempt, not_before},
                 money(to_capture_minor()),
                 next.reference});
}

void PaymentScribe::ask_release(std::uint32_t attempt, Instant not_before) {
  add(AskRelease{{release_key(), attempt, not_before}, next.reference});
}

std::string PaymentScribe::release_key() const {
  return payment_key(next.id, next.placed_minor > 0 ? "release" : "cancel");
}

void PaymentScribe::ask_refund(const Refund& refund, Instant not_before) {
  add(AskRefund{{refund_key(next.id, refund.id), refund.attempt, not_before},
                money(refund.amount_minor),
                next.reference,
                refund.id});
}

Result<void> PaymentScribe::count(std::uint32_t& attempt) {
  if (attempt >= kAttemptsMax) {
    return wrong(CommerceError::kLimit,
                 fmt::format("no answer to {} attempts; see at the provider what became of it",
                             kAttemptsMax));
  }
  if (++attempt == kAttemptsAlarm) {
    alarm(PaymentAlarm::kNoAnswer, fmt::format("{} attempts", attempt));
  }
  return {};
}

std::int64_t PaymentScribe::to_capture_minor() const {
  return std::min(next.wanted_minor, next.placed_minor);
}

Result<void> PaymentScribe::check_text(std::string_view text) const {
  if (text.size() <= kPaymentTextMax) return {};
  return wrong(CommerceError::kLimit, fmt::format("a text of {} bytes; at most {} are allowed",
                                                  text.size(), kPaymentTextMax));
}

Result<void> PaymentScribe::check_amount(const Money& amount, std::int64_t minor_max) const {
  const bool fits = 0 < amount.minor && amount.minor <= minor_max;
  if (fits && amount.currency == next.currency) return {};
  return wrong(CommerceError::kAmount,
               fmt::format("{}; more than nothing and at most {} is possible", to_string(amount),
                           to_string(money(minor_max))));
}

Result<void> PaymentScribe::check_gross(const Gross& gross) const {
  if (auto amount = check_amount(gross.amount, kMinorMax); !amount) return amount;
  if (0 <= gross.tax_minor && gross.tax_minor <= gross.amount.minor) return {};
  return wrong(CommerceError::kAmount, fmt::format("{} with a tax of {}", to_string(gross.amount),
                                                   to_string(money(gross.tax_minor))));
}

Result<void> PaymentScribe::take_attempt(const payment_event::AnswerUnknown& event,
                                         std::uint32_t& attempt) const {
  if (event.attempt == attempt) return {};
  // What is asked next must not come before what was revived: its key may be forgotten.
  if (event.attempt == kSearchAttempt && attempt < kSearchAttempt) {
    attempt = kSearchAttempt;
    return {};
  }
  return wrong(CommerceError::kInvalid, fmt::format("attempt {} of {} was never made",
                                                    event.attempt, name_of(event.request)));
}

std::unexpected<Error> PaymentScribe::wrong(CommerceError error, std::string_view what) const {
  return fail(error, fmt::format("payment {}: {}: {}", next.id.text(), name_of(kind_), what));
}

std::unexpected<Error> PaymentScribe::not_here() const {
  return illegal(fmt::format("payment {}", next.id.text()), next.state, kind_);
}

}  // namespace tally::commerce
