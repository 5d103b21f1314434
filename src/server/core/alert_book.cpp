#include "server/core/alert_book.hpp"

#include <tuple>

namespace tally::core {

using platform::Transaction;

Result<void> raise_alert(Transaction& transaction, const AlertName& name, const EventId& id,
                         std::string_view words, Instant now) {
  const auto done = transaction.execute(
      "INSERT INTO alerts (id, tenant, kind, object, subject, words, raised_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
      id, name.tenant, name.kind, name.object, name.subject, words, now);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> clear_alert(Transaction& transaction, const AlertName& name, Instant now) {
  const auto done = transaction.execute(
      "UPDATE alerts SET cleared_at = $5 WHERE tenant = $1 AND kind = $2 AND object = $3 "
      "AND subject = $4 AND cleared_at IS NULL",
      name.tenant, name.kind, name.object, name.subject, now);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::vector<StoredAlert>> list_alerts(Transaction& transaction, const TenantId& tenant,
                                             const std::optional<std::string>& starting_after,
                                             std::int64_t limit) {
  Instant before = Instant::max();
  std::string before_id;
  if (starting_after) {
    const auto row = transaction.query_one<Instant>(
        "SELECT raised_at FROM alerts WHERE tenant = $1 AND id = $2", tenant, *starting_after);
    if (!row) return std::unexpected(row.error());
    if (*row) {
      before = std::get<0>(**row);
      before_id = *starting_after;
    }
  }
  auto rows =
      transaction
          .query<EventId, std::string, std::string, std::string, Instant, std::optional<Instant>>(
              "SELECT id, kind, object, words, raised_at, cleared_at FROM alerts "
              "WHERE tenant = $1 AND (raised_at < $2 OR (raised_at = $2 AND id < $3)) "
              "ORDER BY raised_at DESC, id DESC LIMIT $4",
              tenant, before, before_id, limit);
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredAlert> alerts;
  for (auto& row : *rows) {
    alerts.push_back(
        std::apply([](auto&... columns) { return StoredAlert{std::move(columns)...}; }, row));
  }
  return alerts;
}

}  // namespace tally::core
