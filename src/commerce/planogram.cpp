#include "commerce/planogram.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"

namespace tally::commerce {
namespace {

constexpr std::string_view kMachine = "planogram";

Result<void> check_facing(const std::string& field, const Facing& facing) {
  return first_error(check_text(field + ".id", facing.id),
                     check_range(field + ".capacity", facing.capacity, 1, kFacingCapacityMax),
                     check_range(field + ".par_level", facing.par_level, 0, facing.capacity));
}

Result<void> twice(std::string_view field, std::string_view id) {
  return fail(CommerceError::kDuplicate,
              fmt::format("{}.id: \"{}\" is there twice; choose another", field, id));
}

Result<void> check_shelves(const std::vector<Shelf>& shelves) {
  if (shelves.size() > kShelvesMax) {
    return fail(CommerceError::kLimit, fmt::format("planogram.shelves: are {}, and {} are the most",
                                                   shelves.size(), kShelvesMax));
  }
  std::set<std::string_view> shelf_ids;
  std::set<std::string_view> facing_ids;
  for (std::size_t s = 0; s < shelves.size(); ++s) {
    const Shelf& shelf = shelves[s];
    const std::string at = fmt::format("planogram.shelves[{}]", s);
    if (auto good = check_text(at + ".id", shelf.id); !good) return good;
    if (!shelf_ids.insert(shelf.id).second) return twice(at, shelf.id);
    for (std::size_t f = 0; f < shelf.facings.size(); ++f) {
      const std::string field = fmt::format("{}.facings[{}]", at, f);
      if (auto good = check_facing(field, shelf.facings[f]); !good) return good;
      if (!facing_ids.insert(shelf.facings[f].id).second) return twice(field, shelf.facings[f].id);
      if (facing_ids.size() > kFacingsMax) {
        return fail(
            CommerceError::kLimit,
            fmt::format("{}: is one more than the {} that a cabinet may have", field, kFacingsMax));
      }
    }
  }
  return {};
}

PlanogramState target_of(PlanogramState from, PlanogramEventKind on) {
  for (const PlanogramTransition& row : kPlanogramTransitions) {
    if (row.from == from && row.on == on) return row.to;
  }
  return PlanogramState::kCount;
}

// What an event brings besides the new state.
struct Bring {
  Planogram& planogram;

  Result<void> operator()(const EditPlanogram& edit) const {
    planogram.camera_layout = edit.camera_layout;
    planogram.shelves = edit.shelves;
    return check(planogram);
  }
  Result<void> operator()(const PublishPlanogram& publish) const {
    planogram.published_at = publish.at;
    return check(planogram);
  }
  Result<void> operator()(const ApplyPlanogram& apply) const {
    planogram.applied_at = apply.at;
    return {};
  }
  Result<void> operator()(const ReplacePlanogram& replace) const {
    planogram.ended_at = replace.at;
    return {};
  }
  Result<void> operator()(const WithdrawPlanogram& withdraw) const {
    planogram.ended_at = withdraw.at;
    return {};
  }
};

}  // namespace

std::string_view name_of(PlanogramState state) {
  switch (state) {
    case PlanogramState::kDraft:
      return "draft";
    case PlanogramState::kPublished:
      return "published";
    case PlanogramState::kApplied:
      return "applied";
    case PlanogramState::kReplaced:
      return "replaced";
    case PlanogramState::kWithdrawn:
      return "withdrawn";
    case PlanogramState::kCount:
      break;
  }
  std::abort();
}

std::string_view name_of(PlanogramEventKind kind) {
  switch (kind) {
    case PlanogramEventKind::kEdit:
      return "edit";
    case PlanogramEventKind::kPublish:
      return "publish";
    case PlanogramEventKind::kApply:
      return "apply";
    case PlanogramEventKind::kReplace:
      return "replace";
    case PlanogramEventKind::kWithdraw:
      return "withdraw";
    case PlanogramEventKind::kCount:
      break;
  }
  std::abort();
}

std::span<const PlanogramTransition> planogram_transitions() { return kPlanogramTransitions; }

Result<void> check(const Planogram& planogram) {
  return first_error(check_id("planogram.id", planogram.id),
                     check_id("planogram.cabinet", planogram.cabinet),
                     check_range("planogram.version", planogram.version, 1, INT32_MAX),
                     check_sha256("planogram.camera_layout", planogram.camera_layout),
                     check_shelves(planogram.shelves));
}

PlanogramEventKind kind_of(const PlanogramEvent& event) {
  static_assert(std::variant_size_v<PlanogramEvent> ==
                static_cast<std::size_t>(PlanogramEventKind::kCount));
  return static_cast<PlanogramEventKind>(event.index());
}

Result<Planogram> step(const Planogram& planogram, const PlanogramEvent& event) {
  const PlanogramState to = target_of(planogram.state, kind_of(event));
  if (to == PlanogramState::kCount) return illegal(kMachine, planogram.state, kind_of(event));
  Planogram next = planogram;
  next.state = to;
  if (const auto good = std::visit(Bring{next}, event); !good) {
    return std::unexpected(good.error());
  }
  return next;
}

std::map<ProductId, ProductRoom> room_of(const Planogram& planogram) {
  std::map<ProductId, ProductRoom> rooms;
  for (const Shelf& shelf : planogram.shelves) {
    for (const Facing& facing : shelf.facings) {
      if (facing.product.empty()) continue;
      ProductRoom& room = rooms[facing.product];
      room.capacity += facing.capacity;
      room.par_level += facing.par_level;
    }
  }
  return rooms;
}

}  // namespace tally::commerce
