#include "server/core/alert_book.hpp"

#include <fmt/format.h>

#include <tuple>

#include "platform/answers.hpp"
#include "server/core/condition.hpp"

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

namespace {

Result<std::vector<StoredAlert>> select(Transaction& transaction, const Condition& condition,
                                        std::string_view rest) {
  return platform::structs_of<StoredAlert>(
      transaction
          .query_values<EventId, std::string, std::string, std::string, std::string, Instant,
                        std::optional<Instant>, std::optional<Instant>, std::optional<std::string>>(
              fmt::format("SELECT id, kind, object, subject, words, raised_at, cleared_at, "
                          "acknowledged_at, acknowledged_by FROM alerts WHERE {} {}",
                          condition.sql(), rest),
              condition.values()));
}

}  // namespace

Result<std::vector<StoredAlert>> list_alerts(Transaction& transaction, const TenantId& tenant,
                                             const AlertFilter& filter,
                                             const std::optional<std::string>& starting_after,
                                             std::int64_t limit) {
  Condition condition;
  condition.add("tenant = {}", tenant);
  condition.add_if("object = {}", filter.object);
  if (filter.raised)
    condition.add(*filter.raised ? "cleared_at IS NULL" : "cleared_at IS NOT NULL");
  if (starting_after) {
    const auto last = transaction.query_one<Instant>(
        "SELECT raised_at FROM alerts WHERE tenant = $1 AND id = $2", tenant, *starting_after);
    if (!last) return std::unexpected(last.error());
    if (*last) condition.add("(raised_at, id) < ({}, {})", std::get<0>(**last), *starting_after);
  }
  const std::string limited = condition.place(limit);
  return select(transaction, condition,
                fmt::format("ORDER BY raised_at DESC, id DESC LIMIT {}", limited));
}

Result<std::optional<StoredAlert>> find_alert(Transaction& transaction, const TenantId& tenant,
                                              const EventId& id) {
  Condition condition;
  condition.add("tenant = {}", tenant);
  condition.add("id = {}", id);
  auto found = select(transaction, condition, "");
  if (!found) return std::unexpected(found.error());
  return found->empty() ? std::optional<StoredAlert>() : std::move(found->front());
}

bool is_clearable(std::string_view kind) {
  return kind.starts_with("door_") || kind.starts_with("payment_") || kind == "watch_failed" ||
         kind == kReportRefused || kind == kDoorForced;
}

Result<void> save_alert(Transaction& transaction, const TenantId& tenant,
                        const StoredAlert& alert) {
  const auto done = transaction.execute(
      "UPDATE alerts SET acknowledged_at = $3, acknowledged_by = $4, cleared_at = $5 "
      "WHERE tenant = $1 AND id = $2",
      tenant, alert.id, alert.acknowledged_at, alert.acknowledged_by, alert.cleared_at);
  return done ? Result<void>{} : std::unexpected(done.error());
}

}  // namespace tally::core
