#include "server/core/doors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/secret.hpp"
#include "server/core/planogram_facts.hpp"

namespace tally::core {
namespace {

using commerce::Cabinet;
using platform::Transaction;

std::string text_of(const std::vector<std::string>& skus) {
  return fmt::format("{}", fmt::join(skus, "\n"));
}

std::vector<std::string> skus_of(std::string_view text) {
  std::vector<std::string> skus;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    skus.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return skus;
}

template <typename T>
Result<T> need(Transaction& transaction, const TenantId& tenant, std::string_view id) {
  auto found = find_row<T>(transaction, tenant, id);
  if (!found) return std::unexpected(std::move(found.error()));
  if (*found) return std::move((*found)->value);
  return fail(CoreError::kMissing, fmt::format("there is no {} {}", kKind<T>, id));
}

Result<commerce::Products> products_of(Transaction& transaction, const TenantId& tenant) {
  auto rows = all_rows<commerce::Product>(transaction, tenant);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<commerce::Product> products;
  for (Row<commerce::Product>& row : *rows) products.push_back(std::move(row.value));
  return commerce::Products::of(tenant, std::move(products));
}

Result<SessionId> busy_with(Transaction& transaction, std::string_view sql,
                            const std::string& who) {
  const auto row = transaction.query_one<SessionId>(sql, who);
  if (!row) return std::unexpected(row.error());
  return *row ? std::get<0>(**row) : SessionId();
}

std::string words_of_all(const std::vector<commerce::Unwell>& reasons) {
  std::vector<std::string_view> words;
  for (const commerce::Unwell reason : reasons) words.push_back(words_of(reason));
  return fmt::format("{}", fmt::join(words, "; "));
}

constexpr std::string_view kBusyCabinet = "SELECT session FROM busy_cabinets WHERE cabinet = $1";
constexpr std::string_view kBusyShopper = "SELECT session FROM busy_shoppers WHERE shopper = $1";

Result<void> use_up(Desk& desk, const commerce::DoorToken& token) {
  const auto used = desk.transaction().execute(
      "INSERT INTO used_door_tokens (nonce, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
      token.cabinet.text() + base32(token.nonce), token.expires);
  if (!used) return std::unexpected(used.error());
  if (*used == 1) {
    desk.hints().cabinets.push_back(token.cabinet);  // Its screen needs a new one.
    return {};
  }
  return fail(CoreError::kTokenUsed, "this code was used before; scan the one on the screen now");
}

Result<void> check_free(const CabinetView& view) {
  if (view.busy.empty()) return {};
  return fail(CoreError::kInUse,
              fmt::format("{} is being used; wait until its door is closed", view.cabinet.name));
}

Result<void> check_open(const CabinetView& view) {
  if (auto free = check_free(view); !free) return free;
  if (!view.unwell.empty()) {
    return fail(CoreError::kClosed, fmt::format("{} does not open now: {}", view.cabinet.name,
                                                words_of_all(view.unwell)));
  }
  if (view.closed.empty()) return {};
  return fail(CoreError::kClosed, fmt::format("{} does not open now: its operator has something "
                                              "to set right first",
                                              view.cabinet.name));
}

// Before the cabinet is looked at: who uses it may be this shopper.
Result<void> check_not_shopping(Desk& desk, const ShopperId& shopper) {
  const auto busy = busy_with(desk.transaction(), kBusyShopper, shopper.text());
  if (!busy) return std::unexpected(busy.error());
  if (busy->empty()) return {};
  return fail(CoreError::kShopping, "you have a cabinet open already; close its door first");
}

Result<void> check_debts(Desk& desk, const ShoppingRequest& request) {
  const auto debts = desk.find<commerce::Debts>(request.tenant, request.shopper.text());
  if (!debts) return std::unexpected(debts.error());
  if (*debts != nullptr && (*debts)->value.standing == commerce::Standing::kLockedOut) {
    return fail(CoreError::kLockedOut,
                "something is still to be paid; pay it in the wallet, and "
                "every cabinet opens again");
  }
  return {};
}

}  // namespace

Result<void> CabinetViewer::read_once() {
  if (std::exchange(read_, true)) return {};
  auto products = products_of(transaction_, tenant_);
  if (!products) return std::unexpected(std::move(products.error()));
  products_ = *std::move(products);
  return {};
}

Result<CabinetView> CabinetViewer::view(const CabinetId& cabinet) {
  if (auto read = read_once(); !read) return std::unexpected(read.error());
  CabinetView view;
  auto found = need<Cabinet>(transaction_, tenant_, cabinet.text());
  if (!found) return std::unexpected(std::move(found.error()));
  view.cabinet = *std::move(found);
  auto market = markets_.find(view.cabinet.market);
  if (market == markets_.end()) {
    auto needed = need<commerce::Market>(transaction_, tenant_, view.cabinet.market.text());
    if (!needed) return std::unexpected(std::move(needed.error()));
    market = markets_.emplace(view.cabinet.market, *std::move(needed)).first;
  }
  view.market = market->second;
  auto valid = planograms_of(transaction_, tenant_, cabinet, commerce::PlanogramState::kApplied);
  if (!valid) return std::unexpected(std::move(valid.error()));
  if (!valid->empty()) view.planogram = std::move(valid->front().value);
  auto health = find_row<commerce::CabinetHealth>(transaction_, tenant_, cabinet.text());
  if (!health) return std::unexpected(std::move(health.error()));
  if (*health) view.health = std::move((*health)->value);
  auto busy = busy_with(transaction_, kBusyCabinet, cabinet.text());
  if (!busy) return std::unexpected(std::move(busy.error()));
  view.busy = *std::move(busy);
  view.unwell = commerce::why_closed(view.health.value_or(commerce::CabinetHealth{}), false);
  commerce::CameraLayout cameras;
  if (view.planogram) {
    auto layout = find_camera_layout(transaction_, tenant_, view.planogram->camera_layout);
    if (!layout) return std::unexpected(std::move(layout.error()));
    if (*layout) cameras = **std::move(layout);
  }
  view.closed = commerce::reasons_closed(view.cabinet, view.planogram ? &*view.planogram : nullptr,
                                         products_, view.market, cameras);
  return view;
}

Result<CabinetView> view_cabinet(Transaction& transaction, const TenantId& tenant,
                                 const CabinetId& cabinet) {
  return CabinetViewer(transaction, tenant).view(cabinet);
}

Result<Row<Cabinet>> cabinet_of_token(Transaction& transaction, std::string_view token,
                                      std::span<const commerce::DoorTokenKey> keys, Instant now) {
  const auto read = commerce::read_door_token(token, keys, now);
  if (!read) return std::unexpected(read.error());
  const auto tenant = transaction.query_one<TenantId>(
      "SELECT tenant FROM aggregates WHERE kind = 'cabinet' AND id = $1", read->cabinet);
  if (!tenant) return std::unexpected(tenant.error());
  if (!*tenant) return fail(CoreError::kMissing, "this cabinet is not in use any more");
  auto row = find_row<Cabinet>(transaction, std::get<0>(**tenant), read->cabinet.text());
  if (!row) return std::unexpected(row.error());
  return **std::move(row);
}

Result<void> begin_shopping(Desk& desk, const ShoppingRequest& request,
                            std::span<const commerce::DoorTokenKey> keys) {
  const auto token = commerce::read_door_token(request.token, keys, desk.now());
  if (!token) return std::unexpected(token.error());
  auto view = view_cabinet(desk.transaction(), request.tenant, token->cabinet);
  if (!view) return std::unexpected(view.error());
  if (auto free = check_not_shopping(desk, request.shopper); !free) return free;
  if (auto open = check_open(*view); !open) return open;
  if (auto may = check_debts(desk, request); !may) return may;
  if (auto used = use_up(desk, *token); !used) return used;
  const auto products = products_of(desk.transaction(), request.tenant);
  if (!products) return std::unexpected(products.error());
  records::SessionDetail detail;
  detail.offers = commerce::offers_of(*products, view->market, desk.now());
  detail.method = request.method;
  detail.provider = request.provider;
  detail.planogram = view->planogram->id;
  detail.camera_layout = view->planogram->camera_layout;
  return desk.begin({.id = request.session,
                     .tenant = request.tenant,
                     .cabinet = token->cabinet,
                     .shopper = request.shopper,
                     .kind = commerce::SessionKind::kShopping,
                     .review = commerce::review_rule(view->market),
                     .policy = request.policy,
                     .hold_amount = view->market.hold,
                     .at = desk.now()},
                    std::move(detail));
}

Result<void> begin_restock(Desk& desk, const RestockRequest& request) {
  auto view = view_cabinet(desk.transaction(), request.tenant, request.cabinet);
  if (!view) return std::unexpected(view.error());
  if (auto free = check_free(*view); !free) return free;
  const auto unwell = commerce::why_closed(view->health.value_or(commerce::CabinetHealth{}), true);
  if (!unwell.empty()) {
    return fail(CoreError::kClosed, fmt::format("{} can't be opened now: {}", view->cabinet.name,
                                                words_of_all(unwell)));
  }
  records::SessionDetail detail;
  detail.user = request.user;
  detail.restock = request.lines;
  if (view->planogram) detail.planogram = view->planogram->id;
  return desk.begin({.id = request.session,
                     .tenant = request.tenant,
                     .cabinet = request.cabinet,
                     .shopper = {},
                     .kind = commerce::SessionKind::kRestock,
                     .review = commerce::review_rule(view->market),
                     .policy = request.policy,
                     .hold_amount = {0, view->market.currency},
                     .at = desk.now()},
                    std::move(detail));
}

Result<void> put_camera_layout(Transaction& transaction, const TenantId& tenant,
                               const commerce::CameraLayout& layout) {
  const auto done = transaction.execute(
      "INSERT INTO camera_layouts (tenant, sha256, skus) VALUES ($1, $2, $3) "
      "ON CONFLICT DO NOTHING",
      tenant, layout.sha256, text_of(layout.skus));
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::optional<commerce::CameraLayout>> find_camera_layout(Transaction& transaction,
                                                                 const TenantId& tenant,
                                                                 std::string_view sha256) {
  const auto row = transaction.query_one<std::string>(
      "SELECT skus FROM camera_layouts WHERE tenant = $1 AND sha256 = $2", tenant, sha256);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<commerce::CameraLayout>();
  return std::optional(commerce::CameraLayout{std::string(sha256), skus_of(std::get<0>(**row))});
}

std::string make_door_token(server::World& world, const CabinetId& cabinet,
                            const commerce::DoorTokenKey& key) {
  commerce::DoorToken token;
  token.cabinet = cabinet;
  token.expires = world.now() + commerce::kDoorTokenLife;
  world.fill_random(token.nonce);
  return commerce::write_door_token(token, key);
}

Result<std::int64_t> purge_door_tokens(Transaction& transaction, Instant now) {
  return transaction.execute(
      "DELETE FROM used_door_tokens WHERE nonce IN (SELECT nonce FROM used_door_tokens "
      "WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
      now - kDoorTokenKept, kDoorTokensPurgedMax);
}

}  // namespace tally::core
