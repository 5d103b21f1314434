// A layout file for a planogram, so that nobody writes calibrations by hand: the cabinet and its
// cameras are those of a layout before it, or of a standard cabinet; shelves and facings are the
// planogram's.
//
// Where the layout before has a shelf, it stays at its height, and where it has all facings of a
// shelf, these stay in their places; else shelves are spread evenly over the height, the first at
// the bottom, and facings over the width. A product without a size is taken for a can.
//
// The standard cabinet is what lab/synth makes, drawn without chance: 0.70 x 1.10 x 0.46 m, two
// cameras above the opening, one beside it on the left. Of a real one the cameras must be measured
// (docs/layout.md); with others' numbers carts are poor and go to review.
//
// Pure. Errors: LayoutError::kValue for what does not fit, naming it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perception/cart/layout.hpp"

namespace tally::cart {

struct DraftFacing {
  std::string id;
  std::string product;  // Empty: nothing stands there, and the file has no such facing.
  std::int64_t capacity = 1;
};
struct DraftShelf {
  std::string id;
  std::vector<DraftFacing> facings;  // From left to right.
};
struct DraftProduct {
  std::string id;
  std::optional<ProductSize> size;
};
struct LayoutDraft {
  const Layout* before = nullptr;  // Null, or one that is not calibrated: the standard cabinet.
  std::vector<DraftShelf> shelves;
  std::vector<DraftProduct> products;
};

inline constexpr ProductSize kCanSize{0.066, 0.066, 0.122};

[[nodiscard]] Layout standard_cabinet();

// The text of the file, which parse_layout() takes.
Result<std::string> draft_layout(const LayoutDraft& draft);

}  // namespace tally::cart
