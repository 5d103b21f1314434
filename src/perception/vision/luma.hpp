// Small grey pictures: what the motion gate and the stock model look at in every frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::vision {

// The longer side of an analysis picture is at most this, so that all that is measured on it means
// the same for every camera resolution.
inline constexpr int kAnalysisSideMax = 320;

struct LumaImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // Row-major, no padding.

  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  [[nodiscard]] bool empty() const { return pixels.empty(); }
};

// The frame's luma, averaged over squares of n x n pixels with the smallest n that fits
// kAnalysisSideMax. RGB frames give (R + 2G + B) / 4. `into` is reused.
void make_analysis_image(const media::Frame& frame, LumaImage& into);

// Adds each of `length` pixels to the sum of its column.
void add_pixels(const std::uint8_t* row, std::size_t length, std::uint32_t* sums);

// Pixels of the analysis picture per pixel of the frame: 1/n.
[[nodiscard]] float analysis_scale(int frame_width, int frame_height);

// Zero-mean normalised cross-correlation of `a` and `b` inside `box` (analysis pixels, clipped): 1
// for the same content up to brightness and contrast, about 0 for unrelated content. Where both are
// flat (nothing to correlate) it is 1 if they are equally bright within the noise, else 0. Both
// pictures have the same size.
[[nodiscard]] float similarity(const LumaImage& a, const LumaImage& b, const Box& box);

}  // namespace tally::vision
