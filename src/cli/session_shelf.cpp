#include "cli/session_shelf.hpp"

#include <algorithm>

#include "cli/cli_error.hpp"

namespace tally::cli {

Result<device::Shelf> shelf_of(const cart::Layout& layout) {
  if (!layout.calibrated() || layout.facings.empty()) {
    return fail(CliError::kUsage, "there is no facing on a shelf of a cabinet");
  }
  device::Shelf shelf{.width = layout.cabinet->width,
                      .height = layout.cabinet->height,
                      .products = {},
                      .boards = {},
                      .facings = {}};
  for (const cart::LayoutProduct& product : layout.products) {
    const cart::ProductSize size = product.size.value_or(cart::ProductSize{});
    shelf.products.push_back({product.id, size.width, size.depth, size.height});
  }
  for (const cart::LayoutShelf& board : layout.shelves) {
    shelf.boards.push_back({board.id, board.z});
  }
  for (const cart::LayoutFacing& facing : layout.facings) {
    const cart::FacingPlace place = facing.place.value_or(cart::FacingPlace{});
    shelf.facings.push_back({facing.id, place.shelf, facing.product, place.left, place.right,
                             facing.rows,
                             std::min(facing.stock.value_or(facing.rows), facing.rows)});
  }
  return shelf;
}

Result<device::Shelf> read_shelf(const std::filesystem::path& session) {
  const std::filesystem::path file = session / "layout.toml";
  const auto layout = cart::load_layout(file);
  if (!layout) return std::unexpected(layout.error());
  auto shelf = shelf_of(*layout);
  if (!shelf) return fail_within(file.string(), std::move(shelf.error()));
  return shelf;
}

}  // namespace tally::cli
