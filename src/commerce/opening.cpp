#include "commerce/opening.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace tally::commerce {
namespace {

class Reasons {
 public:
  Reasons(const Products& products, const Market& market, const CameraLayout& cameras)
      : products_(products), market_(market), seen_(cameras.skus.begin(), cameras.skus.end()) {}

  void add(ClosedReason reason, std::string words) {
    closed_.push_back({reason, std::move(words)});
  }

  void look_at(const Shelf& shelf, const Facing& facing) {
    const std::string where = fmt::format("facing \"{}\" on shelf \"{}\"", facing.id, shelf.id);
    if (facing.product.empty()) {
      return add(ClosedReason::kFacingEmpty,
                 fmt::format("{} has no product: give it one, or take the facing out", where));
    }
    if (!looked_at_.insert(facing.product).second) return;
    const Product* product = products_.find(facing.product);
    if (product == nullptr) {
      return add(ClosedReason::kProductUnknown,
                 fmt::format("{} holds {}, which is not in the catalog: add it, or choose another",
                             where, facing.product.text()));
    }
    look_at_price(*product);
    if (!seen_.contains(product->sku)) {
      add(ClosedReason::kUnseenByCameras,
          fmt::format("{} holds \"{}\", which the cameras' layout does not name: add it there, or "
                      "it is taken unseen",
                      where, product->sku));
    }
  }

  // What cameras may name, though it has no facing: it would come up in a cart.
  void look_at_seen() {
    for (const std::string_view sku : seen_) {
      const Product* product = products_.find_sku(sku);
      if (product == nullptr) {
        add(ClosedReason::kUnknownToCatalog,
            fmt::format("the cameras' layout names \"{}\", which is no sku in the catalog: add it, "
                        "or take it out of the layout",
                        sku));
      } else if (looked_at_.insert(product->id).second) {
        look_at_price(*product);
      }
    }
  }

  [[nodiscard]] std::vector<Closed> take() { return std::move(closed_); }

 private:
  void look_at_price(const Product& product) {
    if (find_price(market_, product.id) != nullptr) return;
    add(ClosedReason::kNoPrice,
        fmt::format("product \"{}\" has no price in market \"{}\": set one, or take it out of the "
                    "cabinet",
                    product.sku, market_.name));
  }

  const Products& products_;
  const Market& market_;
  std::set<std::string_view> seen_;
  std::set<ProductId> looked_at_;
  std::vector<Closed> closed_;
};

}  // namespace

std::string_view name_of(ClosedReason reason) {
  switch (reason) {
    case ClosedReason::kNoPlanogram:
      return "no_planogram";
    case ClosedReason::kOtherCabinet:
      return "other_cabinet";
    case ClosedReason::kNoFacing:
      return "no_facing";
    case ClosedReason::kFacingEmpty:
      return "facing_empty";
    case ClosedReason::kProductUnknown:
      return "product_unknown";
    case ClosedReason::kNoPrice:
      return "no_price";
    case ClosedReason::kCameraLayout:
      return "camera_layout";
    case ClosedReason::kUnseenByCameras:
      return "unseen_by_cameras";
    case ClosedReason::kUnknownToCatalog:
      return "unknown_to_catalog";
  }
  std::abort();
}

std::vector<Closed> reasons_closed(const Cabinet& cabinet, const Planogram* planogram,
                                   const Products& products, const Market& market,
                                   const CameraLayout& cameras) {
  Reasons reasons(products, market, cameras);
  if (planogram == nullptr || planogram->state != PlanogramState::kApplied) {
    reasons.add(ClosedReason::kNoPlanogram,
                fmt::format("cabinet \"{}\" has no valid planogram: publish one, and restock",
                            cabinet.name));
    return reasons.take();
  }
  if (planogram->cabinet != cabinet.id || market.id != cabinet.market) {
    reasons.add(ClosedReason::kOtherCabinet,
                fmt::format("planogram {} or market \"{}\" is not that of cabinet \"{}\"",
                            planogram->id.text(), market.name, cabinet.name));
  }
  if (cameras.sha256 != planogram->camera_layout) {
    reasons.add(
        ClosedReason::kCameraLayout,
        fmt::format("the cameras' layout is {:.12}, and the planogram was made for {:.12}: "
                    "give the cabinet that one, or publish a planogram for this",
                    cameras.sha256.empty() ? "absent" : cameras.sha256, planogram->camera_layout));
  }
  if (std::ranges::all_of(planogram->shelves, &std::vector<Facing>::empty, &Shelf::facings)) {
    reasons.add(ClosedReason::kNoFacing, "the planogram has no facing: nothing is for sale");
  }
  for (const Shelf& shelf : planogram->shelves) {
    for (const Facing& facing : shelf.facings) reasons.look_at(shelf, facing);
  }
  reasons.look_at_seen();
  return reasons.take();
}

}  // namespace tally::commerce
