// Pictures of a view as audits compare them: small, RGB, in floats, to be looked up between pixels.
//
// Coordinates are pixels of such a picture, a pixel's area being [x, x+1). Values and pure
// functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::identify {

// The longer side is at most this: enough to tell packs, and noise is averaged away.
inline constexpr int kViewSideMax = 480;

using Rgb = std::array<float, 3>;  // 0..255

struct ViewImage {
  vision::Size size;
  std::vector<Rgb> pixels;  // Row-major.
  std::vector<float> grey;  // (R + 2G + B) / 4 of each.

  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
           static_cast<std::size_t>(x);
  }
};

// The frame averaged over squares of n x n pixels, with the smallest n that fits kViewSideMax.
[[nodiscard]] ViewImage make_view_image(const media::Frame& frame);

// Bilinear; beyond the border the border's pixel.
[[nodiscard]] Rgb color_at(const ViewImage& image, vision::Point at);
[[nodiscard]] float grey_at(const ViewImage& image, vision::Point at);

// x' = a x + b y + c, y' = d x + e y + f.
struct Affine {
  double a = 1, b = 0, c = 0;
  double d = 0, e = 1, f = 0;

  [[nodiscard]] vision::Point operator()(vision::Point p) const {
    const auto x = static_cast<double>(p.x);
    const auto y = static_cast<double>(p.y);
    return {static_cast<float>(a * x + b * y + c), static_cast<float>(d * x + e * y + f)};
  }
};

// `image` seen through `to`: the result's point p shows the image's point to(p).
[[nodiscard]] ViewImage warped(const ViewImage& image, const Affine& to, vision::Size size);

// Half the size, each pixel the mean of four; at least 1x1.
[[nodiscard]] ViewImage halved(const ViewImage& image);

}  // namespace tally::identify
