// Stripe as a payment provider: PaymentIntents that are confirmed at once and captured by hand.
//
// Follows Stripe's API as of kStripeVersion, which every call pins. `method` is a PaymentMethod
// ("pm_…"), or a customer and theirs ("cus_…:pm_…"); `reference` is the PaymentIntent. Holds are
// asked with the shopper present, who scanned a code a moment ago; whoever has to confirm with
// their bank is sent to its page and comes back to `return_url`.
//
// Answers. A decline, and a request that Stripe says is wrong, are refused with Stripe's code. 401,
// 403, 409, 429, 5xx, a redirect, an answer that is none, a deadline, and a call that was not even
// sent are AnswerUnknown: asked again, under the same key, nothing happens twice. Because Stripe
// forgets keys after a day and repeats a 500 under the same key until then, later attempts look
// first: at the PaymentIntent where there is one, for the PaymentIntent or refund with our id in
// its metadata where there is none. A capture or a cancel whose PaymentIntent is found as it was
// is asked under a key of the attempt from kFreshKeyAttempt on; a PaymentIntent is captured only
// once whatever the key. When a hold lapses Stripe says: capture_before of its charge, never ours.
//
// Ownership: client and world are the caller's and outlive what was asked.
// Thread-safety: ask() from any thread; answers come on the client's.
#pragma once

#include <string>
#include <string_view>

#include "platform/http/client.hpp"
#include "server/payments/provider.hpp"
#include "server/world.hpp"

namespace tally::payments {

inline constexpr std::string_view kStripeVersion = "2025-03-31.basil";
inline constexpr std::uint32_t kFreshKeyAttempt = 10;  // Five minutes later.
inline constexpr Duration kStripeDeadline = std::chrono::seconds{20};

struct StripeOptions {
  std::string secret_key;  // "sk_live_…" moves real money, any other does not.
  std::string return_url;  // Where the shopper comes back to from their bank.
  std::string base_url = "https://api.stripe.com";
  Duration deadline = kStripeDeadline;  // For each call.
};

class Stripe : public Provider {
 public:
  Stripe(http::HttpClient& client, server::World& world, StripeOptions options);

  [[nodiscard]] std::string_view name() const override { return "stripe"; }
  [[nodiscard]] bool live() const override;
  void ask(ProviderRequest request, ProviderDone done) override;

 private:
  http::HttpClient& client_;
  server::World& world_;
  StripeOptions options_;
};

}  // namespace tally::payments
