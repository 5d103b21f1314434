#include "server/core/timers.hpp"

namespace tally::core {

Result<void> set_timer(platform::Transaction& transaction, const TimerName& name,
                       std::optional<Instant> due) {
  const auto done =
      due ? transaction.execute(
                "INSERT INTO timers (kind, id, tenant, due_at) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (kind, id) DO UPDATE SET due_at = excluded.due_at",
                name.kind, name.id, name.tenant, *due)
          : transaction.execute("DELETE FROM timers WHERE kind = $1 AND id = $2", name.kind,
                                name.id);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> postpone_timer(platform::Transaction& transaction, const TimerName& name,
                            Instant due) {
  const auto done = transaction.execute("UPDATE timers SET due_at = $1 WHERE kind = $2 AND id = $3",
                                        due, name.kind, name.id);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::vector<TimerName>> due_timers(platform::Transaction& transaction, Instant now) {
  const auto rows = transaction.query<TenantId, std::string, std::string>(
      "SELECT tenant, kind, id FROM timers WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2", now,
      kTimersMax);
  if (!rows) return std::unexpected(rows.error());
  std::vector<TimerName> due;
  for (const auto& [tenant, kind, id] : *rows) due.push_back({tenant, kind, id});
  return due;
}

Result<std::optional<Instant>> next_due(platform::Transaction& transaction) {
  const auto row = transaction.query_one<std::optional<Instant>>("SELECT MIN(due_at) FROM timers");
  if (!row) return std::unexpected(row.error());
  return std::get<0>(row->value());
}

}  // namespace tally::core
