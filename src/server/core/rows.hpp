// Aggregates as values: one kind of row for each type, read with its version and written back from
// it (platform/aggregates.hpp).
//
// Thread-safety: a transaction's. Errors: the store's; RecordError::kCorrupt.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commerce/catalog.hpp"
#include "commerce/debt.hpp"
#include "commerce/dispute.hpp"
#include "commerce/fleet.hpp"
#include "commerce/footage.hpp"
#include "commerce/payment.hpp"
#include "commerce/planogram.hpp"
#include "commerce/receipt.hpp"
#include "commerce/review.hpp"
#include "commerce/session.hpp"
#include "platform/aggregates.hpp"
#include "server/records/records.hpp"
#include "server/records/session_detail.hpp"

namespace tally::core {

// kKind names the rows of a type; state_of() what they are listed by.
// clang-format off
template <typename T> inline constexpr std::string_view kKind = "";
template <> inline constexpr std::string_view kKind<commerce::Session>       = "session";
template <> inline constexpr std::string_view kKind<records::SessionDetail>  = "session_detail";
template <> inline constexpr std::string_view kKind<commerce::Footage>       = "footage";
template <> inline constexpr std::string_view kKind<commerce::Payment>       = "payment";
template <> inline constexpr std::string_view kKind<commerce::Review>        = "review";
template <> inline constexpr std::string_view kKind<commerce::Dispute>       = "dispute";
template <> inline constexpr std::string_view kKind<commerce::Receipt>       = "receipt";
template <> inline constexpr std::string_view kKind<commerce::Debts>         = "debts";
template <> inline constexpr std::string_view kKind<commerce::CabinetHealth> = "cabinet_health";
template <> inline constexpr std::string_view kKind<commerce::Site>          = "site";
template <> inline constexpr std::string_view kKind<commerce::Cabinet>       = "cabinet";
template <> inline constexpr std::string_view kKind<commerce::Product>       = "product";
template <> inline constexpr std::string_view kKind<commerce::Market>        = "market";
template <> inline constexpr std::string_view kKind<commerce::Planogram>     = "planogram";
// clang-format on

template <typename T>
[[nodiscard]] std::string state_of(const T& value) {
  if constexpr (requires { name_of(value.state); }) {
    return std::string(name_of(value.state));
  } else {
    return "";
  }
}

template <typename T>
struct Row {
  T value;
  TenantId tenant;
  std::string id;
  std::int64_t version = 0;  // 0: not written yet.
  Instant created_at;
};

template <typename T>
Result<Row<T>> row_of(const platform::Aggregate& aggregate) {
  auto value = records::parse<T>(aggregate.body);
  if (!value) return fail_within(aggregate.id, std::move(value.error()));
  return Row<T>{*std::move(value), aggregate.tenant, aggregate.id, aggregate.version,
                aggregate.created_at};
}

template <typename T>
Result<std::vector<Row<T>>> rows_of(const std::vector<platform::Aggregate>& aggregates) {
  std::vector<Row<T>> rows;
  for (const platform::Aggregate& aggregate : aggregates) {
    auto row = row_of<T>(aggregate);
    if (!row) return std::unexpected(std::move(row.error()));
    rows.push_back(*std::move(row));
  }
  return rows;
}

template <typename T>
Result<std::optional<Row<T>>> find_row(platform::Transaction& transaction, const TenantId& tenant,
                                       std::string_view id) {
  auto found = platform::find_aggregate(transaction, tenant, kKind<T>, id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::optional<Row<T>>();
  auto row = row_of<T>(**found);
  if (!row) return std::unexpected(std::move(row.error()));
  return std::optional(*std::move(row));
}

// A page, newest first.
template <typename T>
Result<std::vector<Row<T>>> list_rows(platform::Transaction& transaction,
                                      platform::AggregatePage page) {
  page.kind = std::string(kKind<T>);
  const auto found = platform::list_aggregates(transaction, page);
  if (!found) return std::unexpected(found.error());
  return rows_of<T>(*found);
}

// Of a tenant in a state, oldest first.
template <typename T>
Result<std::vector<Row<T>>> oldest_rows(platform::Transaction& transaction, const TenantId& tenant,
                                        std::string_view state, std::int64_t limit) {
  const auto found = platform::oldest_in_state(transaction, tenant, kKind<T>, state, limit);
  if (!found) return std::unexpected(found.error());
  return rows_of<T>(*found);
}

// All of a tenant, newest first.
template <typename T>
Result<std::vector<Row<T>>> all_rows(platform::Transaction& transaction, const TenantId& tenant) {
  std::vector<Row<T>> all;
  std::optional<std::string> after;
  while (true) {
    auto page = list_rows<T>(transaction, {.tenant = tenant,
                                           .kind = {},
                                           .state = {},
                                           .starting_after = after,
                                           .limit = platform::kPageMax});
    if (!page) return page;
    for (Row<T>& row : *page) all.push_back(std::move(row));
    if (std::ssize(*page) < platform::kPageMax) return all;
    after = all.back().id;
  }
}

// Inserts or updates; the row's version is then the one that was written. Errors: kStale,
// kDuplicate.
template <typename T>
Result<void> save_row(platform::Transaction& transaction, Row<T>& row, Instant now) {
  platform::Aggregate aggregate{.tenant = row.tenant,
                                .kind = std::string(kKind<T>),
                                .id = row.id,
                                .version = row.version,
                                .state = state_of(row.value),
                                .body = records::to_text(row.value),
                                .created_at = {},
                                .updated_at = {}};
  auto saved = row.version == 0
                   ? platform::insert_aggregate(transaction, std::move(aggregate), now)
                   : platform::update_aggregate(transaction, std::move(aggregate), now);
  if (!saved) return std::unexpected(std::move(saved.error()));
  row.version = saved->version;
  row.created_at = saved->created_at;
  return {};
}

}  // namespace tally::core
