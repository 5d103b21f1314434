// A shopper's way: the cabinet's code, a session, its receipt, the clips that prove it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>

#include "platform/blobs.hpp"
#include "server/core/doors.hpp"
#include "server/identity/tenants.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Receipt;
using commerce::Session;
using core::Desk;
using core::Row;

constexpr std::size_t kGoodsMax = 500;  // As the API's description says.

// What stands in the cabinet and what it costs, shelf by shelf, each product once.
Result<Json> goods_view(platform::Transaction& transaction, const core::CabinetView& view) {
  Json goods = Json::array();
  if (!view.planogram) return goods;
  std::set<ProductId> seen;
  for (const commerce::Shelf& shelf : view.planogram->shelves) {
    for (const commerce::Facing& facing : shelf.facings) {
      const auto price = view.market.prices.find(facing.product);
      if (price == view.market.prices.end() || goods.size() >= kGoodsMax) continue;
      if (!seen.insert(facing.product).second) continue;
      const auto product = core::find_row<commerce::Product>(transaction, view.cabinet.tenant,
                                                             facing.product.text());
      if (!product) return std::unexpected(product.error());
      if (!*product) continue;
      goods.push_back({{"name", (*product)->value.name},
                       {"price", json_of(price->second.amount)},
                       {"tax_rate_bp", price->second.tax_rate_bp}});
    }
  }
  return goods;
}

Json door_view(const core::CabinetView& view, const std::string& operator_name, Json goods,
               Instant expires) {
  std::vector<std::string> reasons = view.unwell;
  if (!view.closed.empty()) reasons.emplace_back("its operator has something to set right first");
  if (!view.busy.empty()) reasons.emplace_back("somebody is using it");
  return {{"cabinet", view.cabinet.id.text()},
          {"name", view.cabinet.name},
          {"tenant", view.cabinet.tenant.text()},
          {"operator", operator_name},
          {"opens", reasons.empty()},
          {"closed_because", std::move(reasons)},
          {"hold", json_of(view.market.hold)},
          {"price_includes_tax", view.market.price_includes_tax},
          {"goods", std::move(goods)},
          {"expires_at", to_string(expires)}};
}

Result<ApiAnswer> preview_door(ApiCall& call, Services& services) {
  const std::string& token = call.path("token");
  const auto read = commerce::read_door_token(token, services.door_keys, call.now);
  if (!read) return std::unexpected(read.error());
  const auto cabinet =
      core::cabinet_of_token(call.transaction(), token, services.door_keys, call.now);
  if (!cabinet) return std::unexpected(cabinet.error());
  const auto view = core::view_cabinet(call.transaction(), cabinet->tenant, cabinet->value.id);
  if (!view) return std::unexpected(view.error());
  const auto tenant = identity::find_tenant(call.transaction(), cabinet->tenant);
  if (!tenant) return std::unexpected(tenant.error());
  auto goods = goods_view(call.transaction(), *view);
  if (!goods) return std::unexpected(goods.error());
  return api::answer(
      200, door_view(*view, *tenant ? (*tenant)->name : "", *std::move(goods), read->expires));
}

Result<ApiAnswer> begin_session(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const std::string token = body.text("door_token", commerce::kDoorTokenLetters);
  const auto wanted = body.id<identity::PaymentMethodId>("payment_method");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const ShopperId shopper = shopper_of(call);
  const auto cabinet =
      core::cabinet_of_token(call.transaction(), token, services.door_keys, call.now);
  if (!cabinet) return std::unexpected(cabinet.error());
  if (cabinet->tenant != call.tenant()) {
    return fail(ApiError::kForbidden, "this cabinet is another operator's: sign in there first");
  }
  const auto method = need_method(call, shopper, wanted);
  if (!method) return std::unexpected(method.error());
  const SessionId id = call.world.new_id<SessionId>();
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return core::begin_shopping(desk,
                                    {.session = id,
                                     .tenant = call.tenant(),
                                     .shopper = shopper,
                                     .token = token,
                                     .method = method->token,
                                     .provider = method->provider,
                                     .policy = services.session_policy},
                                    services.door_keys);
      },
      [&](Desk&) { return answer_session(call, 201, id); });
}

Result<ApiAnswer> get_session(ApiCall& call) {
  auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const auto rows = read_session(call.transaction(), *std::move(row));
  if (!rows) return std::unexpected(rows.error());
  return api::answer(200, session_view(*rows));
}

Result<ApiAnswer> cancel_session(ApiCall& call, Services& services) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const SessionId id = row->value.id;
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), id,
                         commerce::SessionEvent(commerce::Cancelled{desk.now()}));
      },
      [&](Desk&) { return answer_session(call, 200, id); });
}

Result<ApiAnswer> list_sessions(ApiCall& call) {
  return list_own<Session>(
      call, [](const Session& session) -> Result<ShopperId> { return session.shopper; },
      [&](Row<Session> row) -> Result<Json> {
        const auto rows = read_session(call.transaction(), std::move(row));
        if (!rows) return std::unexpected(rows.error());
        return session_view(*rows);
      });
}

// ---- Receipts

struct ReceiptRows {
  Row<Receipt> receipt;
  Row<Session> session;
  std::optional<commerce::Payment> payment;
  std::string cabinet_name;
};

Result<ReceiptRows> with_session(ApiCall& call, Row<Receipt> receipt) {
  auto session =
      core::find_row<Session>(call.transaction(), call.tenant(), receipt.value.session.text());
  if (!session) return std::unexpected(session.error());
  if (!*session) return no_such<Receipt>(receipt.id);
  auto rows = read_session(call.transaction(), **session);
  if (!rows) return std::unexpected(rows.error());
  return ReceiptRows{std::move(receipt), **std::move(session), std::move(rows->payment),
                     std::move(rows->cabinet_name)};
}

Result<ReceiptRows> receipt_for(ApiCall& call) {
  const auto id = call.path_id<ReceiptId>("id");
  if (!id) return std::unexpected(id.error());
  auto row = core::find_row<Receipt>(call.transaction(), call.tenant(), id->text());
  if (!row) return std::unexpected(row.error());
  if (!*row) return no_such<Receipt>(id->text());
  auto rows = with_session(call, **std::move(row));
  if (rows && !may_see(call, rows->session.value.shopper)) return no_such<Receipt>(id->text());
  return rows;
}

Result<ApiAnswer> get_receipt(ApiCall& call) {
  const auto rows = receipt_for(call);
  if (!rows) return std::unexpected(rows.error());
  return api::answer(200, receipt_view(rows->receipt, rows->payment, rows->cabinet_name));
}

Result<ApiAnswer> list_receipts(ApiCall& call) {
  return list_own<Receipt>(
      call, [&](const Receipt& receipt) { return shopper_of_session(call, receipt.session); },
      [&](Row<Receipt> row) -> Result<Json> {
        auto rows = with_session(call, std::move(row));
        if (!rows) return std::unexpected(rows.error());
        return receipt_view(rows->receipt, rows->payment, rows->cabinet_name);
      });
}

// A number in a path; what is none names nothing.
std::optional<std::size_t> index_of(const std::string& text, std::size_t count) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && index < count ? std::optional(index) : std::nullopt;
}

Result<ApiAnswer> get_receipt_clip(ApiCall& call, Services& services) {
  const auto rows = receipt_for(call);
  if (!rows) return std::unexpected(rows.error());
  const auto& lines = rows->receipt.value.lines;
  const auto line = index_of(call.path("line"), lines.size());
  const auto clip = line ? index_of(call.path("clip"), lines[*line].evidence.size()) : std::nullopt;
  if (!clip) return fail(ApiError::kNotFound, "the receipt has no such clip");
  const auto blob = platform::find_blob(
      call.transaction(), {call.tenant(), rows->session.id, lines[*line].evidence[*clip]});
  if (!blob) return std::unexpected(blob.error());
  if (!*blob) return fail(ApiError::kNotFound, "the receipt has no such clip");
  if ((*blob)->purged_at) return fail(ApiError::kGone, "this clip was kept as long as it may");
  ApiAnswer answer;
  answer.body = http::FileBody{services.blobs.path_of((*blob)->sha256)};
  answer.headers.set("Content-Type", "video/mp4");
  answer.headers.set("Cache-Control", "private, max-age=3600");
  return answer;
}

}  // namespace

void add_shopping_routes(api::Api& api, Services& services) {
  api.add({.operation = "preview_door",
           .run = [&services](ApiCall& call) { return preview_door(call, services); }});
  api.add({.operation = "begin_session",
           .run = [&services](ApiCall& call) { return begin_session(call, services); }});
  api.add({.operation = "get_session", .run = get_session});
  api.add({.operation = "list_sessions", .run = list_sessions});
  api.add({.operation = "cancel_session",
           .run = [&services](ApiCall& call) { return cancel_session(call, services); }});
  api.add({.operation = "get_receipt", .run = get_receipt});
  api.add({.operation = "list_receipts", .run = list_receipts});
  api.add({.operation = "get_receipt_clip",
           .run = [&services](ApiCall& call) { return get_receipt_clip(call, services); }});
}

}  // namespace tally::routes
