// The ledger: double entry, append only, idempotent by key; accounts of a tenant in one currency.
//
// Follows TigerBeetle's data model: a transfer moves one amount from its credit account to its
// debit account, so debits equal credits by construction, and never changes once written. What may
// or may not come to pass (a hold, a refund on its way) is *pending* first and then *posted*, whole
// or in part (the rest is let go), or *voided*, once. A mistake is mended by another transfer.
//
// A Ledger is a plain value and need not be whole: for post() it is enough that it holds the
// posting of the same key, if there is one, the pending transfers that the legs name, and the
// balances of their accounts. That is what a store reads, and the transfers that post() gives back,
// with those pendings and balances again, are what it writes. Without a balance: nothing yet.
//
// Thread-safety: values; calls that change one Ledger must not overlap.
// Errors: CommerceError. kDuplicate: the key was used for something else. kAmount: nothing, less
// than nothing, more than what is pending. kUnknown: no such pending transfer. kTransition: it was
// posted or voided before. kLimit: a limit below, or a balance beyond ±kMinorMax. kInvalid: no
// tenant or currency, both sides the same account, a pending transfer between others. Nothing has
// changed after an error.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/error.hpp"

namespace tally::commerce {

inline constexpr std::size_t kPostingLegsMax = 16;
inline constexpr std::size_t kLedgerKeyLengthMax = 200;

enum class AccountKind : std::uint8_t {
  kShopperReceivable,  // Sold and not yet captured. Zero when nothing is under way.
  kDebtReceivable,     // What no hold covered: shoppers owe it until they pay.
  kProviderClearing,   // Captured for us by payment providers, less refunds.
  kSalesRevenue,       // Sold, without tax.
  kTaxPayable,         // Tax in what was sold, less tax in what was refunded.
  kRefundsGiven,       // Refunded and corrected, without tax.
  kDebtWrittenOff,     // Debts given up.
  kBank,               // Paid out by payment providers.
};
inline constexpr std::size_t kAccountKindCount = 8;
[[nodiscard]] std::string_view name_of(AccountKind kind);

enum class TransferReason : std::uint8_t {
  kHold,
  kSale,
  kCapture,
  kRelease,
  kDebt,
  kRefund,
  kRefundReturned,  // A refund that was done came back: the shopper's bank refused it.
  kDebtCorrected,   // A debt for what turned out not to have been taken.
  kDebtWrittenOff,
  kPayout,  // A payment provider has paid out what was captured.
};
inline constexpr std::size_t kTransferReasonCount = 10;
[[nodiscard]] std::string_view name_of(TransferReason reason);

enum class TransferPhase : std::uint8_t {
  kSingle,   // Counts at once.
  kPending,  // Counts as pending until it is posted or voided.
  kPost,     // Posts a pending transfer: at most its amount, the rest is let go.
  kVoid,     // Lets a pending transfer go; its amount is the pending one's.
};
inline constexpr std::size_t kTransferPhaseCount = 4;
[[nodiscard]] std::string_view name_of(TransferPhase phase);

// An account of the books of one tenant.
struct Account {
  AccountKind kind = AccountKind::kShopperReceivable;
  TenantId tenant;
  Currency currency;

  friend bool operator==(const Account&, const Account&) = default;
  friend auto operator<=>(const Account&, const Account&) = default;
};

struct Leg {
  TransferPhase phase = TransferPhase::kSingle;
  AccountKind debit = AccountKind::kShopperReceivable;
  AccountKind credit = AccountKind::kShopperReceivable;
  Money amount;
  std::string pending;  // kPost, kVoid: the key of the pending transfer, on the same accounts.

  friend bool operator==(const Leg&, const Leg&) = default;
};

// Transfers that are written together or not at all. All within one tenant.
struct Posting {
  std::string key;
  Instant at;
  TenantId tenant;
  TransferReason reason = TransferReason::kSale;
  SessionId session;  // Empty: of no session (paying a debt).
  PaymentId payment;
  std::vector<Leg> legs;
};

// Key of the transfer that leg `number` becomes: "pay_…:sale/0".
[[nodiscard]] std::string leg_key(std::string_view posting_key, std::size_t number);

// One row of the ledger. `id` follows from `key`, so writing twice makes the same row.
struct Transfer {
  TransferId id;
  std::string key;
  Instant at;
  TransferPhase phase = TransferPhase::kSingle;
  Account debit;
  Account credit;
  Money amount;
  std::string pending;
  TransferReason reason = TransferReason::kSale;
  SessionId session;
  PaymentId payment;
};

// Sums of what was written to an account, never negative. The balance, to the account's debit side,
// is debits - credits.
struct Balance {
  std::int64_t debits = 0;
  std::int64_t credits = 0;
  std::int64_t debits_pending = 0;
  std::int64_t credits_pending = 0;

  [[nodiscard]] std::int64_t net() const { return debits - credits; }
  friend bool operator==(const Balance&, const Balance&) = default;
};

enum class PendingState : std::uint8_t { kOpen, kPosted, kVoided };
inline constexpr std::size_t kPendingStateCount = 3;
[[nodiscard]] std::string_view name_of(PendingState state);

struct Pending {
  PendingState state = PendingState::kOpen;
  Account debit;
  Account credit;
  Money amount;
  SessionId session;
  PaymentId payment;
};

struct Ledger {
  std::map<std::string, Posting> postings;  // By key.
  std::map<std::string, Pending> pendings;  // By the pending transfer's key.
  std::map<Account, Balance> balances;
};

// Bits of the id of what is made once for a key: the first of its SHA-256.
[[nodiscard]] IdBits bits_of(std::string_view key);

// Writes a posting into the ledger; gives its transfers, one a leg. None: the same posting, but for
// its time, was written before.
[[nodiscard]] Result<std::vector<Transfer>> post(Ledger& ledger, const Posting& posting);

[[nodiscard]] Balance balance_of(const Ledger& ledger, const Account& account);

// What a store has to read before post(), besides the posting of the same key.
struct LedgerNeeds {
  std::vector<std::string> pendings;
  std::vector<Account> accounts;
};
[[nodiscard]] LedgerNeeds needs_of(const Posting& posting);

// Pending amounts of a payment that are neither posted nor voided: none once it has ended.
[[nodiscard]] std::int64_t open_pending_minor(const Ledger& ledger, const PaymentId& payment);

// Sums over all accounts of each currency, of which there may be thousands, of a whole ledger.
// Debits equal credits, always.
[[nodiscard]] std::map<Currency, Balance> totals_of(const Ledger& ledger);
[[nodiscard]] bool is_balanced(const Ledger& ledger);

}  // namespace tally::commerce
