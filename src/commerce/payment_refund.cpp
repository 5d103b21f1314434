#include <fmt/format.h>

#include <algorithm>

#include "commerce/payment_scribe.hpp"

namespace tally::commerce::payment_refund {
namespace {

Refund* find(PaymentScribe& scribe, const RefundId& id) {
  const auto found = std::ranges::find(scribe.next.refunds, id, &Refund::id);
  return found == scribe.next.refunds.end() ? nullptr : &*found;
}

Gross gross_of(const PaymentScribe& scribe, const Refund& refund) {
  return {scribe.money(refund.amount_minor), refund.tax_minor};
}

std::unexpected<Error> unknown(const PaymentScribe& scribe, const RefundId& id) {
  return scribe.wrong(CommerceError::kUnknown, fmt::format("there is no refund {}", id.text()));
}

Result<void> check_new(const PaymentScribe& scribe, const payment_event::RefundWanted& event) {
  if (event.refund.empty()) return scribe.wrong(CommerceError::kInvalid, "the refund has no id");
  if (scribe.next.refunds.size() >= kRefundsMax) {
    return scribe.wrong(CommerceError::kLimit, fmt::format("more than {} refunds", kRefundsMax));
  }
  if (auto gross = scribe.check_gross(event.gross); !gross) return gross;
  const Gross left = refundable(scribe.next);
  if (auto amount = scribe.check_amount(event.gross.amount, left.amount.minor); !amount) {
    return amount;
  }
  if (event.gross.tax_minor > left.tax_minor) {
    return scribe.wrong(CommerceError::kAmount,
                        fmt::format("a tax of {}; of the tax that was captured {} is left",
                                    to_string(scribe.money(event.gross.tax_minor)),
                                    to_string(scribe.money(left.tax_minor))));
  }
  return scribe.check_text(event.reason);
}

}  // namespace

Result<void> on(PaymentScribe& scribe, const payment_event::RefundWanted& event) {
  if (const Refund* refund = find(scribe, event.refund)) {
    const Gross gross = gross_of(scribe, *refund);
    if (gross == event.gross && refund->reason == event.reason) return {};
    return scribe.wrong(
        CommerceError::kDuplicate,
        fmt::format("{} is one of {} already", event.refund.text(), to_string(gross.amount)));
  }
  if (auto good = check_new(scribe, event); !good) return good;
  scribe.next.refunds.push_back({.id = event.refund,
                                 .amount_minor = event.gross.amount.minor,
                                 .tax_minor = event.gross.tax_minor,
                                 .reason = event.reason,
                                 .code = {},
                                 .wanted_at = scribe.at()});
  scribe.write(refund_posting(scribe.context(), event.refund, event.gross));
  scribe.ask_refund(scribe.next.refunds.back(), scribe.at());
  return {};
}

Result<void> on(PaymentScribe& scribe, const payment_event::RefundDone& event) {
  Refund* refund = find(scribe, event.refund);
  if (refund == nullptr) return unknown(scribe, event.refund);
  if (refund->state != RefundState::kPending) return {};
  refund->state = RefundState::kDone;
  scribe.write(refund_done_posting(scribe.context(), refund->id, gross_of(scribe, *refund)));
  return {};
}

Result<void> on(PaymentScribe& scribe, const payment_event::RefundRefused& event) {
  Refund* refund = find(scribe, event.refund);
  if (refund == nullptr) return unknown(scribe, event.refund);
  if (refund->state == RefundState::kRefused) return {};
  if (auto text = scribe.check_text(event.code); !text) return text;
  const Gross gross = gross_of(scribe, *refund);
  scribe.write(refund->state == RefundState::kDone
                   ? refund_returned_posting(scribe.context(), refund->id, gross)
                   : refund_refused_posting(scribe.context(), refund->id, gross));
  refund->state = RefundState::kRefused;
  refund->code = event.code;
  scribe.add(payment_effect::Failed{PaymentRequest::kRefund, event.code});
  scribe.alarm(PaymentAlarm::kRefundRefused, fmt::format("{}: {}", refund->id.text(), event.code));
  return {};
}

Result<void> on_unknown(PaymentScribe& scribe, const payment_event::AnswerUnknown& event) {
  Refund* refund = find(scribe, event.refund);
  if (refund == nullptr) return unknown(scribe, event.refund);
  if (refund->state != RefundState::kPending || event.attempt < refund->attempt) return {};
  if (auto asked = scribe.take_attempt(event, refund->attempt); !asked) return asked;
  if (auto counted = scribe.count(refund->attempt); !counted) return counted;
  scribe.ask_refund(*refund, scribe.at() + retry_delay(refund->attempt));
  return {};
}

}  // namespace tally::commerce::payment_refund
