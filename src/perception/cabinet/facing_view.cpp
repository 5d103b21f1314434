#include "perception/cabinet/facing_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "perception/vision/luma.hpp"

namespace tally::cabinet {
namespace {

constexpr double kFrontGap = 0.03;  // Items rarely stand right at the edge, metres.
constexpr double kBoardFront = 0.008;
constexpr int kSamples = 7;     // Along each side of what is probed.
constexpr float kNoise = 4.0F;  // Of a patch's pixel, grey levels.
constexpr float kGainMin = 0.75F;
constexpr float kGainMax = 1.33F;
// What a cell's difference tells, each half a unit of noise: counted on 310 tuning sessions, in 900
// views of facings that an item left or came to and 6,950 of others that looked different then.
constexpr std::array kCellOdds{kCellsAlike, -1.4F, -1.2F, -0.8F, -0.3F, 0.3F, 0.8F,       1.2F,
                               1.6F,        1.8F,  2.0F,  2.1F,  2.2F,  2.3F, kCellsOther};

vision::Cuboid front_item(const cart::Layout& layout, const cart::LayoutFacing& facing) {
  const cart::ProductSize size = layout.products[facing.product].size.value();
  const cart::FacingPlace& place = facing.place.value();
  const double middle = (place.left + place.right) / 2;
  const double z = layout.shelves[place.shelf].z;
  return {{middle - size.width / 2, kFrontGap, z},
          {middle + size.width / 2, kFrontGap + size.depth, z + size.height}};
}

// Whether a board or a side wall stands between the eye and a point inside the cabinet.
bool hidden(const cart::Layout& layout, const vision::Point3& eye, const vision::Point3& point) {
  const vision::Point3 way = point - eye;
  for (const cart::LayoutShelf& shelf : layout.shelves) {
    if ((eye.z - shelf.z) * (point.z - shelf.z) >= -1e-9) continue;
    const double share = (shelf.z - eye.z) / way.z;
    if (eye.y + share * way.y > kBoardFront) return true;
  }
  const double half = layout.cabinet->width / 2;
  for (const double wall : {-half, half}) {
    if ((eye.x - wall) * (point.x - wall) >= 0) continue;
    const double share = (wall - eye.x) / way.x;
    if (eye.y + share * way.y > 0) return true;
  }
  return false;
}

std::optional<FacingView> view_of(const cart::Layout& layout, std::size_t facing,
                                  const vision::Camera& camera, std::size_t index) {
  const vision::Cuboid body = front_item(layout, layout.facings[facing]);
  const vision::Size size = camera.model().size;
  FacingView view{index, facing, {1e9F, 1e9F, -1e9F, -1e9F}, 0};
  int seen = 0;
  const auto probe = [&](const vision::Point3& point) {
    const auto pixel = camera.project(point);
    if (!pixel || pixel->x < 0 || pixel->y < 0 || pixel->x >= size.width ||
        pixel->y >= size.height || hidden(layout, camera.model().position, point)) {
      return;
    }
    ++seen;
    const auto x = static_cast<float>(pixel->x);
    const auto y = static_cast<float>(pixel->y);
    view.box = {std::min(view.box.left, x), std::min(view.box.top, y), std::max(view.box.right, x),
                std::max(view.box.bottom, y)};
  };
  for (int i = 0; i < kSamples; ++i) {
    for (int j = 0; j < kSamples; ++j) {
      const double u = static_cast<double>(i) / (kSamples - 1);
      const double v = static_cast<double>(j) / (kSamples - 1);
      const double x = body.min.x + u * (body.max.x - body.min.x);
      probe({x, body.min.y, body.min.z + v * (body.max.z - body.min.z)});  // Front.
      probe({x, body.min.y + v * (body.max.y - body.min.y), body.max.z});  // Top.
    }
  }
  view.visible = static_cast<double>(seen) / (2.0 * kSamples * kSamples);
  if (view.visible < kViewVisibleMin || view.box.width() < kViewSideMin ||
      view.box.height() < kViewSideMin) {
    return std::nullopt;
  }
  return view;
}

// Pixels of a row or column that one cell of a patch covers, from `begin` up to `end`.
struct Span {
  int begin = 0;
  int end = 0;
};

// Of `Count` cells side by side from `start` on, each `step` long, in frame pixels; the plane has
// `share` of them, `length` in all.
template <int Count>
std::array<Span, Count> cells(float start, float step, float share, int length) {
  std::array<Span, Count> spans;
  for (int i = 0; i < Count; ++i) {
    const float begin = start + static_cast<float>(i) * step;
    Span& span = spans[static_cast<std::size_t>(i)];
    span.begin = std::clamp(static_cast<int>(begin * share), 0, length - 1);
    span.end =
        std::clamp(static_cast<int>(std::ceil((begin + step) * share)), span.begin + 1, length);
  }
  return spans;
}

// The means of a plane over a patch's cells. Rows are added up first, all cells of them at once.
void cut_plane(const media::Plane& plane, const std::array<Span, kPatchWidth>& columns,
               const std::array<Span, kPatchHeight>& rows, std::array<float, kPatchPixels>& into) {
  const int left = columns.front().begin;
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(columns.back().end - left));
  std::size_t at = 0;
  for (const Span& row : rows) {
    std::ranges::fill(sums, 0U);
    for (int y = row.begin; y < row.end; ++y) {
      vision::add_pixels(plane.data + static_cast<std::size_t>(y) * plane.stride_bytes + left,
                         sums.size(), sums.data());
    }
    for (const Span& column : columns) {
      std::uint32_t sum = 0;
      for (int x = column.begin; x < column.end; ++x)
        sum += sums[static_cast<std::size_t>(x - left)];
      const int pixels = (column.end - column.begin) * (row.end - row.begin);
      into[at++] = static_cast<float>(sum) / static_cast<float>(pixels);
    }
  }
}

struct Moments {
  float mean = 0;
  float variance = 0;
};

Moments moments(const std::array<float, kPatchPixels>& values) {
  Moments result;
  for (const float value : values) result.mean += value;
  result.mean /= kPatchPixels;
  for (const float value : values) {
    result.variance += (value - result.mean) * (value - result.mean);
  }
  result.variance /= kPatchPixels;
  return result;
}

}  // namespace

std::vector<FacingView> facing_views(const cart::Layout& layout,
                                     std::span<const vision::Camera> cameras) {
  std::vector<FacingView> views;
  for (std::size_t camera = 0; camera < cameras.size(); ++camera) {
    for (std::size_t facing = 0; facing < layout.facings.size(); ++facing) {
      if (const auto view = view_of(layout, facing, cameras[camera], camera)) {
        views.push_back(*view);
      }
    }
  }
  return views;
}

Patch cut_patch(const media::Frame& frame, const vision::Box& box, float scale) {
  Patch patch;
  const float left = box.left * scale;
  const float top = box.top * scale;
  const float step_x = box.width() * scale / kPatchWidth;
  const float step_y = box.height() * scale / kPatchHeight;
  cut_plane(frame.planes[0], cells<kPatchWidth>(left, step_x, 1.0F, frame.width),
            cells<kPatchHeight>(top, step_y, 1.0F, frame.height), patch.luma);
  const auto columns = cells<kPatchWidth>(left, step_x, 0.5F, (frame.width + 1) / 2);
  const auto rows = cells<kPatchHeight>(top, step_y, 0.5F, (frame.height + 1) / 2);
  cut_plane(frame.planes[1], columns, rows, patch.cb);
  cut_plane(frame.planes[2], columns, rows, patch.cr);
  return patch;
}

float difference(const Patch& a, const Patch& b) {
  const Moments of_a = moments(a.luma);
  const Moments of_b = moments(b.luma);
  float shared = 0;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    shared += (a.luma[i] - of_a.mean) * (b.luma[i] - of_b.mean);
  }
  shared /= kPatchPixels;
  // What lamps do is at most a gain within bounds; a flat patch has none to be fitted.
  const float gain = of_a.variance > kNoise * kNoise
                         ? std::clamp(shared / of_a.variance, kGainMin, kGainMax)
                         : 1.0F;
  float luma = 0;
  float chroma = 0;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    const float off = (b.luma[i] - of_b.mean) - gain * (a.luma[i] - of_a.mean);
    luma += off * off;
    const float blue = b.cb[i] - a.cb[i];
    const float red = b.cr[i] - a.cr[i];
    chroma += blue * blue + red * red;
  }
  luma /= kPatchPixels;
  chroma /= kPatchPixels;
  return std::sqrt((luma + 2 * chroma) / (kNoise * kNoise));
}

float cells_changed(const Patch& a, const Patch& b) {
  const float brighter = moments(b.luma).mean - moments(a.luma).mean;
  float sum = 0;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    const float luma = b.luma[i] - a.luma[i] - brighter;
    const float blue = b.cb[i] - a.cb[i];
    const float red = b.cr[i] - a.cr[i];
    const float noises = std::sqrt(luma * luma + 2 * (blue * blue + red * red)) / kNoise;
    sum += kCellOdds[static_cast<std::size_t>(
        std::min(2 * noises, static_cast<float>(kCellOdds.size() - 1)))];
  }
  return sum / kPatchPixels;
}

}  // namespace tally::cabinet
