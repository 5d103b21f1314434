#include "base/time_zone.hpp"
#include "commerce/error.hpp"
#include "server/core/doors.hpp"
#include "server/identity/device_keys.hpp"
#include "server/routes/cabinets.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/model_views.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Cabinet;
using commerce::Site;
using core::Row;

// ---- Sites

json site_json(const Row<Site>& row) {
  return {{"id", row.id},
          {"name", row.value.name},
          {"address", row.value.address},
          {"latitude", row.value.latitude ? json(*row.value.latitude) : json(nullptr)},
          {"longitude", row.value.longitude ? json(*row.value.longitude) : json(nullptr)},
          {"time_zone", row.value.time_zone},
          {"created_at", to_string(row.created_at)},
          {"version", row.version}};
}

void read_degrees(BodyReader& body, const char* key, double most, std::optional<double>& degrees) {
  if (!body.has(key)) return;
  degrees = body.is_null(key) ? std::optional<double>() : body.number(key, -most, most);
}

// What a request says of a site, into it.
void read_site(BodyReader& body, Site& site) {
  if (auto name = body.text_if("name")) site.name = *std::move(name);
  if (auto address = body.text_if("address", 200, 0)) site.address = *std::move(address);
  read_degrees(body, "latitude", 90, site.latitude);
  read_degrees(body, "longitude", 180, site.longitude);
  if (auto zone = body.text_if("time_zone", 64)) site.time_zone = *std::move(zone);
}

Result<void> check_site(const Site& site) {
  if (auto right = check(site); !right) return right;
  if (is_time_zone(site.time_zone)) return {};
  return fail(commerce::CommerceError::kUnknown,
              "site.time_zone: there is no such zone; it is named as in Europe/Berlin");
}

Result<ApiAnswer> create_site(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Site site{call.world.new_id<SiteId>(), call.tenant(), body.text("name"), ""};
  read_site(body, site);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check_site(site); !right) return std::unexpected(right.error());
  const auto row = create(call, services.board, std::move(site));
  if (!row) return std::unexpected(row.error());
  return api::answer(201, site_json(*row));
}

Result<ApiAnswer> update_site(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Site wish;
  read_site(body, wish);
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  auto row = need_row_in_path<Site, SiteId>(call);
  if (!row) return std::unexpected(row.error());
  read_site(body, row->value);
  if (auto right = check_site(row->value); !right) return std::unexpected(right.error());
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  return api::answer(200, site_json(*row));
}

void add_sites(api::Api& api, Services& services) {
  api.add({.operation = "list_sites",
           .run = [](ApiCall& call) { return list_of<Site>(call, site_json); }});
  api.add({.operation = "create_site",
           .run = [&services](ApiCall& call) { return create_site(call, services); }});
  api.add({.operation = "get_site", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Site, SiteId>(call);
             if (!row) return std::unexpected(row.error());
             return api::answer(200, site_json(*row));
           }});
  api.add({.operation = "update_site",
           .run = [&services](ApiCall& call) { return update_site(call, services); }});
}

// ---- Cabinets

json health_json(const std::optional<commerce::CabinetHealth>& known) {
  const commerce::CabinetHealth health = known.value_or(commerce::CabinetHealth{});
  json alerts = json::array();
  for (const auto alert : health.alerts) alerts.push_back(name_of(alert));
  return {
      {"connected", health.connected},
      {"last_seen", json_of(health.last_seen)},
      {"software", health.software.empty() ? json(nullptr) : json(health.software)},
      {"cameras", health.cameras},
      {"celsius", health.celsius ? json(*health.celsius) : json(nullptr)},
      {"celsius_at", json_of(health.celsius_at)},
      {"warm_since", json_of(health.warm_since)},
      {"locked_warm", health.locked_warm},
      {"locked_by_operator", health.locked_by_operator},
      {"camera_problems", health.camera_problems},
      {"cameras_working", health.cameras_working ? json(*health.cameras_working) : json(nullptr)},
      {"alerts", std::move(alerts)}};
}

json cabinet_json(const Row<Cabinet>& row, const core::CabinetView& view,
                  const std::optional<core::UsedModels>& models) {
  json reasons = json::array();
  for (const commerce::Closed& closed : view.closed) {
    reasons.push_back({{"code", name_of(closed.reason)}, {"words", closed.words}});
  }
  for (const commerce::Unwell reason : view.unwell) {
    reasons.push_back({{"code", name_of(reason)}, {"words", words_of(reason)}});
  }
  const bool opens = reasons.empty();
  return {{"id", row.id},
          {"site", row.value.site.text()},
          {"market", row.value.market.text()},
          {"name", row.value.name},
          {"created_at", to_string(row.created_at)},
          {"version", row.version},
          {"opens", opens},
          {"closed_reasons", std::move(reasons)},
          {"health", health_json(view.health)},
          {"session", json_of_id(view.busy)},
          {"model", models ? json_of(*models) : json(nullptr)},
          {"planogram", view.planogram ? json(view.planogram->id.text()) : json(nullptr)}};
}

Result<ApiAnswer> cabinet_answer(const ApiCall& call, int status, const Row<Cabinet>& row) {
  const auto view = core::view_cabinet(call.transaction(), call.tenant(), row.value.id);
  if (!view) return std::unexpected(view.error());
  const auto models = core::models_of(call.transaction(), call.tenant(), row.value.id);
  if (!models) return std::unexpected(models.error());
  return api::answer(status, cabinet_json(row, *view, *models));
}

// What it names must be there. Errors: commerce's kUnknown.
Result<void> check_cabinet(const ApiCall& call, const Cabinet& cabinet) {
  if (auto right = check(cabinet); !right) return right;
  const auto site = core::find_row<Site>(call.transaction(), call.tenant(), cabinet.site.text());
  if (!site) return std::unexpected(site.error());
  if (!*site) return fail(commerce::CommerceError::kUnknown, "cabinet.site: there is no such site");
  const auto market =
      core::find_row<commerce::Market>(call.transaction(), call.tenant(), cabinet.market.text());
  if (!market) return std::unexpected(market.error());
  if (*market) return {};
  return fail(commerce::CommerceError::kUnknown, "cabinet.market: there is no such market");
}

Result<ApiAnswer> create_cabinet(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Cabinet cabinet{call.world.new_id<CabinetId>(), call.tenant(), body.id<SiteId>("site"),
                  body.id<MarketId>("market"), body.text("name")};
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check_cabinet(call, cabinet); !right) return std::unexpected(right.error());
  const auto row = create(call, services.board, std::move(cabinet));
  if (!row) return std::unexpected(row.error());
  return cabinet_answer(call, 201, *row);
}

Result<ApiAnswer> update_cabinet(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  std::optional<SiteId> site;
  std::optional<MarketId> market;
  if (body.has("site")) site = body.id<SiteId>("site");
  if (body.has("market")) market = body.id<MarketId>("market");
  const auto name = body.text_if("name");
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  auto row = need_row_in_path<Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  if (site) row->value.site = *site;
  if (market) row->value.market = *market;
  if (name) row->value.name = *name;
  if (auto right = check_cabinet(call, row->value); !right) return std::unexpected(right.error());
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  return cabinet_answer(call, 200, *row);
}

Result<ApiAnswer> list_cabinets(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto site = query_id<SiteId>(call, "site");
  if (!site) return std::unexpected(site.error());
  const auto page = page_of_cabinets(
      call, *wish, [&](const Cabinet& cabinet) { return !*site || cabinet.site == **site; });
  if (!page) return std::unexpected(page.error());
  core::CabinetViewer viewer(call.transaction(), call.tenant());
  json data = json::array();
  for (const Row<Cabinet>& row : page->rows) {
    const auto view = viewer.view(row.value.id);
    if (!view) return std::unexpected(view.error());
    const auto models = core::models_of(call.transaction(), call.tenant(), row.value.id);
    if (!models) return std::unexpected(models.error());
    data.push_back(cabinet_json(row, *view, *models));
  }
  return api::answer(200, {{"data", std::move(data)}, {"has_more", page->more}});
}

// Locked and cleared by people; the cabinet's health keeps it.
Result<ApiAnswer> tell_health(ApiCall& call, Services& services,
                              const commerce::FleetEvent& event) {
  const auto row = need_row_in_path<Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  return at_desk(
      call, services.board,
      [&](core::Desk& desk) { return desk.tell(call.tenant(), row->value.id, event); },
      [&](core::Desk&) { return cabinet_answer(call, 200, *row); });
}

Result<ApiAnswer> create_code(ApiCall& call) {
  const auto row = need_row_in_path<Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  const auto code = identity::issue_provisioning_code(call.transaction(), call.world, call.tenant(),
                                                      row->value.id);
  if (!code) return std::unexpected(code.error());
  return api::answer(
      201,
      {{"cabinet", row->id}, {"code", code->code}, {"expires_at", to_string(code->expires_at)}});
}

// Whoever has one of its keys is the cabinet no longer, and its connection ends; it comes back by
// a new provisioning code.
Result<ApiAnswer> revoke_keys(ApiCall& call, Services& services) {
  const auto row = need_row_in_path<Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  const auto ended =
      identity::revoke_device_keys(call.transaction(), call.tenant(), row->value.id, call.now);
  if (!ended) return std::unexpected(ended.error());
  if (services.gateway != nullptr) {
    call.after_commit([gateway = services.gateway, id = row->value.id] { gateway->close(id); });
  }
  return cabinet_answer(call, 200, *row);
}

void add_cabinets(api::Api& api, Services& services) {
  api.add({.operation = "list_cabinets", .run = list_cabinets});
  api.add({.operation = "create_cabinet",
           .run = [&services](ApiCall& call) { return create_cabinet(call, services); }});
  api.add({.operation = "get_cabinet", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Cabinet, CabinetId>(call);
             if (!row) return std::unexpected(row.error());
             return cabinet_answer(call, 200, *row);
           }});
  api.add({.operation = "update_cabinet",
           .run = [&services](ApiCall& call) { return update_cabinet(call, services); }});
  api.add({.operation = "lock_cabinet", .run = [&services](ApiCall& call) {
             return tell_health(call, services, commerce::OperatorLocks{call.now});
           }});
  api.add({.operation = "clear_cabinet", .run = [&services](ApiCall& call) {
             return tell_health(call, services, commerce::OperatorClears{call.now});
           }});
  api.add({.operation = "create_provisioning_code", .run = create_code});
  api.add({.operation = "revoke_cabinet_keys",
           .run = [&services](ApiCall& call) { return revoke_keys(call, services); }});
}

}  // namespace

void add_place_routes(api::Api& api, Services& services) {
  add_sites(api, services);
  add_cabinets(api, services);
}

}  // namespace tally::routes
