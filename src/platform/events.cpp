#include "platform/events.hpp"

#include "platform/answers.hpp"

namespace tally::platform {
namespace {

template <typename... Parameters>
Result<std::vector<StoredEvent>> select(Transaction& transaction, std::int64_t limit,
                                        std::string_view rest, const Parameters&... parameters) {
  if (limit < 1 || limit > kEventsPageMax) {
    return fail(StoreError::kLimit,
                fmt::format("a page of {} events; ask for 1 to {}", limit, kEventsPageMax));
  }
  return structs_of<StoredEvent>(
      transaction.query<TenantId, std::int64_t, EventId, std::string, std::string, std::int64_t,
                        Instant, std::string, std::string>(
          fmt::format("SELECT tenant, sequence, id, type, object_id, object_version, at, body, "
                      "COALESCE(actor, '') FROM events {}",
                      rest),
          parameters...));
}

}  // namespace

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
      "INSERT INTO events (tenant, sequence, id, type, object_id, object_version, at, body, "
      "actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      event.tenant, sequence, event.id, event.type, event.object_id, event.object_version, event.at,
      event.body, event.actor.empty() ? std::optional<std::string>() : event.actor);
  if (!added) return std::unexpected(added.error());
  return sequence;
}

Result<std::vector<StoredEvent>> events_after(Transaction& transaction, const TenantId& tenant,
                                              std::int64_t sequence, std::int64_t limit) {
  return select(transaction, limit,
                "WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3", tenant, sequence,
                limit);
}

Result<std::vector<StoredEvent>> events_of(Transaction& transaction, const TenantId& tenant,
                                           std::string_view object_id, std::int64_t sequence,
                                           std::int64_t limit) {
  return select(transaction, limit,
                "WHERE tenant = $1 AND object_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4",
                tenant, object_id, sequence, limit);
}

}  // namespace tally::platform
