// Alerts in the store: what a person of the operator should know, until it is over.
//
// One alert is open for each kind, object and subject; raising it again changes nothing. Clearing
// what is not open does nothing either.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::core {

struct AlertName {
  TenantId tenant;
  std::string kind;     // "stock_low"
  std::string object;   // "pop_…"
  std::string subject;  // "prd_…", where an object can have several of a kind.
};

Result<void> raise_alert(platform::Transaction& transaction, const AlertName& name,
                         const EventId& id, std::string_view words, Instant now);
Result<void> clear_alert(platform::Transaction& transaction, const AlertName& name, Instant now);

struct StoredAlert {
  EventId id;
  std::string kind;
  std::string object;
  std::string subject;
  std::string words;
  Instant raised_at;
  std::optional<Instant> cleared_at;
  std::optional<Instant> acknowledged_at;
  std::optional<std::string> acknowledged_by;  // "usr_…"
};
// Nothing is asked where nothing is said.
struct AlertFilter {
  std::optional<bool> raised = {};  // Still, or cleared.
  std::optional<std::string> object = {};
};
// Newest first, after the one of this id; of one that is unknown, from the newest.
Result<std::vector<StoredAlert>> list_alerts(platform::Transaction& transaction,
                                             const TenantId& tenant, const AlertFilter& filter,
                                             const std::optional<std::string>& starting_after,
                                             std::int64_t limit);
Result<std::optional<StoredAlert>> find_alert(platform::Transaction& transaction,
                                              const TenantId& tenant, const EventId& id);

// A cabinet told something that could not be taken; said once for each cabinet until it is cleared.
inline constexpr std::string_view kReportRefused = "cabinet_report_refused";
// Also in the cabinet's health: whoever clears it tells that too (commerce::DoorChecked).
inline constexpr std::string_view kDoorForced = "cabinet_door_forced";

// Whether only a person's word clears alerts of this kind: something happened that does not end.
[[nodiscard]] bool is_clearable(std::string_view kind);
// Writes `acknowledged_at`, `acknowledged_by` and `cleared_at`.
Result<void> save_alert(platform::Transaction& transaction, const TenantId& tenant,
                        const StoredAlert& alert);

}  // namespace tally::core
