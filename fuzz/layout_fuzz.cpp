// Any text is a layout or an error, never a crash; what was read holds its limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "perception/cart/layout.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto layout = tally::cart::parse_layout(text, "fuzz");
  if (!layout) {
    TALLY_ASSERT(!layout.error().message.empty());
    return 0;
  }
  TALLY_ASSERT(layout->products.size() <= tally::cart::kLayoutProductsMax);
  TALLY_ASSERT(layout->cameras.size() <= tally::cart::kLayoutCamerasMax);
  for (const auto& camera : layout->cameras) {
    TALLY_ASSERT(camera.zone.left < camera.zone.right && camera.zone.right <= 1);
    TALLY_ASSERT(camera.zone.top < camera.zone.bottom && camera.zone.bottom <= 1);
  }
  return 0;
}
