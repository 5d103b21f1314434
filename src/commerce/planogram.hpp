// The commercial layout of a cabinet: which product stands where, how many fit, how many should be
// there. Where cameras see it is perception's layout file, named here by its content alone.
//
// A cabinet's planograms are numbered versions. One is drafted and edited at a desk, published when
// it is what should be, and applied when somebody restocks the cabinet: until then goods stand
// as in the one before. At most one of a cabinet is applied, and that is the valid one.
//
// Thread-safety: values and pure functions. Errors: kInvalid, kLimit, kDuplicate, kTransition of
// CommerceError.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

// As of perception's layout files.
inline constexpr std::size_t kShelvesMax = 32;
inline constexpr std::size_t kFacingsMax = 500;  // Of all shelves together.
inline constexpr std::int64_t kFacingCapacityMax = 200;

// One product's place on a shelf.
struct Facing {
  std::string id;     // As in perception's layout; unique in the cabinet.
  ProductId product;  // Empty: nothing stands there yet; such a cabinet does not open.
  std::int64_t capacity = 1;
  std::int64_t par_level = 0;  // Fewer than this are an alert; at most the capacity.

  friend bool operator==(const Facing&, const Facing&) = default;
};

struct Shelf {
  std::string id;               // Unique in the cabinet.
  std::vector<Facing> facings;  // From left to right.

  friend bool operator==(const Shelf&, const Shelf&) = default;
};

enum class PlanogramState : std::uint8_t {
  kDraft,      // May be edited.
  kPublished,  // Fixed; applies at the next restock.
  kApplied,    // What stands in the cabinet: the valid one.
  kReplaced,   // Was applied; another one is now. Final.
  kWithdrawn,  // Will never be applied. Final.
  kCount,      // No state: how many there are.
};
[[nodiscard]] std::string_view name_of(PlanogramState state);

enum class PlanogramEventKind : std::uint8_t {
  kEdit,
  kPublish,
  kApply,
  kReplace,
  kWithdraw,
  kCount,  // No event: how many there are.
};
[[nodiscard]] std::string_view name_of(PlanogramEventKind kind);

using PlanogramTransition = Transition<PlanogramState, PlanogramEventKind>;
inline constexpr std::array<PlanogramTransition, 6> kPlanogramTransitions{{
    {PlanogramState::kDraft, PlanogramEventKind::kEdit, PlanogramState::kDraft, ""},
    {PlanogramState::kDraft, PlanogramEventKind::kPublish, PlanogramState::kPublished, ""},
    {PlanogramState::kDraft, PlanogramEventKind::kWithdraw, PlanogramState::kWithdrawn, ""},
    {PlanogramState::kPublished, PlanogramEventKind::kApply, PlanogramState::kApplied, ""},
    {PlanogramState::kPublished, PlanogramEventKind::kWithdraw, PlanogramState::kWithdrawn, ""},
    {PlanogramState::kApplied, PlanogramEventKind::kReplace, PlanogramState::kReplaced, ""},
}};
[[nodiscard]] std::span<const PlanogramTransition> planogram_transitions();

struct Planogram {
  LayoutId id;
  CabinetId cabinet;
  std::int64_t version = 1;   // Counts up per cabinet.
  std::string camera_layout;  // SHA-256 of perception's layout file that goes with it.
  std::vector<Shelf> shelves;
  PlanogramState state = PlanogramState::kDraft;
  std::optional<Instant> published_at{};
  std::optional<Instant> applied_at{};
  std::optional<Instant> ended_at{};  // Replaced or withdrawn.

  friend bool operator==(const Planogram&, const Planogram&) = default;
};

// Right in itself: ids, limits, par levels. A facing without product is right in a draft.
Result<void> check(const Planogram& planogram);

struct EditPlanogram {
  std::string camera_layout;
  std::vector<Shelf> shelves;
};
struct PublishPlanogram {
  Instant at;
};
struct ApplyPlanogram {
  Instant at;
};
struct ReplacePlanogram {
  Instant at;
};
struct WithdrawPlanogram {
  Instant at;
};
using PlanogramEvent = std::variant<EditPlanogram, PublishPlanogram, ApplyPlanogram,
                                    ReplacePlanogram, WithdrawPlanogram>;
[[nodiscard]] PlanogramEventKind kind_of(const PlanogramEvent& event);

// The planogram after the event; there are no effects but the change itself. Editing and publishing
// check it.
Result<Planogram> step(const Planogram& planogram, const PlanogramEvent& event);

// Sums over all facings of a product.
struct ProductRoom {
  std::int64_t capacity = 0;
  std::int64_t par_level = 0;

  friend bool operator==(const ProductRoom&, const ProductRoom&) = default;
};
[[nodiscard]] std::map<ProductId, ProductRoom> room_of(const Planogram& planogram);

}  // namespace tally::commerce
