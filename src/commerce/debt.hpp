// Debts: what a shopper owes a tenant. Whoever owes is locked out of all the tenant's cabinets.
//
// A debt is what a payment could not capture (payment_effect::OweDebt). It is paid by payments of
// purpose kDebt (payment_effect::PayDebt), in parts too, oldest debt first; corrected, when a
// dispute finds that it was not taken; or written off, when the tenant gives it up, which lets the
// shopper in again. What was paid too much is given back, from the payment that paid it. Currencies
// are apart: a debt is paid in its own; owing in any of them locks out.
//
// Each event has a key and counts once. Invariants: for each debt, paid + corrected + written off
// <= amount and none of them negative; locked out if and only if something is left.
//
// Debts is a plain value. Thread-safety: values and pure functions. Errors: CommerceError; nothing
// has changed then. kDuplicate: the key was used for something else. kUnknown: no such debt.
// kAmount: nothing, or more than the debt (left) is. kLimit: a limit below.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/postings.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

inline constexpr std::size_t kDebtsMax = 256;  // Of one shopper at one tenant, settled ones too.
inline constexpr std::size_t kDebtActsMax = 1'024;

// What a payment has paid of a debt.
struct DebtPart {
  PaymentId payment;
  std::int64_t minor = 0;

  friend bool operator==(const DebtPart&, const DebtPart&) = default;
};

struct Debt {
  std::string key;
  PaymentId payment;  // That left it.
  SessionId session;
  Instant made_at;
  Currency currency;
  std::int64_t amount_minor = 0;
  std::int64_t tax_minor = 0;  // In the amount.
  std::int64_t corrected_minor = 0;
  std::int64_t corrected_tax_minor = 0;
  std::int64_t written_off_minor = 0;
  std::vector<DebtPart> paid;  // Less what was given back.

  friend bool operator==(const Debt&, const Debt&) = default;
};

enum class DebtEventKind : std::uint8_t { kMade, kPaid, kCorrected, kWrittenOff };
inline constexpr std::size_t kDebtEventCount = 4;
[[nodiscard]] std::string_view name_of(DebtEventKind kind);

// What happened under a key, so that it does not happen again.
struct DebtAct {
  std::string key;
  DebtEventKind kind = DebtEventKind::kMade;
  std::string debt;   // Key of the debt; empty where a payment is for all of them.
  PaymentId payment;  // That left the debt, or that paid.
  Gross gross;

  friend bool operator==(const DebtAct&, const DebtAct&) = default;
};

enum class Standing : std::uint8_t { kClear, kLockedOut };
inline constexpr std::size_t kStandingCount = 2;
[[nodiscard]] std::string_view name_of(Standing standing);

struct Debts {
  TenantId tenant;
  ShopperId shopper;
  Standing standing = Standing::kClear;
  std::vector<Debt> debts;  // Oldest first.
  std::vector<DebtAct> acts;

  friend bool operator==(const Debts&, const Debts&) = default;
};

namespace debt_event {
// clang-format off
struct Made       { Instant at; std::string key; Gross gross; PaymentId payment;
                    SessionId session; };
struct Paid       { Instant at; std::string key; Money amount; PaymentId payment; };
struct Corrected  { Instant at; std::string key; std::string debt; Gross gross; };
struct WrittenOff { Instant at; std::string key; std::string debt; Money amount; };
// clang-format on
using Any = std::variant<Made, Paid, Corrected, WrittenOff>;  // In the order of DebtEventKind.
}  // namespace debt_event
using DebtEvent = debt_event::Any;

namespace debt_effect {
// clang-format off
struct LedgerPost { Posting posting; };
struct LockOut    { ShopperId shopper; };
struct LetIn      { ShopperId shopper; };
// Refund so much of this payment of purpose kDebt, as refund_id_of(key): once.
struct GiveBack   { std::string key; PaymentId payment; Money amount; };
// clang-format on
using Any = std::variant<LedgerPost, LockOut, LetIn, GiveBack>;
}  // namespace debt_effect
using DebtEffect = debt_effect::Any;

struct DebtStep {
  Debts state;
  std::vector<DebtEffect> effects;
};

[[nodiscard]] std::span<const Transition<Standing, DebtEventKind>> standing_transitions();

// The refund that a key stands for: the same whoever asks, and however often.
[[nodiscard]] RefundId refund_id_of(std::string_view key);

// The same key with the same content again gives the same debts and no effects.
[[nodiscard]] Result<DebtStep> step(const Debts& debts, const DebtEvent& event);

[[nodiscard]] std::int64_t paid_minor(const Debt& debt);
// What is still to be paid of a debt; of all debts in a currency.
[[nodiscard]] std::int64_t left_minor(const Debt& debt);
[[nodiscard]] Money owed(const Debts& debts, const Currency& currency);
// What can be corrected of a debt, paid or not, with the tax in it: for tax_share().
[[nodiscard]] Gross correctable(const Debt& debt);

}  // namespace tally::commerce
