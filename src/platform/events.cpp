#include "platform/events.hpp"

namespace tally::platform {

Result<std::int64_t> append_event(Transaction& transaction, const StoredEvent& event) {
  if (auto fits = check_body(event.body); !fits) return std::unexpected(fits.error());
  const auto next = transaction.query_one<std::int64_t>(
      "INSERT INTO event_counters (tenant, sequence) VALUES ($1, 1) "
      "ON CONFLICT (tenant) DO UPDATE SET sequence = event_counters.sequence + 1 "
      "RETURNING sequence",
      event.tenant);
  if (!next) return std::unexpected(next.error());
  const std::int64_t sequence = std::get<0>(next->value());
  const auto added = transaction.execute(
      "INSERT INTO events (tenant, sequence, id, type, object_id, object_version, at, body) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      event.tenant, sequence, event.id, event.type, event.object_id, event.object_version, event.at,
      event.body);
  if (!added) return std::unexpected(added.error());
  return sequence;
}

Result<std::vector<StoredEvent>> events_after(Transaction& transaction, const TenantId& tenant,
                                              std::int64_t sequence, std::int64_t limit) {
  if (limit < 1 || limit > kEventsPageMax) {
    return fail(StoreError::kLimit,
                fmt::format("a page of {} events; ask for 1 to {}", limit, kEventsPageMax));
  }
  auto rows = transaction.query<TenantId, std::int64_t, EventId, std::string, std::string,
                                std::int64_t, Instant, std::string>(
      "SELECT tenant, sequence, id, type, object_id, object_version, at, body FROM events "
      "WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
      tenant, sequence, limit);
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredEvent> events;
  for (auto& row : *rows) {
    events.push_back(
        std::apply([](auto&... columns) { return StoredEvent{std::move(columns)...}; }, row));
  }
  return events;
}

}  // namespace tally::platform
