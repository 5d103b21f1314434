// A payment provider: what holds, captures, releases and refunds money on a shopper's card.
//
// The payment (commerce/payment.hpp) decides what to ask and under which idempotency key; a
// provider asks it and says what came of it as the event that the payment takes. What is not known
// is AnswerUnknown with the request's kind, attempt, refund and key, never a guess. Answers to a
// release carry its key too.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/payment.hpp"

namespace tally::payments {

struct ProviderRequest {
  commerce::PaymentRequest kind = commerce::PaymentRequest::kHold;
  PaymentId payment;
  RefundId refund;  // kRefund only.
  std::string key;  // The idempotency key: the same for each attempt.
  std::uint32_t attempt = 0;
  Money amount;             // Of the hold, capture or refund; not of a release.
  std::string method;       // kHold: the provider's token for the shopper's means of payment.
  std::string reference;    // What the provider calls the payment; empty for a first hold.
  std::string description;  // For the shopper's statement; at most 22 ASCII characters.
};

// Called exactly once, on any thread, perhaps inside of ask().
using ProviderDone = std::move_only_function<void(commerce::PaymentEvent)>;

class Provider {
 public:
  Provider() = default;
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  virtual ~Provider() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;  // "sandbox", "stripe"
  [[nodiscard]] virtual bool live() const = 0;              // Real money.
  virtual void ask(ProviderRequest request, ProviderDone done) = 0;
};

}  // namespace tally::payments
