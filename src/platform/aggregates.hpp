// Things that change: sessions, payments, cabinets, …, each one row with its state, its whole value
// as JSON, and a version that every change raises by one. A change names the version it was made
// from; if somebody was faster it is kStale, and the caller reads and decides again.
//
// Every function for tenants takes the tenant and sees no other's. The JSON is the caller's
// business. Thread-safety: a transaction's. Limits: kBodyBytesMax, kPageMax in one list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

inline constexpr std::int64_t kPageMax = 1'000;

struct Aggregate {
  TenantId tenant;
  std::string kind;  // "session"
  std::string id;    // "ses_…"; unique within its kind, over all tenants.
  std::int64_t version = 0;
  std::string state;
  std::string body;
  Instant created_at;
  Instant updated_at;
};

// Its first version; `version`, `created_at` and `updated_at` are set here. Errors: kDuplicate.
Result<Aggregate> insert_aggregate(Transaction& transaction, Aggregate aggregate, Instant now);

// `aggregate.version` is the one it was made from; state and body are written. Gives back the
// aggregate as it stands now. Errors: kStale, kMissing.
Result<Aggregate> update_aggregate(Transaction& transaction, Aggregate aggregate, Instant now);

Result<std::optional<Aggregate>> find_aggregate(Transaction& transaction, const TenantId& tenant,
                                                std::string_view kind, std::string_view id);

struct AggregatePage {
  TenantId tenant;
  std::string kind;
  std::optional<std::string> state = std::nullopt;           // Only those in it.
  std::optional<std::string> starting_after = std::nullopt;  // The id that ended the page before.
  std::int64_t limit = 10;                                   // 1 to kPageMax, else kLimit.
  Instant from = Instant::min();                             // Made not before, and
  Instant to = Instant::max();                               // before.
};
// Newest first.
Result<std::vector<Aggregate>> list_aggregates(Transaction& transaction, const AggregatePage& page);

// Of a tenant in a state, oldest first.
Result<std::vector<Aggregate>> oldest_in_state(Transaction& transaction, const TenantId& tenant,
                                               std::string_view kind, std::string_view state,
                                               std::int64_t limit);

// Of every tenant, in order of ids, for the system's own work.
Result<std::vector<Aggregate>> list_in_state(Transaction& transaction, std::string_view kind,
                                             std::string_view state, std::string_view after_id,
                                             std::int64_t limit);

}  // namespace tally::platform
