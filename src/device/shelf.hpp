// What stands in a virtual cabinet: the part of a session's layout.toml (docs/layout.md) that its
// screen draws and that free play (play_plan.hpp) counts with.
//
// Lengths are metres; x to the right as the shopper sees it, 0 in the middle; z up. Values and pure
// functions but load_shelf(); thread-safe as such.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::device {

inline constexpr std::size_t kLayoutBytesMax = std::size_t{1} << 20U;
inline constexpr std::size_t kShelfThingsMax = 500;  // Of each kind.

struct ShelfProduct {
  std::string id;
  double width = 0;
  double depth = 0;
  double height = 0;
};

struct ShelfBoard {
  std::string id;
  double z = 0;  // Its top.
};

struct ShelfFacing {
  std::string id;
  std::size_t board = 0;    // Index into Shelf::boards.
  std::size_t product = 0;  // Index into Shelf::products.
  double left = 0;
  double right = 0;
  int rows = 1;   // Most that stand behind one another.
  int stock = 0;  // Of them are there, in the rows at the back.
};

struct Shelf {
  double width = 0;
  double height = 0;
  std::vector<ShelfProduct> products;
  std::vector<ShelfBoard> boards;  // From below.
  std::vector<ShelfFacing> facings;
};

[[nodiscard]] std::optional<std::size_t> find_product(const Shelf& shelf, std::string_view id);
[[nodiscard]] std::optional<std::size_t> find_facing(const Shelf& shelf, std::string_view id);

// Errors: DeviceError::kConfigValue where the layout has no cabinet with facings, or is none.
Result<Shelf> parse_shelf(std::string_view text, std::string_view where);
// The layout.toml in a session's folder. Errors: the same, FileError.
Result<Shelf> load_shelf(const std::filesystem::path& session);

}  // namespace tally::device
