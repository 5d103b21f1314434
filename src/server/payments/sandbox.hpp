// A payment provider of our own, with test cards and no money: what test mode and demos charge.
//
// What a card does follows from its token, named as Stripe's test cards are where Stripe has one
// (docs/payments.md lists them). All that it knows is in the store, so it outlives the program as a
// real provider does, and happens once under each idempotency key. A key that is used again for
// something else is refused as "idempotency_error".
//
// Ownership: store and world are the caller's and outlive the sandbox; the store outlives what was
// asked. Tables: migrate(connection, "sandbox", sandbox_migrations(), now).
// Thread-safety: all functions may be called from any thread. Errors of the store become
// AnswerUnknown; those of the functions below are StoreError.
#pragma once

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/migrations.hpp"
#include "platform/store.hpp"
#include "server/payments/provider.hpp"
#include "server/world.hpp"

namespace tally::payments {

inline constexpr Duration kSandboxHold = std::chrono::days{7};
inline constexpr Duration kSandboxShortHold = std::chrono::minutes{2};

[[nodiscard]] std::span<const platform::Migration> sandbox_migrations();

struct SandboxOptions {
  std::string base_url;  // Of our own pages: "https://tally.example".
};

class Sandbox : public Provider {
 public:
  Sandbox(platform::Store& store, server::World& world, SandboxOptions options);

  [[nodiscard]] std::string_view name() const override { return "sandbox"; }
  [[nodiscard]] bool live() const override { return false; }
  void ask(ProviderRequest request, ProviderDone done) override;

  // While it is down every answer is AnswerUnknown, and nothing happens.
  void set_down(bool down) { down_ = down; }
  [[nodiscard]] bool down() const { return down_; }

 private:
  platform::Store& store_;
  server::World& world_;
  SandboxOptions options_;
  std::atomic<bool> down_ = false;
};

// What the shopper's bank would show at <base>/sandbox/actions/<payment>.
struct SandboxAction {
  PaymentId payment;
  Money amount;
  bool open = false;  // Nobody has answered it yet.
};
// Errors: kMissing.
Result<SandboxAction> find_action(platform::Transaction& transaction, std::string_view reference);

// The shopper's answer: the hold is placed, or declined as "authentication_failed". The same answer
// again changes nothing. Gives the payment, which is to be told ActionDone. Errors: kMissing;
// kStale where it was answered otherwise, or cancelled.
Result<PaymentId> complete_action(platform::Transaction& transaction, Instant now,
                                  std::string_view reference, bool approve);

// What the sandbox has for us, for reconciliation with the ledger: captured less refunded is
// provider_clearing. One line for each currency, in their order.
struct SandboxStatement {
  Currency currency;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t held_minor = 0;  // Holds that can still be captured.

  friend bool operator==(const SandboxStatement&, const SandboxStatement&) = default;
};
Result<std::vector<SandboxStatement>> sandbox_statement(platform::Transaction& transaction,
                                                        Instant now);

}  // namespace tally::payments
