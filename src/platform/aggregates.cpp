#include "platform/aggregates.hpp"

namespace tally::platform {
namespace {

using Row = std::tuple<TenantId, std::string, std::string, std::int64_t, std::string, std::string,
                       Instant, Instant>;

Aggregate aggregate_of(Row& row) {
  return std::apply([](auto&... columns) { return Aggregate{std::move(columns)...}; }, row);
}

// SELECT … FROM aggregates, and what follows it.
Result<std::vector<Aggregate>> select(Transaction& transaction, std::string_view rest,
                                      std::span<const Value> values) {
  auto rows = transaction.query_values<TenantId, std::string, std::string, std::int64_t,
                                       std::string, std::string, Instant, Instant>(
      fmt::format("SELECT tenant, kind, id, version, state, body, created_at, updated_at "
                  "FROM aggregates {}",
                  rest),
      values);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Aggregate> found;
  for (Row& row : *rows) found.push_back(aggregate_of(row));
  return found;
}

Result<void> check_limit(std::int64_t limit) {
  if (limit >= 1 && limit <= kPageMax) return {};
  return fail(StoreError::kLimit, fmt::format("a page of {}; ask for 1 to {}", limit, kPageMax));
}

}  // namespace

Result<Aggregate> insert_aggregate(Transaction& transaction, Aggregate aggregate, Instant now) {
  if (auto fits = check_body(aggregate.body); !fits) return std::unexpected(fits.error());
  aggregate.version = 1;
  aggregate.created_at = aggregate.updated_at = now;
  const auto changed = transaction.execute(
      "INSERT INTO aggregates (tenant, kind, id, version, state, body, created_at, updated_at) "
      "VALUES ($1, $2, $3, 1, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
      aggregate.tenant, aggregate.kind, aggregate.id, aggregate.state, aggregate.body, now);
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 1) return aggregate;
  return fail(StoreError::kDuplicate,
              fmt::format("{} {} is there already", aggregate.kind, aggregate.id));
}

Result<Aggregate> update_aggregate(Transaction& transaction, Aggregate aggregate, Instant now) {
  if (auto fits = check_body(aggregate.body); !fits) return std::unexpected(fits.error());
  const auto changed = transaction.query_one<std::int64_t, Instant>(
      "UPDATE aggregates SET version = version + 1, state = $1, body = $2, updated_at = $3 "
      "WHERE tenant = $4 AND kind = $5 AND id = $6 AND version = $7 "
      "RETURNING version, created_at",
      aggregate.state, aggregate.body, now, aggregate.tenant, aggregate.kind, aggregate.id,
      aggregate.version);
  if (!changed) return std::unexpected(changed.error());
  if (*changed) {
    std::tie(aggregate.version, aggregate.created_at) = **changed;
    aggregate.updated_at = now;
    return aggregate;
  }
  const auto found = find_aggregate(transaction, aggregate.tenant, aggregate.kind, aggregate.id);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return fail(StoreError::kMissing,
                fmt::format("{} {} does not exist", aggregate.kind, aggregate.id));
  }
  return fail(StoreError::kStale,
              fmt::format("{} {} has version {} and was to be changed from {}: read it again",
                          aggregate.kind, aggregate.id, (*found)->version, aggregate.version));
}

Result<std::optional<Aggregate>> find_aggregate(Transaction& transaction, const TenantId& tenant,
                                                std::string_view kind, std::string_view id) {
  const Value values[] = {to_value(tenant), to_value(kind), to_value(id)};
  auto found = select(transaction, "WHERE tenant = $1 AND kind = $2 AND id = $3", values);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::optional<Aggregate>();
  return std::optional(std::move(found->front()));
}

Result<std::vector<Aggregate>> list_aggregates(Transaction& transaction,
                                               const AggregatePage& page) {
  if (auto fits = check_limit(page.limit); !fits) return std::unexpected(fits.error());
  std::string where = "WHERE tenant = $1 AND kind = $2 AND created_at >= $3 AND created_at < $4";
  std::vector<Value> values{to_value(page.tenant), to_value(page.kind), to_value(page.from),
                            to_value(page.to)};
  // Conditions that are not there are left out, so that each is found by its index.
  if (page.state) {
    values.push_back(to_value(*page.state));
    where += fmt::format(" AND state = ${}", values.size());
  }
  if (page.starting_after) {
    values.push_back(to_value(*page.starting_after));
    where += fmt::format(
        " AND (created_at, id) < (SELECT created_at, id FROM aggregates "
        "WHERE tenant = $1 AND kind = $2 AND id = ${})",
        values.size());
  }
  values.push_back(to_value(page.limit));
  where += fmt::format(" ORDER BY created_at DESC, id DESC LIMIT ${}", values.size());
  return select(transaction, where, values);
}

Result<std::vector<Aggregate>> oldest_in_state(Transaction& transaction, const TenantId& tenant,
                                               std::string_view kind, std::string_view state,
                                               std::int64_t limit) {
  if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
  const Value values[] = {to_value(tenant), to_value(kind), to_value(state), to_value(limit)};
  return select(transaction,
                "WHERE tenant = $1 AND kind = $2 AND state = $3 ORDER BY created_at, id LIMIT $4",
                values);
}

Result<std::vector<Aggregate>> list_in_state(Transaction& transaction, std::string_view kind,
                                             std::string_view state, std::string_view after_id,
                                             std::int64_t limit) {
  if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
  const Value values[] = {to_value(kind), to_value(state), to_value(after_id), to_value(limit)};
  return select(transaction, "WHERE kind = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4",
                values);
}

}  // namespace tally::platform
