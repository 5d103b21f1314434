// When something has to be looked at again though nothing happens: one timer for each session,
// payment, review or cabinet.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::core {

inline constexpr std::int64_t kTimersMax = 100;  // In one list.

struct TimerName {
  TenantId tenant;
  std::string kind;  // As of the aggregate's row: "session".
  std::string id;
};

// Nothing: none any more.
Result<void> set_timer(platform::Transaction& transaction, const TimerName& name,
                       std::optional<Instant> due);
// Only where it is still set: what ended meanwhile stays quiet.
Result<void> postpone_timer(platform::Transaction& transaction, const TimerName& name, Instant due);
// Those that are due, the longest first.
Result<std::vector<TimerName>> due_timers(platform::Transaction& transaction, Instant now);
Result<std::optional<Instant>> next_due(platform::Transaction& transaction);

}  // namespace tally::core
