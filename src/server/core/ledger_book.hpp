// The ledger in the store: what commerce/ledger.hpp posts is read from tables and written to them.
//
// Thread-safety: a transaction's. Errors: those of commerce::post, and the store's.
#pragma once

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

// The books as a whole, over all tenants. Zero in both is what they must be.
struct LedgerCheck {
  std::int64_t unbalanced = 0;       // Currencies in which debits and credits differ.
  std::int64_t unmatched_minor = 0;  // Left in receivables of payments that have ended.
};
Result<LedgerCheck> check_ledger(platform::Transaction& transaction);

}  // namespace tally::core
