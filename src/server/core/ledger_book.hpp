// The ledger in the store: what commerce/ledger.hpp posts is read from tables and written to them.
//
// Thread-safety: a transaction's. Errors: those of commerce::post, and the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commerce/ledger.hpp"
#include "platform/connection.hpp"

namespace tally::core {

// Written before: nothing happens.
Result<void> post(platform::Transaction& transaction, const commerce::Posting& posting);

struct AccountBalance {
  commerce::Account account;
  commerce::Balance balance;
};
Result<std::vector<AccountBalance>> balances_of(platform::Transaction& transaction,
                                                const TenantId& tenant);
Result<std::vector<commerce::Transfer>> transfers_of(platform::Transaction& transaction,
                                                     const PaymentId& payment);

// Both accounts of a transfer, by which it is listed.
Result<void> note_entries(platform::Transaction& transaction, const commerce::Transfer& transfer);

// Nothing is asked where nothing is said.
struct TransferFilter {
  std::optional<std::string> account = {};  // Its name.
  std::vector<PaymentId> payments = {};
  std::optional<Instant> from = {};  // Not before, and
  std::optional<Instant> to = {};    // before.
};
// Newest first, behind the transfer of this id (of none that is known: from the newest).
Result<std::vector<commerce::Transfer>> list_transfers(
    platform::Transaction& transaction, const TenantId& tenant, const TransferFilter& filter,
    const std::optional<std::string>& starting_after, std::int64_t limit);

Result<std::optional<commerce::Transfer>> find_transfer(platform::Transaction& transaction,
                                                        const TenantId& tenant,
                                                        std::string_view key);

// The books as a whole, over all tenants. Zero in both is what they must be.
struct LedgerCheck {
  std::int64_t unbalanced = 0;       // Currencies in which debits and credits differ.
  std::int64_t unmatched_minor = 0;  // Left in receivables of payments that have ended.
};
Result<LedgerCheck> check_ledger(platform::Transaction& transaction);

}  // namespace tally::core
