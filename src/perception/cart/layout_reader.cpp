#include "perception/cart/layout_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "perception/media/video_reader.hpp"

namespace tally::cart {
namespace {

using Wrong = TomlReader::Wrong;

constexpr std::int64_t kFormatVersion = 1;
constexpr TomlReader::Range kLengths{kLengthMin, kLengthMax};
constexpr TomlReader::Range kPlaces{-kLengthMax, kLengthMax};
constexpr TomlReader::Range kFocalLengths{1, 100'000};
constexpr TomlReader::Range kCentres{-10'000, 10'000};
constexpr TomlReader::Range kDistortions{-10, 10};
constexpr TomlReader::Range kShares{0, 1};
constexpr TomlReader::Range kCosines{-1.01, 1.01};
constexpr std::array<std::string_view, 5> kCalibrationKeys{"size", "focal", "centre", "position",
                                                           "rotation"};

vision::Point3 point_of(const std::vector<double>& values) {
  return values.size() == 3 ? vision::Point3{values[0], values[1], values[2]} : vision::Point3{};
}

template <typename Item>
std::string ids_of(const std::vector<Item>& items) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string_view> ids;
  for (const Item& item : items) {
    if (ids.size() < kShown) ids.push_back(item.id);
  }
  return ids.empty()
             ? "none"
             : fmt::format("{}{}", fmt::join(ids, ", "), items.size() > kShown ? ", …" : "");
}

}  // namespace

Layout LayoutReader::read(std::string_view text) {
  const toml::table root = toml_.open(text, kFormatVersion);
  if (mistake()) return {};
  toml_.check_keys(root, {"version", "product", "camera", "cabinet", "shelf", "facing", "view"});
  has_views_ = root.contains("view");
  read_cabinet(root);
  toml_.each_table(root, "product", kLayoutProductsMax,
                   [this](const toml::table& table) { read_product(table); });
  toml_.each_table(root, "shelf", kLayoutShelvesMax,
                   [this](const toml::table& table) { read_shelf(table); });
  toml_.each_table(root, "camera", kLayoutCamerasMax,
                   [this](const toml::table& table) { read_camera(table); });
  toml_.each_table(root, "facing", kLayoutFacingsMax,
                   [this](const toml::table& table) { read_facing(table); });
  toml_.each_table(root, "view", kLayoutViewsMax,
                   [this](const toml::table& table) { read_view(table); });
  check_cameras(root);
  check_cabinet_is_used(root);
  return std::move(layout_);
}

template <typename Item>
std::string LayoutReader::read_id(const toml::table& table, std::string_view kind,
                                  const std::vector<Item>& others) {
  std::string id = toml_.text(table, "id");
  if (std::ranges::find(others, id, &Item::id) != others.end()) {
    toml_.wrong(Wrong::kValue, table.source(), fmt::format("{} \"{}\" is there twice", kind, id));
  }
  return id;
}

template <typename Item>
std::size_t LayoutReader::read_reference(const toml::table& table, std::string_view key,
                                         const std::vector<Item>& items) {
  const std::string id = toml_.text(table, key);
  const auto found = std::ranges::find(items, id, &Item::id);
  if (found == items.end()) {
    toml_.wrong(Wrong::kValue, place_of(table, key),
                fmt::format("there is no {} \"{}\"; add it as [[{}]], or name one of: {}", key, id,
                            key, ids_of(items)));
    return 0;
  }
  return static_cast<std::size_t>(found - items.begin());
}

void LayoutReader::read_cabinet(const toml::table& root) {
  const toml::node* node = root.get("cabinet");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return toml_.wrong(Wrong::kSyntax, node->source(), "write [cabinet]");
  toml_.check_keys(*table, {"width", "height", "depth"});
  layout_.cabinet = {toml_.number(*table, "width", kLengths),
                     toml_.number(*table, "height", kLengths),
                     toml_.number(*table, "depth", kLengths)};
}

void LayoutReader::read_product(const toml::table& table) {
  toml_.check_keys(table, {"id", "classes", "size", "price_minor"});
  LayoutProduct product;
  product.id = read_id(table, "product", layout_.products);
  const bool told_otherwise = layout_.calibrated() || has_views_;
  if (table.contains("classes") || !told_otherwise) {
    const toml::node* classes = table.get("classes");
    const toml::array* list = classes != nullptr ? classes->as_array() : nullptr;
    if (list == nullptr || list->empty() || !list->is_homogeneous<std::string>()) {
      return toml_.wrong(
          Wrong::kSyntax, place_of(table, "classes"),
          "\"classes\" must name the detector classes of the product, as in [\"bottle\"]");
    }
    for (const toml::node& name : *list) product.classes.push_back(name.as_string()->get());
  }
  if (table.contains("size")) {
    const auto sides =
        toml_.numbers(table, "size", 3, kLengths, "[width, depth, height] in metres");
    if (sides.size() == 3) product.size = {sides[0], sides[1], sides[2]};
  }
  if (table.contains("price_minor")) {
    product.price_minor = toml_.integer(table, "price_minor", {0, kPriceMinorMax});
  }
  layout_.products.push_back(std::move(product));
}

void LayoutReader::read_shelf(const toml::table& table) {
  toml_.check_keys(table, {"id", "z"});
  LayoutShelf shelf{read_id(table, "shelf", layout_.shelves),
                    toml_.number(table, "z", {0, kLengthMax})};
  if (layout_.cabinet && shelf.z >= layout_.cabinet->height) {
    toml_.wrong(Wrong::kValue, place_of(table, "z"),
                fmt::format("shelf \"{}\" is at {} m, above the cabinet's inside, which is {} m "
                            "high",
                            shelf.id, shelf.z, layout_.cabinet->height));
  }
  layout_.shelves.push_back(std::move(shelf));
}

void LayoutReader::read_camera(const toml::table& table) {
  toml_.check_keys(table,
                   {"id", "zone", "size", "focal", "centre", "distortion", "position", "rotation"});
  LayoutCamera camera;
  camera.id = read_id(table, "camera", layout_.cameras);
  if (table.contains("zone")) camera.zone = read_box(table, "zone");
  camera.calibration = read_calibration(table);
  layout_.cameras.push_back(std::move(camera));
}

vision::Box LayoutReader::read_box(const toml::table& table, std::string_view key) {
  const auto sides = toml_.numbers(table, key, 4, kShares, "[left, top, right, bottom]");
  if (sides.size() != 4) return {};
  const vision::Box box{static_cast<float>(sides[0]), static_cast<float>(sides[1]),
                        static_cast<float>(sides[2]), static_cast<float>(sides[3])};
  if (!(box.width() >= kBoxSideMin && box.height() >= kBoxSideMin)) {
    toml_.wrong(Wrong::kValue, place_of(table, key),
                fmt::format("\"{}\" must lie in the picture: shares from 0 to 1, left < right, "
                            "top < bottom, each side at least {}",
                            key, kBoxSideMin));
  }
  return box;
}

std::optional<vision::CameraModel> LayoutReader::read_calibration(const toml::table& table) {
  std::vector<std::string_view> given;
  std::vector<std::string_view> missing;
  for (const std::string_view key : kCalibrationKeys) {
    (table.contains(key) ? given : missing).push_back(key);
  }
  if (given.empty() && !table.contains("distortion")) return std::nullopt;
  if (!missing.empty()) {
    toml_.wrong(Wrong::kSyntax, table.source(),
                fmt::format("the camera's calibration lacks {}: give all of {}, or none",
                            fmt::join(missing, ", "), fmt::join(kCalibrationKeys, ", ")));
    return std::nullopt;
  }
  const auto size =
      toml_.numbers(table, "size", 2, {media::kWidthMin, static_cast<double>(media::kWidthMax)},
                    "[1280, 720] in pixels");
  const auto focal = toml_.numbers(table, "focal", 2, kFocalLengths, "[900.0, 900.0] in pixels");
  const auto centre = toml_.numbers(table, "centre", 2, kCentres, "[640.0, 360.0] in pixels");
  std::vector<double> distortion{0, 0};
  if (table.contains("distortion")) {
    distortion = toml_.numbers(table, "distortion", 2, kDistortions, "[k1, k2]");
  }
  const auto position = toml_.numbers(table, "position", 3, kPlaces, "[0.3, -0.2, 1.5] in metres");
  const vision::Rotation rotation = read_rotation(table);
  if (mistake()) return std::nullopt;
  vision::CameraModel model;
  model.size = {static_cast<int>(size[0]), static_cast<int>(size[1])};
  model.focal_x = focal[0];
  model.focal_y = focal[1];
  model.centre_x = centre[0];
  model.centre_y = centre[1];
  model.k1 = distortion[0];
  model.k2 = distortion[1];
  model.position = point_of(position);
  model.rotation = rotation;
  if (model.size.width != size[0] || model.size.height != size[1]) {
    toml_.wrong(Wrong::kValue, place_of(table, "size"), "\"size\" must be whole pixels");
  } else if (!vision::Camera(model).sees_whole_picture()) {
    toml_.wrong(Wrong::kValue, place_of(table, "distortion"),
                "\"distortion\" turns back inside the picture, whose corners would see nothing; "
                "check k1 and k2, and that focal is in pixels of \"size\"");
  }
  return model;
}

vision::Rotation LayoutReader::read_rotation(const toml::table& table) {
  constexpr std::string_view kExample = "[[1, 0, 0], [0, -1, 0], [0, 0, -1]]";
  const toml::node& node = *table.get("rotation");
  const toml::array* rows = node.as_array();
  if (rows == nullptr || rows->size() != 3) {
    toml_.wrong(Wrong::kSyntax, node.source(),
                fmt::format("\"rotation\" must be three rows, as in {}", kExample));
    return {};
  }
  vision::Rotation given;
  for (std::size_t i = 0; i < given.size(); ++i) {
    given[i] = point_of(toml_.numbers_of((*rows)[i], "rotation", 3, kCosines, kExample));
  }
  if (mistake()) return {};
  const auto rotation = vision::nearest_rotation(given, kRotationTolerance);
  if (!rotation) {
    toml_.wrong(
        Wrong::kValue, node.source(),
        "\"rotation\" is no rotation: its rows must be the camera's axes right, down and forward, "
        "each of length 1, at right angles, right-handed");
  }
  return rotation.value_or(given);
}

void LayoutReader::read_facing(const toml::table& table) {
  toml_.check_keys(table, {"id", "shelf", "product", "x", "rows", "stock"});
  LayoutFacing facing;
  facing.id = read_id(table, "facing", layout_.facings);
  facing.product = read_reference(table, "product", layout_.products);
  facing.place = read_place(table);
  if (table.contains("rows")) {
    facing.rows = static_cast<int>(toml_.integer(table, "rows", {1, kFacingRowsMax}));
  }
  if (table.contains("stock")) {
    facing.stock = static_cast<int>(toml_.integer(table, "stock", {0, kFacingStockMax}));
  }
  if (mistake()) return;
  if (layout_.calibrated()) check_fits(table, facing);
  if (facing.place) check_room(table, facing);
  layout_.facings.push_back(std::move(facing));
}

std::optional<FacingPlace> LayoutReader::read_place(const toml::table& table) {
  const bool given = table.contains("shelf") || table.contains("x");
  if (!given && !layout_.calibrated()) return std::nullopt;
  FacingPlace place;
  place.shelf = read_reference(table, "shelf", layout_.shelves);
  const auto ends = toml_.numbers(table, "x", 2, kPlaces, "[left, right] in metres");
  if (ends.size() != 2) return std::nullopt;
  place.left = ends[0];
  place.right = ends[1];
  if (place.right - place.left < kLengthMin) {
    toml_.wrong(Wrong::kValue, place_of(table, "x"), "\"x\" must be [left, right], left < right");
  }
  return place;
}

// In the cabinet, with all that may stand there.
void LayoutReader::check_fits(const toml::table& table, const LayoutFacing& facing) {
  const Cabinet& cabinet = *layout_.cabinet;
  const LayoutProduct& product = layout_.products[facing.product];
  const double side = cabinet.width / 2 + kLengthTolerance;
  if (facing.place->left < -side || facing.place->right > side) {
    return toml_.wrong(Wrong::kValue, place_of(table, "x"),
                       fmt::format("facing \"{}\" reaches outside the cabinet, whose x goes from "
                                   "{} to {}",
                                   facing.id, -cabinet.width / 2, cabinet.width / 2));
  }
  if (!product.size) {
    return toml_.wrong(Wrong::kValue, place_of(table, "product"),
                       fmt::format("product \"{}\" stands in the cabinet, so it needs a size = "
                                   "[width, depth, height]",
                                   product.id));
  }
  const double depth = facing.rows * product.size->depth;
  if (depth > cabinet.depth + kLengthTolerance) {
    return toml_.wrong(
        Wrong::kValue, place_of(table, "rows"),
        fmt::format("{} rows of \"{}\" are {:.3f} m deep, and the cabinet is {} m: fewer rows",
                    facing.rows, product.id, depth, cabinet.depth));
  }
  const double top = layout_.shelves[facing.place->shelf].z + product.size->height;
  if (top > cabinet.height + kLengthTolerance) {
    toml_.wrong(Wrong::kValue, place_of(table, "shelf"),
                fmt::format("\"{}\" on this shelf would reach up to {:.3f} m, and the cabinet is "
                            "{} m high",
                            product.id, top, cabinet.height));
  }
}

void LayoutReader::check_room(const toml::table& table, const LayoutFacing& facing) {
  for (const LayoutFacing& other : layout_.facings) {
    if (!other.place || other.place->shelf != facing.place->shelf) continue;
    const double shared = std::min(facing.place->right, other.place->right) -
                          std::max(facing.place->left, other.place->left);
    if (shared <= kLengthTolerance) continue;
    return toml_.wrong(
        Wrong::kValue, place_of(table, "x"),
        fmt::format("facing \"{}\" overlaps \"{}\", which goes from {} to {} on the same shelf",
                    facing.id, other.id, other.place->left, other.place->right));
  }
}

void LayoutReader::read_view(const toml::table& table) {
  toml_.check_keys(table, {"camera", "facing", "box"});
  const LayoutView view{read_reference(table, "camera", layout_.cameras),
                        read_reference(table, "facing", layout_.facings), read_box(table, "box")};
  if (mistake()) return;
  if (layout_.cameras[view.camera].calibration) {
    toml_.wrong(Wrong::kValue, table.source(),
                fmt::format("camera \"{}\" is calibrated, which says where it sees each facing: "
                            "take this [[view]] out",
                            layout_.cameras[view.camera].id));
  }
  for (const LayoutView& other : layout_.views) {
    if (other.camera != view.camera || other.facing != view.facing) continue;
    toml_.wrong(Wrong::kValue, table.source(),
                fmt::format("facing \"{}\" has a view of camera \"{}\" already",
                            layout_.facings[view.facing].id, layout_.cameras[view.camera].id));
  }
  layout_.views.push_back(view);
}

// Where nothing stands, nothing can be taken.
void LayoutReader::check_cabinet_is_used(const toml::table& root) {
  if (mistake() || !layout_.cabinet || !layout_.facings.empty()) return;
  toml_.wrong(Wrong::kSyntax, root["cabinet"].as_table()->source(),
              "a [cabinet] needs at least one [[product]] and a [[facing]] in which it stands");
}

// A camera of which nothing is said would be of no use.
void LayoutReader::check_cameras(const toml::table& root) {
  if (mistake()) return;
  for (std::size_t i = 0; i < layout_.cameras.size(); ++i) {
    const LayoutCamera& camera = layout_.cameras[i];
    if (camera.zone || camera.calibration) continue;
    if (std::ranges::find(layout_.views, i, &LayoutView::camera) != layout_.views.end()) continue;
    toml_.wrong(Wrong::kSyntax, (*root.get("camera")->as_array())[i].source(),
                fmt::format("camera \"{}\" needs a zone = [left, top, right, bottom], a "
                            "calibration ({}), or a [[view]]",
                            camera.id, fmt::join(kCalibrationKeys, ", ")));
  }
}

}  // namespace tally::cart
