// Saving a shopper's card at Stripe: a Checkout Session in `setup` mode, which is a page of
// Stripe's own. Card numbers never come here.
//
//   begin()  makes the shopper's customer at Stripe, where there is none yet, and the session; the
//            shopper is sent to `url` and comes back to `return_url`, whatever they did there.
//   look()   asks Stripe what became of it. Since the session is of a customer, Stripe has attached
//            the card to them; its token is "cus_…:pm_…", as a hold wants it (stripe.hpp).
//
// Both calls of begin() carry keys made of `key`: repeated, they give the same session. A session
// that nobody completes ends by itself after a day.
//
// Ownership: the client is the caller's. Thread-safety: from any thread; both wait for Stripe, at
// most kCardDeadline a call, so only where waiting does no harm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/http/client.hpp"
#include "server/payments/stripe.hpp"

namespace tally::payments {

inline constexpr Duration kCardDeadline = std::chrono::seconds{8};

enum class CardError : std::uint8_t {
  kNoAnswer,  // None came, none that says anything, or Stripe refuses our key: ask again later.
  kChanged,   // The key was used for another wish: begin anew under another one.
};
[[nodiscard]] ErrorCode code_of(CardError error);

struct CardWish {
  std::string key;       // Of this wish; it may be repeated.
  std::string shopper;   // Our id: how the operator finds them at Stripe.
  std::string email;     // Of the customer that is made.
  std::string customer;  // Stripe's id of theirs, "cus_…"; empty where they have none.
  std::string return_url;
};

struct CardPage {
  std::string reference;  // "cs_…"
  std::string url;        // Stripe's page, https.
  Instant expires_at;
};

struct CardFound {
  enum class State : std::uint8_t { kOpen, kSaved, kExpired } state = State::kOpen;
  std::string token;  // These of a saved one: "cus_…:pm_…",
  std::string brand;  // "visa", "card" where Stripe does not say,
  std::string last4;  // and four digits, or "".
};

class StripeCards {
 public:
  StripeCards(http::HttpClient& client, StripeOptions options);

  // Errors: CardError.
  [[nodiscard]] Result<CardPage> begin(const CardWish& wish);
  [[nodiscard]] Result<CardFound> look(const std::string& reference);

 private:
  [[nodiscard]] Result<std::string> customer_of(const CardWish& wish);
  [[nodiscard]] Result<std::string> ask(http::ClientRequest call);

  http::HttpClient& client_;
  StripeOptions options_;
};

// The customer in a token of Stripe's: "cus_…" of "cus_…:pm_…"; empty where it names none.
[[nodiscard]] std::string customer_in(std::string_view token);

}  // namespace tally::payments
