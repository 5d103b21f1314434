// Restocking, stock, alerts.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "server/core/alert_book.hpp"
#include "server/core/doors.hpp"
#include "server/core/planogram_facts.hpp"
#include "server/core/stock_book.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/cabinets.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Session;
using core::Desk;

constexpr std::size_t kCountsMax = 300;

Result<CabinetId> cabinet_in_path(const ApiCall& call) {
  const auto row = need_row_in_path<commerce::Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  return row->value.id;
}

// Each is the tenant's, and is there once.
Result<void> check_products(const ApiCall& call, const auto& lines) {
  std::set<ProductId> seen;
  for (const auto& line : lines) {
    if (!seen.insert(line.product).second) {
      return fail(core::CoreError::kInvalid,
                  fmt::format("{} is there twice; sum the lines first", line.product.text()));
    }
    const auto row =
        core::find_row<commerce::Product>(call.transaction(), call.tenant(), line.product.text());
    if (!row) return std::unexpected(row.error());
    if (!*row) {
      return fail(core::CoreError::kInvalid,
                  fmt::format("there is no product {}", line.product.text()));
    }
  }
  return {};
}

// ---- Restocking

Result<ApiAnswer> begin_restock(ApiCall& call, Services& services) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  const SessionId id = call.world.new_id<SessionId>();
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return core::begin_restock(desk, {.session = id,
                                          .tenant = call.tenant(),
                                          .cabinet = *cabinet,
                                          .user = acting_user(call),
                                          .lines = {},
                                          .policy = services.session_policy});
      },
      [&](Desk&) { return answer_session(call, 201, id); });
}

Result<std::vector<commerce::RestockLine>> read_lines(const ApiCall& call) {
  const std::int64_t most = commerce::kMovementQuantityMax;
  std::vector<commerce::RestockLine> lines;
  BodyReader body(call.body());
  body.each("lines", commerce::kRestockLinesMax, [&](BodyReader& line) {
    commerce::RestockLine read;
    read.product = line.id<ProductId>("product");
    if (!line.is_null("counted")) read.counted = line.integer_if("counted", 0, most);
    read.wasted = line.integer_if("wasted", 0, most).value_or(0);
    read.expired = line.integer_if("expired", 0, most).value_or(0);
    read.loaded = line.integer_if("loaded", -most, most).value_or(0);
    lines.push_back(std::move(read));
  });
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check_products(call, lines); !right) return std::unexpected(right.error());
  return lines;
}

// What was declared before is replaced, until the door is closed for good: then stock moves.
Result<ApiAnswer> declare_restock(ApiCall& call, Services& services) {
  const auto row = need_row_in_path<Session, SessionId>(call);
  if (!row) return std::unexpected(row.error());
  if (row->value.kind != commerce::SessionKind::kRestock) return no_such<Session>(row->id);
  const auto lines = read_lines(call);
  if (!lines) return std::unexpected(lines.error());
  if (row->value.state == commerce::SessionState::kEnded) {
    return fail(ApiError::kConflict,
                fmt::format("{} has ended; count the cabinet instead", row->id));
  }
  return at_desk(
      call, services.board,
      [&](Desk& desk) -> Result<void> {
        auto detail = desk.row<records::SessionDetail>(call.tenant(), row->id);
        if (!detail) return std::unexpected(detail.error());
        (*detail)->value.restock = *lines;
        return {};
      },
      [&](Desk&) -> Result<ApiAnswer> {
        auto session = view_session(call, row->value.id);
        if (!session) return std::unexpected(session.error());
        Json shown = Json::array();
        for (const auto& line : *lines) shown.push_back(restock_line_view(line));
        return api::answer(200, {{"session", *std::move(session)}, {"lines", std::move(shown)}});
      });
}

// ---- Stock

using Rooms = std::map<ProductId, commerce::ProductRoom>;

Json level_view(const core::ProductStock& stock, const Rooms& rooms) {
  const commerce::StockLevel& level = stock.level;
  const auto rate = commerce::statistic_of(level).error_rate();
  const bool counted = !level.counts.empty();
  const auto room = rooms.find(stock.product);
  return {{"product", stock.product.text()},
          {"predicted", level.predicted},
          {"par_level", level.par_level},
          {"capacity", room == rooms.end() ? 0 : room->second.capacity},
          {"taken_since_count", level.taken_since_count},
          {"low", level.predicted < level.par_level},
          {"out", level.par_level > 0 && level.predicted <= 0},
          {"counted_at", counted ? Json(to_string(level.counts.back().at)) : Json(nullptr)},
          {"error_rate", rate ? Json(*rate) : Json(nullptr)}};
}

// By cabinet, as their valid planograms say.
Result<std::map<CabinetId, Rooms>> rooms_of(const ApiCall& call) {
  std::map<CabinetId, Rooms> rooms;
  const auto applied = name_of(commerce::PlanogramState::kApplied);
  std::optional<std::string> after;
  while (true) {
    const auto rows =
        core::list_rows<commerce::Planogram>(call.transaction(), {.tenant = call.tenant(),
                                                                  .kind = {},
                                                                  .state = std::string(applied),
                                                                  .starting_after = after,
                                                                  .limit = platform::kPageMax});
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) rooms[row.value.cabinet] = commerce::room_of(row.value);
    if (std::ssize(*rows) < platform::kPageMax) return rooms;
    after = rows->back().id;
  }
}

Result<ApiAnswer> answer_stock(const ApiCall& call, int status, const CabinetId& cabinet) {
  const auto stock = core::stock_of(call.transaction(), call.tenant(), cabinet);
  if (!stock) return std::unexpected(stock.error());
  const auto valid = core::planograms_of(call.transaction(), call.tenant(), cabinet,
                                         commerce::PlanogramState::kApplied);
  if (!valid) return std::unexpected(valid.error());
  const Rooms rooms = valid->empty() ? Rooms() : commerce::room_of(valid->front().value);
  Json data = Json::array();
  for (const core::ProductStock& one : *stock) data.push_back(level_view(one, rooms));
  return api::answer(status, {{"data", std::move(data)}});
}

// What of a cabinet's stock a list wants to see.
bool is_wanted(const Json& level, std::int64_t bring, const std::optional<std::string>& only) {
  if (!only) return true;
  if (*only == "bring") return bring > 0;
  return level.at(*only).get<bool>();
}

Result<Json> cabinet_stock(const ApiCall& call, const core::Row<commerce::Cabinet>& cabinet,
                           const Rooms& rooms, const std::optional<std::string>& only) {
  const auto stock = core::stock_of(call.transaction(), call.tenant(), cabinet.value.id);
  if (!stock) return std::unexpected(stock.error());
  Json products = Json::array();
  for (const core::ProductStock& one : *stock) {
    Json level = level_view(one, rooms);
    const auto bring =
        std::max<std::int64_t>(0, level.at("capacity").get<std::int64_t>() -
                                      std::max<std::int64_t>(0, one.level.predicted));
    if (!is_wanted(level, bring, only)) continue;
    const auto product =
        core::find_row<commerce::Product>(call.transaction(), call.tenant(), one.product.text());
    if (!product) return std::unexpected(product.error());
    const auto statistic = commerce::statistic_of(one.level);
    products.push_back({{"level", std::move(level)},
                        {"sku", *product ? (*product)->value.sku : ""},
                        {"name", *product ? (*product)->value.name : ""},
                        {"bring", bring},
                        {"counts", statistic.counts},
                        {"missing", statistic.missing},
                        {"surplus", statistic.surplus},
                        {"taken", statistic.taken}});
  }
  return Json{{"id", cabinet.id},
              {"name", cabinet.value.name},
              {"site", cabinet.value.site.text()},
              {"products", std::move(products)}};
}

Result<ApiAnswer> list_stock(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  std::optional<SiteId> site;
  std::optional<CabinetId> cabinet;
  std::optional<std::string> only;
  Filters filters;
  filters.read(query_id<SiteId>(call, "site"), site);
  filters.read(query_id<CabinetId>(call, "cabinet"), cabinet);
  filters.read(query_word(call, "only", {"low", "out", "bring"}), only);
  if (filters.error()) return std::unexpected(*filters.error());
  const auto page = page_of_cabinets(call, *wish, [&](const commerce::Cabinet& one) {
    return (!site || one.site == *site) && (!cabinet || one.id == *cabinet);
  });
  if (!page) return std::unexpected(page.error());
  auto rooms = rooms_of(call);
  if (!rooms) return std::unexpected(rooms.error());
  std::vector<Json> data;
  for (const auto& row : page->rows) {
    auto view = cabinet_stock(call, row, (*rooms)[row.value.id], only);
    if (!view) return std::unexpected(view.error());
    data.push_back(*std::move(view));
  }
  return api::answer(200, page_view(std::move(data), page->more));
}

Result<ApiAnswer> get_stock(ApiCall& call) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  return answer_stock(call, 200, *cabinet);
}

Result<ApiAnswer> count_stock(ApiCall& call, Services& services) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  commerce::CountStock event;
  const std::string owner = call.world.new_id<MovementId>().text();
  BodyReader body(call.body());
  body.each("counts", kCountsMax, [&](BodyReader& line) {
    commerce::StockCount count;
    count.id = call.world.new_id<MovementId>();
    count.product = line.id<ProductId>("product");
    count.counted = line.integer("counted", 0, commerce::kMovementQuantityMax);
    count.key = fmt::format("{}/count/{}", owner, count.product.text());
    count.at = call.now;
    count.source.user = acting_user(call);
    event.counts.push_back(std::move(count));
  });
  if (event.counts.empty()) body.wrong("counts", "are none");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check_products(call, event.counts); !right) {
    return std::unexpected(right.error());
  }
  return at_desk(
      call, services.board, [&](Desk& desk) { return desk.count(call.tenant(), *cabinet, event); },
      [&](Desk&) { return answer_stock(call, 201, *cabinet); });
}

Json movement_view(const commerce::Movement& movement) {
  return {{"id", movement.id.text()},
          {"cabinet", movement.cabinet.text()},
          {"product", movement.product.text()},
          {"cause", name_of(movement.cause)},
          {"quantity", movement.quantity},
          {"at", to_string(movement.at)},
          {"session", json_of_id(movement.source.session)},
          {"user", json_of_id(movement.source.user)},
          {"counted", movement.counted ? Json(*movement.counted) : Json(nullptr)}};
}

Result<ApiAnswer> list_movements(ApiCall& call) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto movements = core::movements_of(call.transaction(), call.tenant(), *cabinet,
                                            wish->starting_after, wish->limit + 1);
  if (!movements) return std::unexpected(movements.error());
  return page_answer(*movements, wish->limit, movement_view);
}

// ---- Alerts

Json alert_view(const core::StoredAlert& alert) {
  const bool of_cabinet = CabinetId::parse(alert.object).has_value();
  return {{"id", alert.id.text()},
          {"kind", alert.kind},
          {"state", alert.cleared_at ? "cleared" : "raised"},
          {"object", alert.object},
          {"cabinet", of_cabinet ? Json(alert.object) : Json(nullptr)},
          {"subject", text_or_null(alert.subject)},
          {"words", alert.words},
          {"raised_at", to_string(alert.raised_at)},
          {"cleared_at", json_of(alert.cleared_at)},
          {"acknowledged_at", json_of(alert.acknowledged_at)},
          {"acknowledged_by", text_or_null(alert.acknowledged_by.value_or(""))},
          {"clearable", core::is_clearable(alert.kind)}};
}

Result<ApiAnswer> list_alerts(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  core::AlertFilter filter;
  std::optional<std::string> state;
  Filters filters;
  filters.read(query_word(call, "state", {"raised", "cleared"}), state);
  filters.read(query_id<CabinetId>(call, "cabinet"), filter.object);
  if (filters.error()) return std::unexpected(*filters.error());
  if (state) filter.raised = *state == "raised";
  const auto alerts = core::list_alerts(call.transaction(), call.tenant(), filter,
                                        wish->starting_after, wish->limit + 1);
  if (!alerts) return std::unexpected(alerts.error());
  return page_answer(*alerts, wish->limit, alert_view);
}

// Else the cabinet's health would take the next forced door for one that was told already.
Result<void> tell_door_checked(ApiCall& call, Services& services, const std::string& object) {
  const auto cabinet = CabinetId::parse(object);
  if (!cabinet) return {};
  const auto done = at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), *cabinet,
                         commerce::FleetEvent(commerce::DoorChecked{desk.now()}));
      },
      [](Desk&) -> Result<ApiAnswer> { return api::no_content(); });
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<ApiAnswer> update_alert(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const auto acknowledged = body.boolean_if("acknowledged");
  const auto cleared = body.boolean_if("cleared");
  if (cleared && !*cleared) body.wrong("cleared", "must be true: what is over does not come back");
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  const auto id = call.path_id<EventId>("id");
  if (!id) return std::unexpected(id.error());
  auto alert = core::find_alert(call.transaction(), call.tenant(), *id);
  if (!alert) return std::unexpected(alert.error());
  if (!*alert) return fail(ApiError::kNotFound, fmt::format("there is no alert {}", id->text()));
  if (cleared && !(*alert)->cleared_at) {
    if (!core::is_clearable((*alert)->kind)) {
      return fail(ApiError::kConflict,
                  fmt::format("{} clears itself as soon as its cause is gone", (*alert)->kind));
    }
    (*alert)->cleared_at = call.now;
  }
  if (acknowledged && *acknowledged != (*alert)->acknowledged_at.has_value()) {
    (*alert)->acknowledged_at = *acknowledged ? std::optional(call.now) : std::nullopt;
    (*alert)->acknowledged_by =
        *acknowledged ? std::optional(acting_user(call).text()) : std::nullopt;
  }
  if (cleared && (*alert)->kind == core::kDoorForced) {
    if (auto told = tell_door_checked(call, services, (*alert)->object); !told) {
      return std::unexpected(told.error());
    }
  }
  if (auto saved = core::save_alert(call.transaction(), call.tenant(), **alert); !saved) {
    return std::unexpected(saved.error());
  }
  const Json view = alert_view(**alert);
  auto told = tell(call, services.board, "alert.changed", (*alert)->object, 0, view.dump());
  if (!told) return std::unexpected(told.error());
  return api::answer(200, view);
}

}  // namespace

void add_stock_routes(api::Api& api, Services& services) {
  api.add({.operation = "begin_restock",
           .run = [&services](ApiCall& call) { return begin_restock(call, services); }});
  api.add({.operation = "declare_restock",
           .run = [&services](ApiCall& call) { return declare_restock(call, services); }});
  api.add({.operation = "get_stock", .run = get_stock});
  api.add({.operation = "count_stock",
           .run = [&services](ApiCall& call) { return count_stock(call, services); }});
  api.add({.operation = "list_movements", .run = list_movements});
  api.add({.operation = "list_stock", .run = list_stock});
  api.add({.operation = "list_alerts", .run = list_alerts});
  api.add({.operation = "update_alert",
           .run = [&services](ApiCall& call) { return update_alert(call, services); }});
}

}  // namespace tally::routes
