// What stands in a virtual cabinet: the part of a session's layout (docs/layout.md) that its screen
// draws and that free play (play_plan.hpp) counts with. Whoever runs the agent reads layouts.
//
// Lengths are metres; x to the right as the shopper sees it, 0 in the middle; z up. Values and pure
// functions; thread-safe as such.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::device {

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

// Of the cabinet in which the session of this folder was rendered.
using ReadShelf = std::function<Result<Shelf>(const std::filesystem::path& session)>;

}  // namespace tally::device
