// A layout says what cameras see: which products there are, where they stand, where the cameras
// are, and what the model's classes stand for. docs/layout.md describes the format.
//
// There are three ways to use one, each with what it needs:
//   products and a zone for a camera       one camera, whose stock is what rests in the zone
//   a cabinet, shelves, facings, cameras   "calibrated": all in metres, several cameras
//   facings and views                      where each facing is in a camera's picture; for stills
//
// An unknown key is an error with line and column, and so is what contradicts itself: facings that
// overlap, a facing outside the cabinet, a rotation that is none. Without a file, Layout{} lets the
// stock zone be learnt from the first second at rest.
//
// Coordinates of a cabinet, metres: x to the right as the shopper sees it, 0 in the middle of the
// opening; y inwards, 0 in the plane of the opening; z up, 0 on the floor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/vision/camera.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cart {

enum class LayoutError : std::uint8_t {
  kUnreadable,  // The file can't be read.
  kSyntax,      // Not TOML, an unknown key, a missing key, or a value of the wrong type.
  kVersion,     // Made for another format version.
  kValue,  // A value out of its range or at odds with others: an id twice, facings that overlap.
  kClass,  // A class that the model does not know.
};
[[nodiscard]] ErrorCode code_of(LayoutError error);

inline constexpr std::size_t kLayoutBytesMax = 1U << 20U;
inline constexpr std::size_t kLayoutProductsMax = 1000;
inline constexpr std::size_t kLayoutCamerasMax = 16;
inline constexpr std::size_t kLayoutShelvesMax = 32;
inline constexpr std::size_t kLayoutFacingsMax = 500;
inline constexpr std::size_t kLayoutViewsMax = 2000;
inline constexpr std::int64_t kFacingRowsMax = 20;
inline constexpr std::int64_t kFacingStockMax = 200;
inline constexpr std::int64_t kPriceMinorMax = 1'000'000'000;
// Of a box, as a share of the picture.
inline constexpr float kBoxSideMin = 0.002F;
// Of a product, a cabinet, or a camera's distance to it, metres.
inline constexpr double kLengthMin = 0.001;
inline constexpr double kLengthMax = 10;
// How far apart lengths may be that are meant to be the same, metres.
inline constexpr double kLengthTolerance = 1e-6;
// How far a rotation's rows may be from length 1 and from right angles: three digits are enough.
inline constexpr double kRotationTolerance = 2e-3;

// As it stands on its shelf, metres.
struct ProductSize {
  double width = 0;
  double depth = 0;
  double height = 0;
};

struct LayoutProduct {
  std::string id;
  std::vector<std::string> classes;  // Of the detector; empty where products are told otherwise.
  std::optional<ProductSize> size{};
  std::optional<std::int64_t> price_minor{};
};

struct LayoutCamera {
  std::string id;
  std::optional<vision::Box> zone{};  // Shares of the picture, 0..1; learnt where it is not given.
  std::optional<vision::CameraModel> calibration{};
};

struct Cabinet {  // Width and height of the opening, depth behind it, metres.
  double width = 0;
  double height = 0;
  double depth = 0;
};

struct LayoutShelf {
  std::string id;
  double z = 0;  // Top of its board.
};

struct FacingPlace {
  std::size_t shelf = 0;  // Index into Layout::shelves.
  double left = 0;        // x, metres; the front is at y = 0.
  double right = 0;
};

// One product's place.
struct LayoutFacing {
  std::string id;
  std::size_t product = 0;             // Index into Layout::products.
  std::optional<FacingPlace> place{};  // Always given in a calibrated layout.
  int rows = 1;                        // Most that stand behind one another.
  std::optional<int> stock{};          // Predicted now.
};

struct LayoutView {
  std::size_t camera = 0;  // Index into Layout::cameras; one without a calibration.
  std::size_t facing = 0;  // Index into Layout::facings.
  vision::Box box;         // Shares of the picture, 0..1.
};

struct Layout {
  std::vector<LayoutProduct> products;
  std::vector<LayoutCamera> cameras;
  std::optional<Cabinet> cabinet;
  std::vector<LayoutShelf> shelves;
  std::vector<LayoutFacing> facings;
  std::vector<LayoutView> views;
  std::string sha256;  // Of the file; empty for the default layout.

  // Everything is known in metres. Its products that have a facing have a size.
  [[nodiscard]] bool calibrated() const { return cabinet.has_value(); }
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

// Roles of a model's classes under a layout. Where no product of the layout names classes, every
// class that can be goods is a product of its own name: of COCO's classes those a hand can take off
// a shelf, of any other list all but the actors and "item_in_hand". Actors are "person" and "hand".
// Errors: kClass.
Result<std::vector<ClassRole>> class_roles(const Layout& layout,
                                           const std::vector<std::string>& class_names);

}  // namespace tally::cart
