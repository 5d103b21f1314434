#include "server/serve/demo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/files.hpp"
#include "perception/cart/layout.hpp"
#include "perception/identify/enrol.hpp"
#include "platform/blobs.hpp"
#include "server/core/doors.hpp"
#include "server/core/photo_book.hpp"
#include "server/core/planogram_facts.hpp"
#include "server/core/sku_book.hpp"
#include "server/core/stock_book.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/tenants.hpp"

namespace tally::serve {
namespace {

namespace fs = std::filesystem;
using core::Desk;

constexpr std::size_t kPhotoBytesMax = std::size_t{16} << 20U;
constexpr std::size_t kLayoutBytesMax = std::size_t{1} << 20U;
constexpr std::int64_t kHoldMinor = 2'500;
constexpr int kTaxRate = 1'900;
constexpr std::string_view kCabinetName = "Cooler in the corner";
constexpr std::string_view kNextCabinetName = "Cooler next to it";

// What of a session's folder goes into the store.
struct Goods {
  std::string prefix;  // Of the skus: another session's "p13" is another product.
  std::string layout_text;
  cart::Layout layout;
  std::string layout_sha256;
  std::vector<commerce::Product> products;
  std::map<std::string, std::string> photo_names;  // As the API looks for them, by their content.
};

// The layout's text with `prefix` before every product's id.
std::string with_prefix(std::string text, const cart::Layout& layout, const std::string& prefix) {
  if (prefix.empty()) return text;
  for (const cart::LayoutProduct& product : layout.products) {
    const std::string from = fmt::format("\"{}\"", product.id);
    const std::string to = fmt::format("\"{}{}\"", prefix, product.id);
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, from.size(), to);
      at += to.size();
    }
  }
  return text;
}

Result<void> read_layout(const fs::path& session, Goods& goods) {
  const fs::path file = session / "layout.toml";
  auto text = read_file(file, kLayoutBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto as_it_is = cart::parse_layout(*text, file.string());
  if (!as_it_is) return std::unexpected(as_it_is.error());
  goods.layout_text = with_prefix(*std::move(text), *as_it_is, goods.prefix);
  auto layout = cart::parse_layout(goods.layout_text, file.string());
  if (!layout) return std::unexpected(std::move(layout.error()));
  goods.layout = *std::move(layout);
  return {};
}

Result<Goods> read_goods(const Serve& server, const fs::path& session, std::string prefix,
                         const TenantId& tenant, server::World& world) {
  Goods goods;
  goods.prefix = std::move(prefix);
  if (auto read = read_layout(session, goods); !read) return std::unexpected(read.error());
  auto sha256 = server.blobs().put(goods.layout_text);
  if (!sha256) return std::unexpected(std::move(sha256.error()));
  goods.layout_sha256 = *std::move(sha256);
  const auto photos = identify::list_product_photos(session / "products");
  if (!photos) return std::unexpected(photos.error());
  for (const cart::LayoutProduct& one : goods.layout.products) {
    commerce::Product product{.id = world.new_id<ProductId>(),
                              .tenant = tenant,
                              .sku = one.id,
                              .name = fmt::format("Product {}", one.id),
                              .gtin = {},
                              .photos = {}};
    const auto mine = std::ranges::find(*photos, one.id.substr(goods.prefix.size()),
                                        &identify::ProductPhotos::id);
    if (mine != photos->end()) {
      for (const fs::path& file : mine->photos) {
        const auto content = read_file(file, kPhotoBytesMax);
        if (!content) return std::unexpected(content.error());
        auto photo = server.blobs().put(*content);
        if (!photo) return std::unexpected(std::move(photo.error()));
        goods.photo_names[*photo] = *photo + (file.extension() == ".png" ? ".png" : ".jpeg");
        product.photos.push_back(*std::move(photo));
      }
    }
    goods.products.push_back(std::move(product));
  }
  return goods;
}

template <typename T>
Result<void> save(Desk& desk, const TenantId& tenant, T value) {
  std::string id = value.id.text();
  core::Row<T> row{std::move(value), tenant, std::move(id), 0, desk.now()};
  auto saved = core::save_row(desk.transaction(), row, desk.now());
  return saved ? core::note_facts(desk.transaction(), row) : saved;
}

commerce::Planogram planogram_of(const Goods& goods, const CabinetId& cabinet, LayoutId id) {
  commerce::Planogram planogram;
  planogram.id = std::move(id);
  planogram.cabinet = cabinet;
  planogram.camera_layout = goods.layout_sha256;
  for (const cart::LayoutShelf& shelf : goods.layout.shelves) {
    planogram.shelves.push_back({shelf.id, {}});
  }
  if (planogram.shelves.empty()) planogram.shelves.push_back({"shelf", {}});
  for (const cart::LayoutFacing& facing : goods.layout.facings) {
    const std::size_t shelf = facing.place ? facing.place->shelf : 0;
    planogram.shelves[shelf].facings.push_back(
        {facing.id, goods.products[facing.product].id, kDemoStock * 2, 1});
  }
  return planogram;
}

// Draft, published, applied: as a restocker would, who has just filled the cabinet.
Result<void> put_planogram(Desk& desk, const TenantId& tenant, commerce::Planogram planogram) {
  const commerce::PlanogramEvent events[] = {commerce::PublishPlanogram{desk.now()},
                                             commerce::ApplyPlanogram{desk.now()}};
  for (const commerce::PlanogramEvent& event : events) {
    auto next = commerce::step(planogram, event);
    if (!next) return std::unexpected(next.error());
    planogram = *std::move(next);
  }
  return save(desk, tenant, std::move(planogram));
}

Result<void> fill(Desk& desk, const TenantId& tenant, const UserId& user,
                  const commerce::Planogram& planogram) {
  commerce::SetParLevels par{desk.now(), {}};
  commerce::CountStock count;
  for (const auto& [product, room] : commerce::room_of(planogram)) {
    par.par_levels[product] = room.par_level;
    commerce::StockCount one;
    one.id = desk.world().new_id<MovementId>();
    one.key = fmt::format("set-up/{}/{}", planogram.cabinet.text(), product.text());
    one.product = product;
    one.counted = room.capacity / 2;
    one.at = desk.now();
    one.source.user = user;
    count.counts.push_back(std::move(one));
  }
  auto levels = core::move_stock(desk.transaction(), tenant, planogram.cabinet, par);
  if (!levels) return std::unexpected(levels.error());
  auto counted = core::move_stock(desk.transaction(), tenant, planogram.cabinet, count);
  return counted ? Result<void>{} : std::unexpected(counted.error());
}

struct Place {
  commerce::Site site;
  commerce::Market market;
  std::vector<commerce::Cabinet> cabinets;
  std::vector<Goods> goods;           // Of each session's folder, once.
  std::vector<std::size_t> goods_of;  // Of each cabinet.
};

std::string name_of_cabinet(int index) {
  if (index == 0) return std::string(kCabinetName);
  return index == 1 ? std::string(kNextCabinetName)
                    : fmt::format("{} ({})", kNextCabinetName, index);
}

Result<Place> place_of(const Serve& server, const std::vector<fs::path>& sessions,
                       const TenantId& tenant, server::World& world) {
  const Currency euro = *Currency::parse("EUR");
  Place place;
  for (auto session = sessions.begin(); session != sessions.end(); ++session) {
    const auto known = std::find(sessions.begin(), session, *session);
    if (known != session) {
      place.goods_of.push_back(place.goods_of[static_cast<std::size_t>(known - sessions.begin())]);
      continue;
    }
    const bool first = place.goods.empty();
    auto goods = read_goods(server, *session,
                            first ? "" : fmt::format("{}-", place.goods.size() + 1), tenant, world);
    if (!goods) return std::unexpected(std::move(goods.error()));
    place.goods_of.push_back(place.goods.size());
    place.goods.push_back(*std::move(goods));
  }
  place.site = {world.new_id<SiteId>(), tenant, "Around the corner", ""};
  place.market.id = world.new_id<MarketId>();
  place.market.tenant = tenant;
  place.market.name = "Demo";
  place.market.currency = euro;
  place.market.hold = {kHoldMinor, euro};
  for (const Goods& goods : place.goods) {
    for (std::size_t i = 0; i < goods.products.size(); ++i) {
      place.market.prices[goods.products[i].id] = {
          {goods.layout.products[i].price_minor.value_or(100), euro}, kTaxRate};
    }
  }
  for (int i = 0; i < std::ssize(sessions); ++i) {
    place.cabinets.push_back(
        {world.new_id<CabinetId>(), tenant, place.site.id, place.market.id, name_of_cabinet(i)});
  }
  return place;
}

Result<void> put_goods(Desk& desk, const Serve& server, const TenantId& tenant,
                       const Goods& goods) {
  commerce::CameraLayout cameras{goods.layout_sha256, {}};
  for (const commerce::Product& product : goods.products) {
    cameras.skus.push_back(product.sku);
    if (auto taken = core::take_sku(desk.transaction(), product, desk.now()); !taken) return taken;
    if (auto saved = save(desk, tenant, product); !saved) return saved;
    for (const std::string& photo : product.photos) {
      auto kept = platform::add_blob(desk.transaction(), server.blobs(),
                                     {tenant, product.id.text(), goods.photo_names.at(photo)},
                                     platform::BlobKind::kPicture, photo, desk.now());
      if (kept) kept = core::want_photo(desk.transaction(), photo);
      if (!kept) return kept;
    }
  }
  if (auto put = core::put_camera_layout(desk.transaction(), tenant, cameras); !put) return put;
  return platform::add_blob(desk.transaction(), server.blobs(),
                            {tenant, "camera_layouts", goods.layout_sha256},
                            platform::BlobKind::kPicture, goods.layout_sha256, desk.now());
}

Result<void> put_place(Desk& desk, const Serve& server, const TenantId& tenant, const UserId& owner,
                       const Place& place) {
  Result<void> done = save(desk, tenant, place.site);
  if (done) done = save(desk, tenant, place.market);
  for (const Goods& goods : place.goods) {
    if (done) done = put_goods(desk, server, tenant, goods);
  }
  for (std::size_t i = 0; i < place.cabinets.size(); ++i) {
    const auto planogram = planogram_of(place.goods[place.goods_of[i]], place.cabinets[i].id,
                                        desk.world().new_id<LayoutId>());
    if (done) done = save(desk, tenant, place.cabinets[i]);
    if (done) done = put_planogram(desk, tenant, planogram);
    if (done) done = fill(desk, tenant, owner, planogram);
  }
  return done;
}

Result<std::optional<Demo>> find_demo(Serve& server) {
  return server.office().look_and_wait(
      [](platform::Transaction& transaction) -> Result<std::optional<Demo>> {
        const auto tenant = identity::only_tenant(transaction);
        if (!tenant) return std::unexpected(tenant.error());
        if (!*tenant) return std::optional<Demo>();
        const auto cabinets = core::all_rows<commerce::Cabinet>(transaction, (*tenant)->id);
        if (!cabinets) return std::unexpected(cabinets.error());
        if (cabinets->empty()) return std::optional<Demo>();
        Demo demo{(*tenant)->id, {}};
        for (const auto& row : *cabinets)
          demo.cabinets.push_back({row.value.id, row.value.name, ""});
        std::ranges::sort(demo.cabinets, {}, &DemoCabinet::name);
        return std::optional(std::move(demo));
      });
}

Result<Demo> make_demo(Serve& server, const std::vector<fs::path>& sessions, server::World& world) {
  const auto password = identity::make_password(world, kDemoPassword, kDemoOwner);
  if (!password) return std::unexpected(password.error());
  auto set_up = server.office().act_and_wait([&](Desk& desk) {
    return identity::set_up(desk.transaction(), world,
                            {.name = "Corner Coolers",
                             .owner = {.email = std::string(kDemoOwner),
                                       .name = "Owner",
                                       .role = identity::Role::kOwner,
                                       .password = *password}});
  });
  if (!set_up) return std::unexpected(std::move(set_up.error()));
  const TenantId tenant = set_up->tenant.id;
  const auto place = place_of(server, sessions, tenant, world);
  if (!place) return std::unexpected(place.error());
  const auto put = server.office().act_and_wait(
      [&](Desk& desk) { return put_place(desk, server, tenant, set_up->owner.id, *place); });
  if (!put) return std::unexpected(put.error());
  Demo demo{tenant, {}};
  for (const commerce::Cabinet& cabinet : place->cabinets) {
    demo.cabinets.push_back({cabinet.id, cabinet.name, ""});
  }
  return demo;
}

}  // namespace

Result<Demo> set_up_demo(Serve& server, const std::vector<fs::path>& sessions, std::size_t least,
                         server::World& world) {
  auto found = find_demo(server);
  if (!found) return std::unexpected(std::move(found.error()));
  auto demo = *found ? Result<Demo>(**std::move(found)) : make_demo(server, sessions, world);
  if (!demo) return demo;
  if (demo->cabinets.size() < least) {
    return fail(config::ConfigError::kValue,
                fmt::format("a demo with {} cabinets is there already: ask for as many, or choose "
                            "another data folder",
                            demo->cabinets.size()));
  }
  demo->cabinets.resize(std::min(demo->cabinets.size(), sessions.size()));
  const auto issued = server.office().act_and_wait([&](Desk& desk) -> Result<void> {
    for (DemoCabinet& cabinet : demo->cabinets) {
      auto code =
          identity::issue_provisioning_code(desk.transaction(), world, demo->tenant, cabinet.id);
      if (!code) return std::unexpected(std::move(code.error()));
      cabinet.provisioning_code = std::move(code->code);
    }
    return {};
  });
  if (!issued) return std::unexpected(issued.error());
  return demo;
}

}  // namespace tally::serve
