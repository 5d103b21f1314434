// Facts: of sessions, refunds and the ledger what lists are filtered by and charts are drawn from,
// as columns with indexes. They repeat what the rows themselves say (rows.hpp, ledger_book.hpp) and
// are written in the same transaction.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "server/core/rows.hpp"

namespace tally::core {

// Called for each row that changes. Of the kinds that are not here nothing is noted.
Result<void> note_facts(platform::Transaction& transaction, const Row<commerce::Session>& row);
Result<void> note_facts(platform::Transaction& transaction, const Row<records::SessionDetail>& row);
Result<void> note_facts(platform::Transaction& transaction, const Row<commerce::Receipt>& row);
Result<void> note_facts(platform::Transaction& transaction, const Row<commerce::Review>& row);
Result<void> note_facts(platform::Transaction& transaction, const Row<commerce::Payment>& row);
template <typename T>
Result<void> note_facts(platform::Transaction&, const Row<T>&) {
  return {};
}

struct SessionFacts {
  SessionId session;
  CabinetId cabinet;
  std::optional<std::string> shopper;
  std::string kind;
  std::string state;
  Instant begun_at;
  std::optional<Instant> opened_at;
  std::optional<Instant> closed_at;
  std::optional<std::string> decision;  // Of the cart: "charge", "review", "nothing".
  std::optional<Instant> settled_at;
  std::optional<std::string> receipt;
  bool reviewed = false;  // A human looks, or has looked.
  bool disputed = false;
  std::int64_t items = 0;  // On the receipt, as it is now.
  std::optional<std::int64_t> gross_minor;
  std::optional<std::string> currency;

  [[nodiscard]] std::optional<Money> gross() const;
};

// Nothing is asked where nothing is said.
struct SessionFilter {
  std::optional<std::string> kind = {};
  std::optional<std::string> state = {};
  std::optional<std::string> cabinet = {};
  std::optional<std::string> shopper = {};
  std::optional<std::string> decision = {};
  std::optional<bool> reviewed = {};
  std::optional<bool> disputed = {};
  std::optional<Instant> from = {};  // Begun not before, and
  std::optional<Instant> to = {};    // before.
  std::optional<std::int64_t> least_minor = {};
  std::optional<std::int64_t> most_minor = {};
  bool with_receipt = false;
};
// In order of their beginnings, newest first, behind the session of this id (of none that is
// known: from the newest); `limit` at most kFactsMax.
inline constexpr std::int64_t kFactsMax = 100'000;
Result<std::vector<SessionFacts>> list_sessions(platform::Transaction& transaction,
                                                const TenantId& tenant, const SessionFilter& filter,
                                                const std::optional<std::string>& starting_after,
                                                std::int64_t limit);
Result<std::optional<SessionFacts>> find_facts(platform::Transaction& transaction,
                                               const TenantId& tenant, const SessionId& session);

struct RefundName {
  PaymentId payment;
  RefundId refund;
};
struct RefundFilter {
  std::optional<std::string> state = {};
  std::optional<Instant> from = {};
  std::optional<Instant> to = {};
};
// Newest first, behind the refund of this id.
Result<std::vector<RefundName>> list_refunds(platform::Transaction& transaction,
                                             const TenantId& tenant, const RefundFilter& filter,
                                             const std::optional<std::string>& starting_after,
                                             std::int64_t limit);

// Facts of what was stored by a program that knew none: of at most kFactsFilled sessions with their
// payments, and of as many transfers. How many; 0 when all have theirs.
inline constexpr std::int64_t kFactsFilled = 500;
Result<std::int64_t> fill_facts(platform::Transaction& transaction);

}  // namespace tally::core
