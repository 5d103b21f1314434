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
#include "server/routes/filters.hpp"
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

constexpr std::int64_t kSumMinorMax = 1'000'000'000;

// What stands in it, in the order of its shelves, each once.
Result<Json> offers_view(const ApiCall& call, const core::CabinetView& view) {
  Json offers = Json::array();
  if (!view.planogram) return offers;
  std::set<ProductId> shown;
  for (const commerce::Shelf& shelf : view.planogram->shelves) {
    for (const commerce::Facing& facing : shelf.facings) {
      const commerce::Price* price = commerce::find_price(view.market, facing.product);
      if (price == nullptr || !shown.insert(facing.product).second) continue;
      const auto product = core::find_row<commerce::Product>(
          call.transaction(), view.cabinet.tenant, facing.product.text());
      if (!product) return std::unexpected(product.error());
      if (!*product) continue;
      offers.push_back({{"name", (*product)->value.name},
                        {"unit_price", json_of(price->amount)},
                        {"tax_rate_bp", price->tax_rate_bp}});
    }
  }
  return offers;
}

// The same reasons twice: by code, and in English.
Json door_view(const core::CabinetView& view, const std::string& operator_name, Instant expires) {
  Json codes = Json::array();
  Json reasons = Json::array();
  const auto add = [&](std::string_view code, std::string_view words) {
    codes.push_back(code);
    reasons.push_back(words);
  };
  for (const commerce::Unwell reason : view.unwell) add(name_of(reason), words_of(reason));
  if (!view.closed.empty()) add("unready", "its operator has something to set right first");
  if (!view.busy.empty()) add("busy", "somebody is using it");
  return {{"cabinet", view.cabinet.id.text()},
          {"name", view.cabinet.name},
          {"tenant", view.cabinet.tenant.text()},
          {"operator", operator_name},
          {"opens", reasons.empty()},
          {"closed_because", std::move(reasons)},
          {"closed_codes", std::move(codes)},
          {"hold", json_of(view.market.hold)},
          {"price_includes_tax", view.market.price_includes_tax},
          {"expires_at", to_string(expires)}};
}

// For who has to sign in or to add a card first, which takes longer than the code is shown.
Json claim_view(const commerce::DoorToken& scanned, const commerce::DoorTokenKey& key) {
  const auto claim = commerce::claim_of(scanned);
  if (!claim) return nullptr;
  return {{"door_token", write_door_token(*claim, key)}, {"expires_at", to_string(claim->expires)}};
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
  auto offers = offers_view(call, *view);
  if (!offers) return std::unexpected(offers.error());
  Json door = door_view(*view, *tenant ? (*tenant)->name : "", read->expires);
  door["offers"] = *std::move(offers);
  door["sandbox"] = services.sandbox;
  door["claim"] = claim_view(*read, services.door_keys.front());
  return api::answer(200, door);
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

// A shopper's own, or what the query asks for.
Result<core::SessionFilter> read_filter(const ApiCall& call) {
  core::SessionFilter filter;
  Filters filters;
  filters.read(query_word(call, "kind", {"shopping", "restock"}), filter.kind);
  filters.read(query_value<commerce::SessionState>(call, "state", commerce::kSessionStates),
               filter.state);
  filters.read(query_id<CabinetId>(call, "cabinet"), filter.cabinet);
  filters.read(query_id<ShopperId>(call, "shopper"), filter.shopper);
  filters.read(query_word(call, "decision", {"charge", "review", "nothing"}), filter.decision);
  filters.read(query_boolean(call, "reviewed"), filter.reviewed);
  filters.read(query_boolean(call, "disputed"), filter.disputed);
  filters.read(query_time(call, "from"), filter.from);
  filters.read(query_time(call, "to"), filter.to);
  filters.read(query_number(call, "least_minor", 0, kSumMinorMax), filter.least_minor);
  filters.read(query_number(call, "most_minor", 0, kSumMinorMax), filter.most_minor);
  if (filters.error()) return std::unexpected(*filters.error());
  if (call.principal().role == identity::Role::kShopper) filter.shopper = call.principal().id;
  return filter;
}

Result<ApiAnswer> list_sessions(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto filter = read_filter(call);
  if (!filter) return std::unexpected(filter.error());
  const auto facts = core::list_sessions(call.transaction(), call.tenant(), *filter,
                                         wish->starting_after, wish->limit + 1);
  if (!facts) return std::unexpected(facts.error());
  std::vector<Json> data;
  for (const core::SessionFacts& one : *facts) {
    if (std::ssize(data) == wish->limit) break;
    const auto rows = read_listed(call.transaction(), call.tenant(), one);
    if (!rows) return std::unexpected(rows.error());
    data.push_back(session_view(*rows));
  }
  return api::answer(200, page_view(std::move(data), std::ssize(*facts) > wish->limit));
}

// ---- Receipts

struct ReceiptRows {
  Row<Receipt> receipt;
  Row<Session> session;
  std::optional<commerce::Payment> payment;
  Place place;
};

Json view_of(const ReceiptRows& rows) {
  Json view = receipt_view(rows.receipt, rows.payment, rows.place.cabinet_name);
  if (!rows.place.time_zone.empty()) view["time_zone"] = rows.place.time_zone;
  return view;
}

Result<ReceiptRows> with_session(ApiCall& call, Row<Receipt> receipt) {
  auto session =
      core::find_row<Session>(call.transaction(), call.tenant(), receipt.value.session.text());
  if (!session) return std::unexpected(session.error());
  if (!*session) return no_such<Receipt>(receipt.id);
  const commerce::Session& value = (*session)->value;
  const auto payment = core::find_row<commerce::Payment>(
      call.transaction(), call.tenant(), core::payment_id(value.id, value.hold_number).text());
  if (!payment) return std::unexpected(payment.error());
  auto place = place_of(call.transaction(), call.tenant(), value.cabinet);
  if (!place) return std::unexpected(std::move(place.error()));
  ReceiptRows rows{std::move(receipt), **std::move(session), std::nullopt, *std::move(place)};
  if (*payment) rows.payment = (*payment)->value;
  return rows;
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
  return api::answer(200, view_of(*rows));
}

// In order of their sessions; `starting_after` is a receipt, whose session the facts know.
Result<ApiAnswer> list_receipts(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  core::SessionFilter filter;
  filter.with_receipt = true;
  Filters filters;
  filters.read(query_id<CabinetId>(call, "cabinet"), filter.cabinet);
  filters.read(query_time(call, "from"), filter.from);
  filters.read(query_time(call, "to"), filter.to);
  if (filters.error()) return std::unexpected(*filters.error());
  if (call.principal().role == identity::Role::kShopper) filter.shopper = call.principal().id;
  std::optional<std::string> after;
  if (wish->starting_after) {
    const auto last =
        core::find_row<Receipt>(call.transaction(), call.tenant(), *wish->starting_after);
    if (!last) return std::unexpected(last.error());
    if (*last) after = (*last)->value.session.text();
  }
  const auto facts =
      core::list_sessions(call.transaction(), call.tenant(), filter, after, wish->limit + 1);
  if (!facts) return std::unexpected(facts.error());
  std::vector<Json> data;
  for (const core::SessionFacts& one : *facts) {
    if (std::ssize(data) == wish->limit) break;
    auto row = need_row<Receipt>(call, one.receipt.value_or(""));
    if (!row) return std::unexpected(row.error());
    const auto rows = with_session(call, *std::move(row));
    if (!rows) return std::unexpected(rows.error());
    data.push_back(view_of(*rows));
  }
  return api::answer(200, page_view(std::move(data), std::ssize(*facts) > wish->limit));
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
