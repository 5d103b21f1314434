#include "server/core/gateway_book.hpp"

#include "platform/answers.hpp"

namespace tally::core {

using platform::nothing_of;
using platform::Transaction;

Result<bool> see_gateway(Transaction& transaction, std::string_view gateway, bool first,
                         Instant now) {
  const auto changed =
      first ? transaction.execute(
                  "INSERT INTO gateways (gateway, seen_at) VALUES ($1, $2) "
                  "ON CONFLICT (gateway) DO UPDATE SET seen_at = excluded.seen_at "
                  "WHERE gateways.lost = 0",
                  gateway, now)
            : transaction.execute(
                  "UPDATE gateways SET seen_at = $2 WHERE gateway = $1 AND lost = 0", gateway, now);
  if (!changed) return std::unexpected(changed.error());
  return *changed == 1;
}

Result<std::vector<SeenGateway>> seen_gateways(Transaction& transaction) {
  return platform::structs_of<SeenGateway>(transaction.query<std::string, Instant, bool>(
      "SELECT gateway, seen_at, lost FROM gateways ORDER BY gateway"));
}

Result<bool> lose_gateway(Transaction& transaction, const SeenGateway& gateway) {
  const auto changed = transaction.execute(
      "UPDATE gateways SET lost = 1 WHERE gateway = $1 AND (lost = 1 OR seen_at = $2)",
      gateway.gateway, gateway.seen_at);
  if (!changed) return std::unexpected(changed.error());
  return *changed == 1;
}

Result<void> forget_gateway(Transaction& transaction, std::string_view gateway) {
  return nothing_of(transaction.execute("DELETE FROM gateways WHERE gateway = $1", gateway));
}

Result<std::vector<HeldCabinet>> held_by(Transaction& transaction, std::string_view gateway) {
  const auto rows = transaction.query<TenantId, CabinetId>(
      "SELECT tenant, cabinet FROM gateway_cabinets WHERE gateway = $1 ORDER BY cabinet LIMIT $2",
      gateway, kCabinetsLost);
  if (!rows) return std::unexpected(rows.error());
  std::vector<HeldCabinet> held;
  for (const auto& [tenant, cabinet] : *rows) held.push_back({tenant, cabinet});
  return held;
}

Result<void> let_go(Transaction& transaction, const CabinetId& cabinet, std::string_view gateway) {
  return nothing_of(transaction.execute(
      "DELETE FROM gateway_cabinets WHERE cabinet = $1 AND gateway = $2", cabinet, gateway));
}

Result<void> note_facts(Transaction& transaction, const Row<commerce::CabinetHealth>& row) {
  const commerce::CabinetHealth& health = row.value;
  if (health.gateway.empty()) {
    return nothing_of(
        transaction.execute("DELETE FROM gateway_cabinets WHERE cabinet = $1", row.id));
  }
  return nothing_of(transaction.execute(
      "INSERT INTO gateway_cabinets (cabinet, tenant, gateway) VALUES ($1, $2, $3) "
      "ON CONFLICT (cabinet) DO UPDATE SET gateway = excluded.gateway",
      row.id, row.tenant, health.gateway));
}

}  // namespace tally::core
