#include "server/core/planogram_facts.hpp"

#include <fmt/format.h>

#include "server/core/condition.hpp"

namespace tally::core {

using platform::Transaction;

Result<void> note_facts(Transaction& transaction, const Row<commerce::Planogram>& row) {
  const auto noted = transaction.execute(
      "INSERT INTO planogram_facts (planogram, tenant, cabinet, state, made_at) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (planogram) DO UPDATE SET state = excluded.state",
      row.id, row.tenant, row.value.cabinet, name_of(row.value.state), row.created_at);
  return noted ? Result<void>{} : std::unexpected(noted.error());
}

Result<std::vector<Row<commerce::Planogram>>> planograms_of(
    Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet,
    std::optional<commerce::PlanogramState> state) {
  Condition condition;
  condition.add("tenant = {}", tenant);
  condition.add("cabinet = {}", cabinet);
  if (state) condition.add("state = {}", name_of(*state));
  const auto ids = transaction.query_values<std::string>(
      fmt::format("SELECT planogram FROM planogram_facts WHERE {} "
                  "ORDER BY made_at DESC, planogram DESC",
                  condition.sql()),
      condition.values());
  if (!ids) return std::unexpected(ids.error());
  std::vector<Row<commerce::Planogram>> rows;
  for (const auto& [id] : *ids) {
    auto row = find_row<commerce::Planogram>(transaction, tenant, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (*row) rows.push_back(**std::move(row));
  }
  return rows;
}

Result<std::int64_t> fill_planogram_facts(Transaction& transaction) {
  const auto rows = transaction.query<TenantId, std::string>(
      "SELECT a.tenant, a.id FROM aggregates AS a LEFT JOIN planogram_facts AS f "
      "ON f.planogram = a.id WHERE a.kind = 'planogram' AND f.planogram IS NULL LIMIT $1",
      kFactsFilled);
  if (!rows) return std::unexpected(rows.error());
  for (const auto& [tenant, id] : *rows) {
    const auto row = find_row<commerce::Planogram>(transaction, tenant, id);
    if (!row) return std::unexpected(row.error());
    if (!*row) continue;
    if (auto done = note_facts(transaction, **row); !done) return std::unexpected(done.error());
  }
  return std::ssize(*rows);
}

}  // namespace tally::core
