// What Stripe tells on its own, by webhook: that a shopper was at their bank, that a hold ended,
// that a refund failed after all, that a card was saved.
//
// A notice is a reason to look, not the answer: what was held is read from the PaymentIntent. So a
// doubled, late or reordered notice does no harm.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commerce/payment.hpp"

namespace tally::payments {

inline constexpr Duration kSignatureTolerance = std::chrono::minutes{5};

struct StripeNotice {
  std::string payment;  // Our ids, out of the metadata.
  std::string refund;
  std::string intent;  // The PaymentIntent.
  enum class What : std::uint8_t { kLook, kCancelled, kRefundFailed } what = What::kLook;
  std::string code;  // Of a refund that failed.
};

// Nothing: no event of Stripe's, or one that says nothing of what is ours.
[[nodiscard]] std::optional<StripeNotice> parse_stripe_notice(std::string_view payload);

// The Checkout Session ("cs_…") with which a shopper has saved a card; empty where it is of none.
[[nodiscard]] std::string saved_card_in(std::string_view payload);

// What the payment is to be told; nothing where it is not, or no longer, a matter of its own.
[[nodiscard]] std::optional<commerce::PaymentEvent> event_of(const StripeNotice& notice,
                                                             const commerce::Payment& payment,
                                                             Instant now);

// Whether a webhook is Stripe's: its Stripe-Signature header ("t=…,v1=…", one v1 for each secret
// that is in use) signs the raw payload with the endpoint's secret ("whsec_…"), and its time is
// within kSignatureTolerance of now, either way.
[[nodiscard]] bool verify_stripe_signature(std::string_view payload, std::string_view header,
                                           std::string_view secret, Instant now);

}  // namespace tally::payments
