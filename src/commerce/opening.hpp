// Whether a cabinet may open for customers: everything in it must be something that cameras know,
// the catalog knows, and its market has a price for. Else a cart could hold what can't be charged.
//
// Restockers are let in whatever this says.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "commerce/catalog.hpp"
#include "commerce/planogram.hpp"

namespace tally::commerce {

enum class ClosedReason : std::uint8_t {
  kNoPlanogram,       // None of its planograms is applied.
  kOtherCabinet,      // The planogram is of another cabinet, or the cabinet of another market.
  kNoFacing,          // Nothing is for sale.
  kFacingEmpty,       // A facing without product.
  kProductUnknown,    // A facing's product is not in the tenant's catalog.
  kNoPrice,           // A product has no price in the market.
  kCameraLayout,      // Cameras work with another layout than the planogram was made for.
  kUnseenByCameras,   // A product stands there that the cameras' layout does not name.
  kUnknownToCatalog,  // The cameras' layout names a product that the catalog does not know.
};
// "no_price": for programs.
[[nodiscard]] std::string_view name_of(ClosedReason reason);

struct Closed {
  ClosedReason reason;
  std::string words;  // For the operator: what is wrong, where, what to do.
};

// What perception's layout file says, as whoever may read it tells commerce.
struct CameraLayout {
  std::string sha256;             // Of the file.
  std::vector<std::string> skus;  // The ids of its products.
};

// Empty if the cabinet may open. `planogram` is its valid one, null where it has none. At most one
// reason of each kind per product or facing, in the order of the shelves.
[[nodiscard]] std::vector<Closed> reasons_closed(const Cabinet& cabinet, const Planogram* planogram,
                                                 const Products& products, const Market& market,
                                                 const CameraLayout& cameras);

}  // namespace tally::commerce
