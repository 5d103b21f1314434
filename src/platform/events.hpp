// What happened, for GET /v1/events and webhooks: an append-only list for each tenant, numbered
// 1, 2, 3, … without gaps, in the order in which transactions were committed. Who has read up to n
// misses nothing by asking for what is after n.
//
// The numbers of a tenant come from one row, so writing transactions of one tenant that append
// events follow each other; append last.
// Thread-safety: a transaction's. Limits: kBodyBytesMax, kEventsPageMax in one answer.
#pragma once

#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

inline constexpr std::int64_t kEventsPageMax = 100;

struct StoredEvent {
  TenantId tenant;
  std::int64_t sequence = 0;
  EventId id;
  std::string type;       // "session.settled"
  std::string object_id;  // "ses_…"
  std::int64_t object_version = 0;
  Instant at;
  std::string body;
  std::string actor = {};  // Who asked for it: "usr_…"; empty where nobody did.
};

// Gives back its sequence, whatever `event.sequence` says. Errors: kDuplicate for a used id.
Result<std::int64_t> append_event(Transaction& transaction, const StoredEvent& event);

// Those after `sequence` in order; 1 to kEventsPageMax, else kLimit.
Result<std::vector<StoredEvent>> events_after(Transaction& transaction, const TenantId& tenant,
                                              std::int64_t sequence, std::int64_t limit);
// The same, of one thing.
Result<std::vector<StoredEvent>> events_of(Transaction& transaction, const TenantId& tenant,
                                           std::string_view object_id, std::int64_t sequence,
                                           std::int64_t limit);

}  // namespace tally::platform
