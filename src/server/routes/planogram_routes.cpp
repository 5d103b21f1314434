#include <set>

#include "commerce/error.hpp"
#include "platform/blobs.hpp"
#include "server/core/doors.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"
#include "server/routes/uploads.hpp"

namespace tally::routes {
namespace {

using commerce::CommerceError;
using commerce::Planogram;
using core::Row;

constexpr std::size_t kLayoutBytesMax = 1U << 20U;
constexpr std::string_view kLayoutsOwner = "camera_layouts";

json shelf_json(const commerce::Shelf& shelf) {
  json facings = json::array();
  for (const commerce::Facing& facing : shelf.facings) {
    facings.push_back({{"id", facing.id},
                       {"product", json_of_id(facing.product)},
                       {"capacity", facing.capacity},
                       {"par_level", facing.par_level}});
  }
  return {{"id", shelf.id}, {"facings", std::move(facings)}};
}

json planogram_json(const Row<Planogram>& row) {
  json shelves = json::array();
  for (const commerce::Shelf& shelf : row.value.shelves) shelves.push_back(shelf_json(shelf));
  return {{"id", row.id},
          {"cabinet", row.value.cabinet.text()},
          {"version", row.value.version},
          {"camera_layout", row.value.camera_layout},
          {"shelves", std::move(shelves)},
          {"state", name_of(row.value.state)},
          {"published_at", json_of(row.value.published_at)},
          {"applied_at", json_of(row.value.applied_at)},
          {"ended_at", json_of(row.value.ended_at)}};
}

// What stands in it must be the tenant's.
Result<void> check_products(const ApiCall& call, const commerce::EditPlanogram& wish) {
  std::set<ProductId> products;
  for (const commerce::Shelf& shelf : wish.shelves) {
    for (const commerce::Facing& facing : shelf.facings) products.insert(facing.product);
  }
  for (const ProductId& product : products) {
    if (product.empty()) continue;
    const auto row =
        core::find_row<commerce::Product>(call.transaction(), call.tenant(), product.text());
    if (!row) return std::unexpected(row.error());
    if (*row) continue;
    return fail(CommerceError::kUnknown,
                fmt::format("planogram: there is no product {}", product.text()));
  }
  return {};
}

Result<commerce::EditPlanogram> read_wish(const ApiCall& call) {
  BodyReader body(call.body());
  commerce::EditPlanogram wish;
  wish.camera_layout = body.text("camera_layout", 64, 64);
  body.each("shelves", commerce::kShelvesMax, [&](BodyReader& shelf) {
    commerce::Shelf& made = wish.shelves.emplace_back();
    made.id = shelf.text("id", 64);
    shelf.each("facings", commerce::kFacingsMax, [&](BodyReader& facing) {
      commerce::Facing& place = made.facings.emplace_back();
      place.id = facing.text("id", 64);
      if (!facing.is_null("product")) place.product = facing.id<ProductId>("product");
      place.capacity = facing.integer("capacity", 1, commerce::kFacingCapacityMax);
      place.par_level = facing.integer("par_level", 0, commerce::kFacingCapacityMax);
    });
  });
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto layout =
      core::find_camera_layout(call.transaction(), call.tenant(), wish.camera_layout);
  if (!layout) return std::unexpected(layout.error());
  if (!*layout) {
    return fail(CommerceError::kUnknown,
                "planogram.camera_layout: upload it first (POST /v1/camera_layouts)");
  }
  if (auto known = check_products(call, wish); !known) return std::unexpected(known.error());
  return wish;
}

// A cabinet's planograms, newest first.
Result<std::vector<Row<Planogram>>> planograms_of(const ApiCall& call, const CabinetId& cabinet) {
  auto rows = core::all_rows<Planogram>(call.transaction(), call.tenant());
  if (!rows) return rows;
  std::erase_if(*rows, [&](const Row<Planogram>& row) { return row.value.cabinet != cabinet; });
  return rows;
}

Result<CabinetId> cabinet_in_path(const ApiCall& call) {
  const auto row = need_row_in_path<commerce::Cabinet, CabinetId>(call);
  if (!row) return std::unexpected(row.error());
  return row->value.id;
}

Result<ApiAnswer> list_planograms(ApiCall& call) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  auto rows = planograms_of(call, *cabinet);
  if (!rows) return std::unexpected(rows.error());
  if (wish->starting_after) {
    const auto found = std::ranges::find(*rows, *wish->starting_after, &Row<Planogram>::id);
    rows->erase(rows->begin(), found == rows->end() ? found : found + 1);
  }
  return page_answer(*rows, wish->limit, planogram_json);
}

Result<ApiAnswer> create_planogram(ApiCall& call, Services& services) {
  const auto wish = read_wish(call);
  if (!wish) return std::unexpected(wish.error());
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  const auto earlier = planograms_of(call, *cabinet);
  if (!earlier) return std::unexpected(earlier.error());
  Planogram planogram{.id = call.world.new_id<LayoutId>(),
                      .cabinet = *cabinet,
                      .version = 1,
                      .camera_layout = wish->camera_layout,
                      .shelves = wish->shelves};
  for (const Row<Planogram>& row : *earlier) {
    planogram.version = std::max(planogram.version, row.value.version + 1);
  }
  if (auto right = check(planogram); !right) return std::unexpected(right.error());
  const auto row = create(call, services.board, std::move(planogram));
  if (!row) return std::unexpected(row.error());
  return api::answer(201, planogram_json(*row));
}

Result<ApiAnswer> change(ApiCall& call, Services& services, const commerce::PlanogramEvent& event) {
  auto row = need_row_in_path<Planogram, LayoutId>(call);
  if (!row) return std::unexpected(row.error());
  auto next = step(row->value, event);
  if (!next) return std::unexpected(next.error());
  row->value = *std::move(next);
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  return api::answer(200, planogram_json(*row));
}

void add_planograms(api::Api& api, Services& services) {
  api.add({.operation = "list_planograms", .run = list_planograms});
  api.add({.operation = "create_planogram",
           .run = [&services](ApiCall& call) { return create_planogram(call, services); }});
  api.add({.operation = "get_planogram", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Planogram, LayoutId>(call);
             if (!row) return std::unexpected(row.error());
             return api::answer(200, planogram_json(*row));
           }});
  api.add({.operation = "edit_planogram", .run = [&services](ApiCall& call) -> Result<ApiAnswer> {
             const auto wish = read_wish(call);
             if (!wish) return std::unexpected(wish.error());
             return change(call, services, *wish);
           }});
  api.add({.operation = "publish_planogram", .run = [&services](ApiCall& call) {
             return change(call, services, commerce::PublishPlanogram{call.now});
           }});
  api.add({.operation = "withdraw_planogram", .run = [&services](ApiCall& call) {
             return change(call, services, commerce::WithdrawPlanogram{call.now});
           }});
}

// ---- Camera layouts

struct KeptLayout {
  std::string sha256;
  std::size_t bytes = 0;
  LayoutFacts facts;
};

Result<void> keep_layout(ApiCall& call, const Services& services) {
  const auto text = read_upload(call, kLayoutBytesMax);
  if (!text) return std::unexpected(text.error());
  auto facts = services.read_layout(*text);
  if (!facts) return std::unexpected(facts.error());
  auto sha256 = services.blobs.put(*text);
  if (!sha256) return std::unexpected(sha256.error());
  call.carried = KeptLayout{*std::move(sha256), text->size(), *std::move(facts)};
  return {};
}

Result<ApiAnswer> add_layout(ApiCall& call, const Services& services) {
  const auto& layout = std::any_cast<const KeptLayout&>(call.carried);
  const platform::BlobName name{call.tenant(), std::string(kLayoutsOwner), layout.sha256};
  const auto kept = platform::add_blob(call.transaction(), services.blobs, name,
                                       platform::BlobKind::kPicture, layout.sha256, call.now);
  if (!kept) return std::unexpected(kept.error());
  const auto put = core::put_camera_layout(call.transaction(), call.tenant(),
                                           {layout.sha256, layout.facts.skus});
  if (!put) return std::unexpected(put.error());
  return api::answer(201, {{"sha256", layout.sha256},
                           {"bytes", layout.bytes},
                           {"skus", layout.facts.skus},
                           {"cameras", layout.facts.cameras}});
}

Result<ApiAnswer> get_layout(ApiCall& call, const Services& services) {
  const auto entry = platform::find_blob(
      call.transaction(), {call.tenant(), std::string(kLayoutsOwner), call.path("sha256")});
  if (!entry) return std::unexpected(entry.error());
  if (!*entry) return fail(ApiError::kNotFound, "there is no such layout");
  ApiAnswer answer{.body = http::FileBody{services.blobs.path_of((*entry)->sha256)}};
  answer.headers.add("Content-Type", "application/toml");
  return answer;
}

}  // namespace

void add_planogram_routes(api::Api& api, Services& services) {
  add_planograms(api, services);
  api.add({.operation = "create_camera_layout",
           .run = [&services](ApiCall& call) { return add_layout(call, services); },
           .slow = [&services](ApiCall& call) { return keep_layout(call, services); },
           .open_upload =
               [&services](ApiCall& call) {
                 return open_upload(call, services, {"application/toml"}, kLayoutBytesMax);
               }});
  api.add({.operation = "get_camera_layout",
           .run = [&services](ApiCall& call) { return get_layout(call, services); }});
}

}  // namespace tally::routes
