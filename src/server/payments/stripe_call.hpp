// How Stripe is called: forms, the pinned version, the secret in its header and nowhere else.
//
// Pure; thread-safety: values.
#pragma once

#include <string>
#include <string_view>

#include "platform/http/client.hpp"
#include "server/payments/stripe.hpp"

namespace tally::payments {

// A form's or query's parameters, percent-encoded (RFC 3986's unreserved characters stay).
class StripeForm {
 public:
  StripeForm& add(std::string_view name, std::string_view value);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// `target`: path and query. Equal calls with an equal key happen once, for a day.
[[nodiscard]] http::ClientRequest stripe_get(const StripeOptions& options, std::string_view target);
[[nodiscard]] http::ClientRequest stripe_post(const StripeOptions& options, std::string_view path,
                                              const StripeForm& form, std::string_view key);

// What may become part of a path: nothing that Stripe's ids do not have. Empty is no id.
[[nodiscard]] bool is_stripe_id(std::string_view text);

}  // namespace tally::payments
