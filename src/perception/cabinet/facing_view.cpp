#include "perception/cabinet/facing_view.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tally::cabinet {
namespace {

constexpr double kFrontGap = 0.03;  // Items rarely stand right at the edge, metres.
constexpr double kBoardFront = 0.008;
constexpr int kSamples = 7;     // Along each side of what is probed.
constexpr float kNoise = 4.0F;  // Of a patch's pixel, grey levels.
constexpr float kGainMin = 0.75F;
constexpr float kGainMax = 1.33F;

struct FrontItem {
  vision::Cuboid body;
};

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

// Mean of a plane over a box given in the plane's own pixels.
float mean(const media::Plane& plane, int width, int height, float left, float top, float right,
           float bottom) {
  const int x0 = std::clamp(static_cast<int>(left), 0, width - 1);
  const int y0 = std::clamp(static_cast<int>(top), 0, height - 1);
  const int x1 = std::clamp(static_cast<int>(std::ceil(right)), x0 + 1, width);
  const int y1 = std::clamp(static_cast<int>(std::ceil(bottom)), y0 + 1, height);
  int sum = 0;
  for (int y = y0; y < y1; ++y) {
    const std::uint8_t* row = plane.data + static_cast<std::size_t>(y) * plane.stride_bytes;
    for (int x = x0; x < x1; ++x) sum += row[x];
  }
  return static_cast<float>(sum) / static_cast<float>((x1 - x0) * (y1 - y0));
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
  const float step_x = box.width() * scale / kPatchWidth;
  const float step_y = box.height() * scale / kPatchHeight;
  const int half_width = (frame.width + 1) / 2;
  const int half_height = (frame.height + 1) / 2;
  std::size_t at = 0;
  for (int row = 0; row < kPatchHeight; ++row) {
    const float top = box.top * scale + static_cast<float>(row) * step_y;
    for (int column = 0; column < kPatchWidth; ++column, ++at) {
      const float left = box.left * scale + static_cast<float>(column) * step_x;
      const auto sample = [&](std::size_t plane, int width, int height, float share) {
        return mean(frame.planes[plane], width, height, left * share, top * share,
                    (left + step_x) * share, (top + step_y) * share);
      };
      patch.luma[at] = sample(0, frame.width, frame.height, 1.0F);
      patch.cb[at] = sample(1, half_width, half_height, 0.5F);
      patch.cr[at] = sample(2, half_width, half_height, 0.5F);
    }
  }
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

}  // namespace tally::cabinet
