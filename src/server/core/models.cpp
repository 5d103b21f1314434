#include "server/core/models.hpp"

#include <tuple>

namespace tally::core {

using platform::Transaction;

Result<void> note_models(Transaction& transaction, const std::vector<RunningModel>& models) {
  for (const RunningModel& model : models) {
    const auto noted = transaction.execute(
        "INSERT INTO running_models (server, task, name, sha256, engine, since, seen_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (server, task) DO UPDATE SET "
        "name = excluded.name, sha256 = excluded.sha256, engine = excluded.engine, "
        "since = excluded.since, seen_at = excluded.seen_at",
        model.server, model.task, model.name, model.sha256, model.engine, model.since,
        model.seen_at);
    if (!noted) return std::unexpected(noted.error());
    const auto gone = transaction.execute("DELETE FROM running_models WHERE seen_at < $1",
                                          model.seen_at - kModelsGone);
    if (!gone) return std::unexpected(gone.error());
  }
  return {};
}

Result<std::vector<RunningModel>> running_models(Transaction& transaction, Instant now) {
  auto rows =
      transaction
          .query<std::string, std::string, std::string, std::string, std::string, Instant, Instant>(
              "SELECT server, task, name, sha256, engine, since, seen_at FROM running_models "
              "WHERE seen_at >= $1 ORDER BY server, task",
              now - kModelsGone);
  if (!rows) return std::unexpected(rows.error());
  std::vector<RunningModel> models;
  for (auto& row : *rows) {
    models.push_back(
        std::apply([](auto&... columns) { return RunningModel{std::move(columns)...}; }, row));
  }
  return models;
}

Result<std::optional<UsedModel>> model_of(Transaction& transaction, const TenantId& tenant,
                                          const CabinetId& cabinet) {
  auto row = transaction.query_one<std::string, std::string, Instant>(
      "SELECT COALESCE(model_name, ''), model_sha256, begun_at FROM session_facts "
      "WHERE tenant = $1 AND cabinet = $2 AND model_sha256 IS NOT NULL "
      "ORDER BY begun_at DESC, session DESC LIMIT 1",
      tenant, cabinet);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<UsedModel>();
  auto& [name, sha256, at] = **row;
  return std::optional(UsedModel{std::move(name), std::move(sha256), at});
}

}  // namespace tally::core
