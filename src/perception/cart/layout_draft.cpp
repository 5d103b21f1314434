#include "perception/cart/layout_draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <set>

namespace tally::cart {
namespace {

using vision::Point3;

constexpr double kMargin = 0.01;   // Beside the outermost facings, metres.
constexpr double kBottom = 0.022;  // Of the lowest shelf.

Point3 unit(const Point3& a) { return (1 / vision::length(a)) * a; }

LayoutCamera camera_at(std::string id, const Point3& from, const Point3& to, const Point3& up,
                       double field_of_view) {
  const Point3 forward = unit(to - from);
  const Point3 right = unit(vision::cross(forward, up));
  const double focal = 720.0 / 2 / std::tan(field_of_view * std::numbers::pi / 180 / 2);
  return {.id = std::move(id),
          .zone = {},
          .calibration =
              vision::CameraModel{.size = {1280, 720},
                                  .focal_x = focal,
                                  .focal_y = focal,
                                  .centre_x = 640,
                                  .centre_y = 360,
                                  .position = from,
                                  .rotation = {right, vision::cross(forward, right), forward}}};
}

std::string text_of(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

class Drafter {
 public:
  explicit Drafter(const LayoutDraft& draft)
      : draft_(draft),
        standard_(standard_cabinet()),
        before_(draft.before != nullptr && draft.before->calibrated() ? *draft.before : standard_) {
  }

  std::string write() {
    const Cabinet& cabinet = *before_.cabinet;
    out("version = 1\n\n[cabinet]\nwidth = {:.4f}\nheight = {:.4f}\ndepth = {:.4f}\n",
        cabinet.width, cabinet.height, cabinet.depth);
    const std::vector<double> heights = shelf_heights();
    write_products(heights);
    for (std::size_t i = 0; i < draft_.shelves.size(); ++i) {
      out("\n[[shelf]]\nid = {}\nz = {:.4f}\n", text_of(draft_.shelves[i].id), heights[i]);
    }
    for (const DraftShelf& shelf : draft_.shelves) write_facings(shelf);
    for (const LayoutCamera& camera : before_.cameras) write_camera(camera);
    return std::move(text_);
  }

 private:
  template <typename... Values>
  void out(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  [[nodiscard]] std::vector<double> shelf_heights() const {
    std::vector<double> heights;
    for (const DraftShelf& shelf : draft_.shelves) {
      const auto known = std::ranges::find(before_.shelves, shelf.id, &LayoutShelf::id);
      if (known == before_.shelves.end()) break;
      heights.push_back(known->z);
    }
    if (heights.size() == draft_.shelves.size()) return heights;
    heights.clear();
    const double room = before_.cabinet->height - kBottom;
    const auto count = static_cast<double>(draft_.shelves.size());
    for (std::size_t i = 0; i < draft_.shelves.size(); ++i) {
      heights.push_back(kBottom + room * static_cast<double>(i) / count);
    }
    return heights;
  }

  // From a shelf's board to the next above it.
  [[nodiscard]] double room_above(const std::vector<double>& heights, double z) const {
    double ceiling = before_.cabinet->height;
    for (const double other : heights) {
      if (other > z) ceiling = std::min(ceiling, other);
    }
    return ceiling - z;
  }

  [[nodiscard]] ProductSize size_of(const std::string& product) const {
    const auto given = std::ranges::find(draft_.products, product, &DraftProduct::id);
    if (given != draft_.products.end() && given->size) return *given->size;
    const auto known = std::ranges::find(before_.products, product, &LayoutProduct::id);
    if (known != before_.products.end() && known->size) return *known->size;
    return kCanSize;
  }

  void write_products(const std::vector<double>& heights) {
    std::set<std::string> written;
    for (std::size_t i = 0; i < draft_.shelves.size(); ++i) {
      for (const DraftFacing& facing : draft_.shelves[i].facings) {
        if (facing.product.empty() || !written.insert(facing.product).second) continue;
        ProductSize size = size_of(facing.product);
        const auto given = std::ranges::find(draft_.products, facing.product, &DraftProduct::id);
        const bool guessed = given == draft_.products.end() || !given->size;
        if (guessed) size.height = std::min(size.height, room_above(heights, heights[i]) - 0.005);
        out("\n[[product]]\nid = {}\nsize = [{:.4f}, {:.4f}, {:.4f}]\n", text_of(facing.product),
            size.width, size.depth, size.height);
      }
    }
  }

  // Of the shelf's facings as they were; nothing where they are others now.
  [[nodiscard]] std::vector<FacingPlace> places_before(const DraftShelf& shelf) const {
    std::vector<FacingPlace> places;
    const auto known = std::ranges::find(before_.shelves, shelf.id, &LayoutShelf::id);
    if (known == before_.shelves.end()) return places;
    const auto index = static_cast<std::size_t>(known - before_.shelves.begin());
    for (const DraftFacing& facing : shelf.facings) {
      const auto found = std::ranges::find(before_.facings, facing.id, &LayoutFacing::id);
      if (found == before_.facings.end() || !found->place || found->place->shelf != index) {
        return {};
      }
      places.push_back(*found->place);
    }
    return places;
  }

  void write_facings(const DraftShelf& shelf) {
    std::vector<FacingPlace> places = places_before(shelf);
    const double width = before_.cabinet->width - 2 * kMargin;
    const double each = width / static_cast<double>(std::max<std::size_t>(1, shelf.facings.size()));
    for (std::size_t i = places.size(); i < shelf.facings.size(); ++i) {
      const double left = -width / 2 + each * static_cast<double>(i);
      places.push_back({0, left, left + each});
    }
    for (std::size_t i = 0; i < shelf.facings.size(); ++i) {
      const DraftFacing& facing = shelf.facings[i];
      if (facing.product.empty()) continue;
      const double deep = std::floor(before_.cabinet->depth / size_of(facing.product).depth);
      const auto rows = std::clamp<std::int64_t>(
          std::min(facing.capacity, static_cast<std::int64_t>(deep)), 1, kFacingRowsMax);
      out("\n[[facing]]\nid = {}\nshelf = {}\nproduct = {}\nx = [{:.4f}, {:.4f}]\nrows = {}\n",
          text_of(facing.id), text_of(shelf.id), text_of(facing.product), places[i].left,
          places[i].right, rows);
    }
  }

  void write_camera(const LayoutCamera& camera) {
    if (!camera.calibration) return;
    const vision::CameraModel& model = *camera.calibration;
    const auto point = [](const Point3& p) {
      return fmt::format("[{:.6f}, {:.6f}, {:.6f}]", p.x, p.y, p.z);
    };
    out("\n[[camera]]\nid = {}\nsize = [{}, {}]\nfocal = [{:.3f}, {:.3f}]\n"
        "centre = [{:.3f}, {:.3f}]\ndistortion = [{:.6f}, {:.6f}]\nposition = {}\n"
        "rotation = [{}, {}, {}]\n",
        text_of(camera.id), model.size.width, model.size.height, model.focal_x, model.focal_y,
        model.centre_x, model.centre_y, model.k1, model.k2, point(model.position),
        point(model.rotation[0]), point(model.rotation[1]), point(model.rotation[2]));
  }

  const LayoutDraft& draft_;
  const Layout standard_;
  const Layout& before_;
  std::string text_;
};

}  // namespace

Layout standard_cabinet() {
  constexpr double kWidth = 0.70;
  constexpr double kHeight = 1.10;
  constexpr double kFarOut = -0.28;
  const Point3 inwards{0, 1, 0};
  const Point3 upwards{0, 0, 1};
  const double top = kHeight + 0.07;
  const double spread = 0.28 * kWidth;
  const double low = 0.35 * kHeight;
  Layout layout;
  layout.cabinet = Cabinet{.width = kWidth, .height = kHeight, .depth = 0.46};
  layout.cameras = {camera_at("cam0", {-spread, kFarOut, top}, {0.06, -0.02, low}, inwards, 72),
                    camera_at("cam1", {spread, kFarOut, top}, {-0.06, -0.02, low}, inwards, 72),
                    camera_at("cam2", {-(kWidth / 2 + 0.13), -0.27, 0.56 * kHeight},
                              {0.1, 0, 0.46 * kHeight}, upwards, 86)};
  return layout;
}

Result<std::string> draft_layout(const LayoutDraft& draft) {
  std::string text = Drafter(draft).write();
  const auto read = parse_layout(text, "the layout for these shelves");
  if (!read) return std::unexpected(read.error());
  return text;
}

}  // namespace tally::cart
