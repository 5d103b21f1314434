// A layout says what a camera sees: the stock zone and the products that the model's classes stand
// for.
//
//   version = 1
//   [[product]]                    # none: every class that can be goods is a product
//   id = "bottle"                  # what appears in the cart
//   classes = ["bottle", "vase"]   # detector classes taken for it
//   [[camera]]
//   id = "cam0"
//   zone = [0.0, 0.1, 1.0, 0.9]    # left, top, right, bottom as shares of the picture
//
// An unknown key is an error with line and column. Without a file, Layout{} lets the stock zone be
// learnt from the first second at rest. docs/layout.md describes the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cart {

enum class LayoutError : std::uint8_t {
  kUnreadable,  // The file can't be read.
  kSyntax,      // Not TOML, an unknown key, a missing key, or a value of the wrong type.
  kVersion,     // Made for another format version.
  kValue,       // A value out of its range: a zone outside the picture, a product twice.
  kClass,       // A class that the model does not know.
};
[[nodiscard]] ErrorCode code_of(LayoutError error);

inline constexpr std::size_t kLayoutBytesMax = 1U << 20U;
inline constexpr std::size_t kLayoutProductsMax = 1000;
inline constexpr std::size_t kLayoutCamerasMax = 16;

struct LayoutProduct {
  std::string id;
  std::vector<std::string> classes;
};

struct LayoutCamera {
  std::string id;
  vision::Box zone;  // Shares of the picture, 0..1.
};

struct Layout {
  std::vector<LayoutProduct> products;
  std::vector<LayoutCamera> cameras;
  std::string sha256;  // Of the file; empty for the default layout.
};

// `where` names the text in messages.
Result<Layout> parse_layout(std::string_view text, std::string_view where);
Result<Layout> load_layout(const std::filesystem::path& path);

// What each class of a model is to the cart. Index: class id.
struct ClassRole {
  enum class Kind : std::uint8_t { kIgnored, kProduct, kActor };
  Kind kind = Kind::kIgnored;
  std::string product;  // Where kind is kProduct.
};

// Roles of a model's classes under a layout. Without products in the layout every class that can be
// goods is a product of its own name: of COCO's classes those a hand can take off a shelf, of any
// other list all but the actors. Actors are "person" and "hand". Errors: kClass.
Result<std::vector<ClassRole>> class_roles(const Layout& layout,
                                           const std::vector<std::string>& class_names);

}  // namespace tally::cart
