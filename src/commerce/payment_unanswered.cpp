#include "commerce/payment_unanswered.hpp"

#include <algorithm>
#include <optional>

namespace tally::commerce {
namespace {

std::optional<PaymentRequest> under_way(PaymentState state) {
  using enum PaymentState;
  if (state == kHolding || state == kAbandoned) return PaymentRequest::kHold;
  if (state == kCapturing) return PaymentRequest::kCapture;
  return state == kReleasing ? std::optional(PaymentRequest::kRelease) : std::nullopt;
}

}  // namespace

std::vector<PaymentEvent> unanswered(const Payment& payment, Instant now) {
  std::vector<PaymentEvent> events;
  if (const auto request = under_way(payment.state)) {
    events.emplace_back(payment_event::AnswerUnknown{
        now, *request, std::max(payment.attempt, kSearchAttempt), {}, {}});
  }
  for (const Refund& refund : payment.refunds) {
    if (refund.state != RefundState::kPending) continue;
    events.emplace_back(payment_event::AnswerUnknown{
        now, PaymentRequest::kRefund, std::max(refund.attempt, kSearchAttempt), refund.id, {}});
  }
  return events;
}

}  // namespace tally::commerce
