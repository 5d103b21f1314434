#include <set>

#include "commerce/error.hpp"
#include "platform/blobs.hpp"
#include "server/core/doors.hpp"
#include "server/core/planogram_facts.hpp"
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

struct KeptLayout {
  std::string sha256;
  std::size_t bytes = 0;
  LayoutFacts facts;
};

// The file is in the blobs; the tenant has it from now on.
Result<void> note_layout(ApiCall& call, const Services& services, const KeptLayout& layout) {
  const platform::BlobName name{call.tenant(), std::string(kLayoutsOwner), layout.sha256};
  auto kept = platform::add_blob(call.transaction(), services.blobs, name,
                                 platform::BlobKind::kPicture, layout.sha256, call.now);
  if (!kept) return kept;
  return core::put_camera_layout(call.transaction(), call.tenant(),
                                 {layout.sha256, layout.facts.skus});
}

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

// Without the camera layout where none is named.
Result<commerce::EditPlanogram> read_body(const ApiCall& call) {
  BodyReader body(call.body());
  commerce::EditPlanogram wish;
  if (auto layout = body.text_if("camera_layout", 64, 64)) wish.camera_layout = *std::move(layout);
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
  return wish;
}

// What is wished, with the camera layout that was made for it, if one was.
Result<commerce::EditPlanogram> read_wish(ApiCall& call, const Services& services) {
  auto wish = read_body(call);
  if (!wish) return wish;
  if (call.carried.has_value()) {
    const auto& layout = std::any_cast<const KeptLayout&>(call.carried);
    wish->camera_layout = layout.sha256;
    if (auto noted = note_layout(call, services, layout); !noted) {
      return std::unexpected(noted.error());
    }
  }
  const auto layout =
      core::find_camera_layout(call.transaction(), call.tenant(), wish->camera_layout);
  if (!layout) return std::unexpected(layout.error());
  if (!*layout) {
    return fail(CommerceError::kUnknown,
                "planogram.camera_layout: upload it first (POST /v1/camera_layouts)");
  }
  if (auto known = check_products(call, *wish); !known) return std::unexpected(known.error());
  return wish;
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
  auto rows = core::planograms_of(call.transaction(), call.tenant(), *cabinet);
  if (!rows) return std::unexpected(rows.error());
  if (wish->starting_after) {
    const auto found = std::ranges::find(*rows, *wish->starting_after, &Row<Planogram>::id);
    rows->erase(rows->begin(), found == rows->end() ? found : found + 1);
  }
  return page_answer(*rows, wish->limit, planogram_json);
}

// ---- A camera layout for a planogram that names none

// What it is made of, on its way through the stages of a call.
struct Draft {
  LayoutWish wish;
  std::string before;  // SHA-256 of the layout before; empty: there is none.
};

// The layout before is that of the cabinet's newest planogram, whatever its state.
Result<void> find_draft(ApiCall& call, const CabinetId& cabinet) {
  auto body = read_body(call);
  if (!body) return std::unexpected(body.error());
  if (!body->camera_layout.empty()) return {};
  Draft draft;
  draft.wish.shelves = std::move(body->shelves);
  for (const commerce::Shelf& shelf : draft.wish.shelves) {
    for (const commerce::Facing& facing : shelf.facings) {
      if (facing.product.empty() || draft.wish.products.contains(facing.product)) continue;
      const auto product = core::find_row<commerce::Product>(call.transaction(), call.tenant(),
                                                             facing.product.text());
      if (!product) return std::unexpected(product.error());
      if (!*product) {
        return fail(CommerceError::kUnknown,
                    fmt::format("planogram: there is no product {}", facing.product.text()));
      }
      draft.wish.products[facing.product] = {(*product)->value.sku, (*product)->value.size};
    }
  }
  const auto earlier = core::planograms_of(call.transaction(), call.tenant(), cabinet);
  if (!earlier) return std::unexpected(earlier.error());
  if (!earlier->empty()) draft.before = earlier->front().value.camera_layout;
  call.carried = std::move(draft);
  return {};
}

Result<void> draft_for_new(ApiCall& call) {
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  return find_draft(call, *cabinet);
}
Result<void> draft_for_edited(ApiCall& call) {
  const auto row = need_row_in_path<Planogram, LayoutId>(call);
  if (!row) return std::unexpected(row.error());
  return find_draft(call, row->value.cabinet);
}

Result<void> keep_draft(ApiCall& call, const Services& services) {
  if (!call.carried.has_value()) return {};
  auto draft = std::any_cast<Draft>(std::move(call.carried));
  call.carried.reset();
  if (!draft.before.empty()) {
    auto before = services.blobs.read(draft.before);
    if (!before) return std::unexpected(std::move(before.error()));
    draft.wish.before = *std::move(before);
  }
  const auto text = services.draft_layout(draft.wish);
  if (!text) return std::unexpected(text.error());
  auto facts = services.read_layout(*text);
  if (!facts) return std::unexpected(facts.error());
  auto sha256 = services.blobs.put(*text);
  if (!sha256) return std::unexpected(sha256.error());
  call.carried = KeptLayout{*std::move(sha256), text->size(), *std::move(facts)};
  return {};
}

Result<ApiAnswer> create_planogram(ApiCall& call, Services& services) {
  const auto wish = read_wish(call, services);
  if (!wish) return std::unexpected(wish.error());
  const auto cabinet = cabinet_in_path(call);
  if (!cabinet) return std::unexpected(cabinet.error());
  const auto earlier = core::planograms_of(call.transaction(), call.tenant(), *cabinet);
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
  if (auto noted = core::note_facts(call.transaction(), *row); !noted) {
    return std::unexpected(noted.error());
  }
  return api::answer(201, planogram_json(*row));
}

Result<ApiAnswer> change(ApiCall& call, Services& services, const commerce::PlanogramEvent& event) {
  auto row = need_row_in_path<Planogram, LayoutId>(call);
  if (!row) return std::unexpected(row.error());
  auto next = step(row->value, event);
  if (!next) return std::unexpected(next.error());
  row->value = *std::move(next);
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  if (auto noted = core::note_facts(call.transaction(), *row); !noted) {
    return std::unexpected(noted.error());
  }
  return api::answer(200, planogram_json(*row));
}

void add_planograms(api::Api& api, Services& services) {
  api.add({.operation = "list_planograms", .run = list_planograms});
  api.add({.operation = "create_planogram",
           .run = [&services](ApiCall& call) { return create_planogram(call, services); },
           .look = draft_for_new,
           .slow = [&services](ApiCall& call) { return keep_draft(call, services); }});
  api.add({.operation = "get_planogram", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Planogram, LayoutId>(call);
             if (!row) return std::unexpected(row.error());
             return api::answer(200, planogram_json(*row));
           }});
  api.add({.operation = "edit_planogram",
           .run = [&services](ApiCall& call) -> Result<ApiAnswer> {
             const auto wish = read_wish(call, services);
             if (!wish) return std::unexpected(wish.error());
             return change(call, services, *wish);
           },
           .look = draft_for_edited,
           .slow = [&services](ApiCall& call) { return keep_draft(call, services); }});
  api.add({.operation = "publish_planogram", .run = [&services](ApiCall& call) {
             return change(call, services, commerce::PublishPlanogram{call.now});
           }});
  api.add({.operation = "withdraw_planogram", .run = [&services](ApiCall& call) {
             return change(call, services, commerce::WithdrawPlanogram{call.now});
           }});
}

// ---- Camera layouts

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
  if (auto noted = note_layout(call, services, layout); !noted) {
    return std::unexpected(noted.error());
  }
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
