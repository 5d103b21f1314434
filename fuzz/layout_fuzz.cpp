// Any text is a layout or an error, never a crash; what was read holds its limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "perception/cart/layout.hpp"

namespace {

void check(const tally::vision::Box& shares) {
  TALLY_ASSERT(shares.left >= 0 && shares.left < shares.right && shares.right <= 1);
  TALLY_ASSERT(shares.top >= 0 && shares.top < shares.bottom && shares.bottom <= 1);
}

// A camera that was accepted shows every point that its pixels see.
void check(const tally::cart::LayoutCamera& camera) {
  if (camera.zone) check(*camera.zone);
  if (!camera.calibration) return;
  const tally::vision::Camera lens(*camera.calibration);
  const auto ray = lens.unproject({camera.calibration->size.width / 3.0, 0});
  TALLY_ASSERT(ray);
  const auto depth = tally::vision::dot(ray->direction, camera.calibration->rotation[2]);
  TALLY_ASSERT(depth > 0);
  TALLY_ASSERT(lens.project(ray->origin + (1 / depth) * ray->direction));
}

void check(const tally::cart::Layout& layout, const tally::cart::LayoutFacing& facing) {
  const auto& product = layout.products.at(facing.product);
  TALLY_ASSERT(facing.rows >= 1 && facing.rows <= tally::cart::kFacingRowsMax);
  TALLY_ASSERT(!layout.calibrated() || (facing.place && product.size));
  if (!facing.place) return;
  TALLY_ASSERT(facing.place->shelf < layout.shelves.size());
  TALLY_ASSERT(facing.place->left < facing.place->right);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto layout = tally::cart::parse_layout(text, "fuzz");
  if (!layout) {
    TALLY_ASSERT(!layout.error().message.empty());
    return 0;
  }
  TALLY_ASSERT(layout->products.size() <= tally::cart::kLayoutProductsMax);
  TALLY_ASSERT(layout->cameras.size() <= tally::cart::kLayoutCamerasMax);
  TALLY_ASSERT(layout->shelves.size() <= tally::cart::kLayoutShelvesMax);
  TALLY_ASSERT(layout->facings.size() <= tally::cart::kLayoutFacingsMax);
  for (const auto& camera : layout->cameras) check(camera);
  for (const auto& facing : layout->facings) check(*layout, facing);
  for (const auto& view : layout->views) {
    TALLY_ASSERT(!layout->cameras.at(view.camera).calibration);
    TALLY_ASSERT(view.facing < layout->facings.size());
    check(view.box);
  }
  return 0;
}
