// What Stripe's answers mean: from a status and a JSON body to the event that a payment takes.
//
// Pure. What says nothing for sure, or is no JSON, gives nothing, or AnswerUnknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/payments/provider.hpp"

namespace tally::payments {

struct StripeAnswer {
  int status = 0;
  std::string body;
};

enum class IntentStatus : std::uint8_t { kNone, kHeld, kCaptured, kCancelled, kOther };

// The first PaymentIntent of a search, or the first refund of a list that has our id in its
// metadata, as an answer of its own; status 404 where there is none.
[[nodiscard]] StripeAnswer found_intent(const StripeAnswer& answer);
[[nodiscard]] StripeAnswer found_refund(const StripeAnswer& answer, std::string_view refund);

[[nodiscard]] IntentStatus intent_status(const StripeAnswer& answer);
// The error's code: "resource_missing"; empty if it has none.
[[nodiscard]] std::string error_code(const StripeAnswer& answer);

// Of a PaymentIntent that was made or looked at.
[[nodiscard]] commerce::PaymentEvent hold_event(const ProviderRequest& request,
                                                const StripeAnswer& answer, Instant now);
[[nodiscard]] commerce::PaymentEvent capture_event(const ProviderRequest& request,
                                                   const StripeAnswer& answer, Instant now);
[[nodiscard]] commerce::PaymentEvent release_event(const ProviderRequest& request,
                                                   const StripeAnswer& answer, Instant now);
[[nodiscard]] commerce::PaymentEvent refund_event(const ProviderRequest& request,
                                                  const StripeAnswer& answer, Instant now);

}  // namespace tally::payments
