// What most routes do: find a row or 404, answer a page, write a row and tell of it.
//
// Includes heavy headers: for the sources of routes only. Thread-safety: a call's.
#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/events.hpp"
#include "server/api/api.hpp"
#include "server/core/desk.hpp"
#include "server/core/hint_board.hpp"
#include "server/core/rows.hpp"
#include "server/identity/api_keys.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/services.hpp"

namespace tally::routes {

using api::ApiAnswer;
using api::ApiCall;
using api::ApiError;
using nlohmann::json;

[[nodiscard]] inline json json_of(const Money& money) {
  return {{"minor", money.minor}, {"currency", money.currency.text()}};
}
[[nodiscard]] inline json json_of(const std::optional<Instant>& at) {
  return at ? json(to_string(*at)) : json(nullptr);
}
template <typename SomeId>
  requires requires(const SomeId& id) { id.empty(); }
[[nodiscard]] json json_of_id(const SomeId& id) {
  return id.empty() ? json(nullptr) : json(id.text());
}

// A row of the caller's tenant. Errors: ApiError::kNotFound.
template <typename T>
Result<core::Row<T>> need_row(const ApiCall& call, std::string_view id) {
  auto found = core::find_row<T>(call.transaction(), call.tenant(), id);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found)
    return fail(ApiError::kNotFound, fmt::format("there is no {} {}", core::kKind<T>, id));
  return std::move(**found);
}

// The same, by a path parameter.
template <typename T, typename SomeId>
Result<core::Row<T>> need_row_in_path(const ApiCall& call, std::string_view name = "id") {
  const auto id = call.path_id<SomeId>(name);
  if (!id) return std::unexpected(id.error());
  return need_row<T>(call, id->text());
}

// Which rows of a kind: all, or those in a state, or made in a time.
struct RowFilter {
  std::optional<std::string> state = {};
  std::optional<Instant> from = {};
  std::optional<Instant> to = {};
};

// A page of the tenant's rows of a kind, of which the view may fail: Result<json>(Row<T>).
template <typename T, typename View>
Result<ApiAnswer> list_viewed(const ApiCall& call, const RowFilter& filter, View view) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  auto rows = core::list_rows<T>(call.transaction(), {.tenant = call.tenant(),
                                                      .kind = {},
                                                      .state = filter.state,
                                                      .starting_after = wish->starting_after,
                                                      .limit = wish->limit + 1,
                                                      .from = filter.from.value_or(Instant::min()),
                                                      .to = filter.to.value_or(Instant::max())});
  if (!rows) return std::unexpected(rows.error());
  json data = json::array();
  for (core::Row<T>& row : *rows) {
    if (std::ssize(data) == wish->limit) break;
    Result<json> one = view(std::move(row));
    if (!one) return std::unexpected(one.error());
    data.push_back(*std::move(one));
  }
  return api::answer(200,
                     {{"data", std::move(data)}, {"has_more", std::ssize(*rows) > wish->limit}});
}

template <typename Rows, typename ToJson>
[[nodiscard]] ApiAnswer page_answer(const Rows& rows, std::int64_t limit, ToJson to_json) {
  json data = json::array();
  for (const auto& row : rows) {
    if (std::ssize(data) == limit) break;
    data.push_back(to_json(row));
  }
  return api::answer(200, {{"data", std::move(data)}, {"has_more", std::ssize(rows) > limit}});
}

// A page of the tenant's rows of a kind.
template <typename T, typename ToJson>
Result<ApiAnswer> list_of(const ApiCall& call, ToJson to_json) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto rows = core::list_rows<T>(call.transaction(), {.tenant = call.tenant(),
                                                            .kind = {},
                                                            .state = {},
                                                            .starting_after = wish->starting_after,
                                                            .limit = wish->limit + 1});
  if (!rows) return std::unexpected(rows.error());
  return page_answer(*rows, wish->limit, to_json);
}

// A page of what a room gives as a whole, in the order in which it is shown.
template <typename Things, typename ToJson>
Result<ApiAnswer> page_of(const ApiCall& call, const Things& things, ToJson to_json) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  auto from = things.begin();
  if (wish->starting_after) {
    from = std::ranges::find_if(
        things, [&](const auto& thing) { return thing.id.text() == *wish->starting_after; });
    if (from != things.end()) ++from;
  }
  return page_answer(std::vector(from, things.end()), wish->limit, to_json);
}

// Appends an event to the tenant's list, of which pages and webhooks hear after the commit.
inline Result<void> tell(ApiCall& call, core::HintBoard& board, std::string_view type,
                         std::string_view id, std::int64_t version, std::string body) {
  const auto appended =
      platform::append_event(call.transaction(), {.tenant = call.tenant(),
                                                  .sequence = 0,
                                                  .id = call.world.new_id<EventId>(),
                                                  .type = std::string(type),
                                                  .object_id = std::string(id),
                                                  .object_version = version,
                                                  .at = call.now,
                                                  .body = std::move(body),
                                                  .actor = call.principal().id});
  if (!appended) return std::unexpected(appended.error());
  call.after_commit([&board] { board.poke(core::Topic::kEvents); });
  return {};
}

// Writes a row, and tells that it changed: "site.changed", "planogram.published".
template <typename T>
Result<void> save(ApiCall& call, core::HintBoard& board, core::Row<T>& row) {
  if (auto saved = core::save_row(call.transaction(), row, call.now); !saved) return saved;
  const std::string state = core::state_of(row.value);
  const std::string type =
      fmt::format("{}.{}", core::kKind<T>, state.empty() ? std::string("changed") : state);
  return tell(call, board, type, row.id, row.version, records::to_text(row.value));
}

// A new row of the caller's tenant, written and told.
template <typename T>
Result<core::Row<T>> create(ApiCall& call, core::HintBoard& board, T value) {
  const std::string id = value.id.text();
  core::Row<T> row{std::move(value), call.tenant(), id, 0, call.now};
  if (auto saved = save(call, board, row); !saved) return std::unexpected(saved.error());
  return row;
}

// Work at the desk within the call's transaction: `act(desk)` does it, `tell(desk)` answers with
// what there is afterwards, versions as written. What it hints at is poked after the commit.
template <typename Act, typename Tell>
Result<ApiAnswer> at_desk(ApiCall& call, core::HintBoard& board, Act act, Tell tell) {
  core::Desk desk(call.transaction(), call.world);
  desk.act_for(call.principal().id);
  if (auto done = act(desk); !done) return std::unexpected(std::move(done.error()));
  if (auto finished = desk.finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  call.after_commit([&board, hints = desk.hints()] { board.poke(hints); });
  return tell(desk);
}

// Whether it is the shopper's own; people of the operator see all of their tenant. Another's does
// not exist.
[[nodiscard]] inline bool may_see(const ApiCall& call, const ShopperId& shopper) {
  return call.principal().role != identity::Role::kShopper || call.principal().id == shopper.text();
}

// Who of the operator's people acts. A program with an API key acts under a user's id of its own,
// with the letters of its key's.
[[nodiscard]] inline UserId acting_user(const ApiCall& call) {
  const std::string& id = call.principal().id;
  if (const auto user = UserId::parse(id)) return *user;
  const auto key = identity::ApiKeyId::parse(id);
  return key ? UserId::from_bits(key->bits()) : UserId();
}

template <typename T>
std::unexpected<Error> no_such(std::string_view id) {
  return fail(ApiError::kNotFound, fmt::format("there is no {} {}", core::kKind<T>, id));
}

}  // namespace tally::routes
