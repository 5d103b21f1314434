#include "server/core/models.hpp"

#include "platform/answers.hpp"

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
  return platform::structs_of<RunningModel>(
      transaction
          .query<std::string, std::string, std::string, std::string, std::string, Instant, Instant>(
              "SELECT server, task, name, sha256, engine, since, seen_at FROM running_models "
              "WHERE seen_at >= $1 ORDER BY server, task",
              now - kModelsGone));
}

Result<std::optional<UsedModels>> models_of(Transaction& transaction, const TenantId& tenant,
                                            const CabinetId& cabinet) {
  const auto row = transaction.query_one<std::string, std::string, std::string, Instant>(
      "SELECT session, COALESCE(model_name, ''), model_sha256, begun_at FROM session_facts "
      "WHERE tenant = $1 AND cabinet = $2 AND model_sha256 IS NOT NULL "
      "ORDER BY begun_at DESC, session DESC LIMIT 1",
      tenant, cabinet);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<UsedModels>();
  const auto& [session, name, sha256, at] = **row;
  const auto rows = transaction.query<std::string, std::string, std::string>(
      "SELECT role, name, sha256 FROM session_models WHERE session = $1 ORDER BY place", session);
  if (!rows) return std::unexpected(rows.error());
  UsedModels used{{}, at};
  for (const auto& [role, named, digest] : *rows) used.models.push_back({role, named, digest});
  // Carts of older programs name that one alone.
  if (used.models.empty()) used.models.push_back({"detect", name, sha256});
  return std::optional(std::move(used));
}

}  // namespace tally::core
