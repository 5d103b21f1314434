#include "perception/vision/luma.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/assert.hpp"
#include "perception/vision/vectorised.hpp"

namespace tally::vision {
namespace {

int reduction(int width, int height) {
  return std::max(1, (std::max(width, height) + kAnalysisSideMax - 1) / kAnalysisSideMax);
}

// Adds one source row of `columns` groups of n pixels to the groups' sums.
TALLY_VECTORISED void add_row(const std::uint8_t* source, int n, std::size_t columns,
                              std::uint32_t* sums) {
  if (n == 1) {
    for (std::size_t x = 0; x < columns; ++x) sums[x] += source[x];
  } else if (n == 2) {
    for (std::size_t x = 0; x < columns; ++x) {
      sums[x] += static_cast<std::uint32_t>(source[2 * x]) + source[2 * x + 1];
    }
  } else if (n == 4) {
    // Four pixels are one word: added in pairs, and the pairs to each other.
    for (std::size_t x = 0; x < columns; ++x) {
      std::uint32_t word = 0;
      std::memcpy(&word, source + 4 * x, sizeof(word));
      const std::uint32_t pairs = (word & 0x00FF00FFU) + (word >> 8U & 0x00FF00FFU);
      sums[x] += (pairs & 0xFFFFU) + (pairs >> 16U);
    }
  } else {
    for (std::size_t x = 0; x < columns; ++x) {
      for (int i = 0; i < n; ++i) sums[x] += source[x * static_cast<std::size_t>(n) + i];
    }
  }
}

// Rounds to nearest; never within float's error of a whole number, so the same on any machine.
TALLY_VECTORISED void means(const std::uint32_t* sums, std::size_t columns, int count,
                            std::uint8_t* out) {
  const float half = static_cast<float>(count / 2) + 0.5F;
  const float share = 1.0F / static_cast<float>(count);
  for (std::size_t x = 0; x < columns; ++x) {
    // By way of a signed number, for which there is an instruction.
    const auto sum = static_cast<float>(static_cast<std::int32_t>(sums[x]));
    out[x] = static_cast<std::uint8_t>(static_cast<std::int32_t>((sum + half) * share));
  }
}

void rgb_row_to_luma(const std::uint8_t* rgb, std::vector<std::uint8_t>& luma) {
  for (std::size_t x = 0; x < luma.size(); ++x) {
    luma[x] = static_cast<std::uint8_t>((rgb[3 * x] + 2 * rgb[3 * x + 1] + rgb[3 * x + 2]) / 4);
  }
}

}  // namespace

void add_pixels(const std::uint8_t* row, std::size_t length, std::uint32_t* sums) {
  add_row(row, 1, length, sums);
}

float analysis_scale(int frame_width, int frame_height) {
  return 1.0F / static_cast<float>(reduction(frame_width, frame_height));
}

void make_analysis_image(const media::Frame& frame, LumaImage& into) {
  const int n = reduction(frame.width, frame.height);
  into.width = std::max(1, frame.width / n);
  into.height = std::max(1, frame.height / n);
  const auto columns = static_cast<std::size_t>(into.width);
  into.pixels.resize(columns * static_cast<std::size_t>(into.height));
  const media::Plane& plane = frame.planes[0];
  const bool rgb = frame.format == media::PixelFormat::kRgb24;
  std::vector<std::uint8_t> grey(rgb ? static_cast<std::size_t>(frame.width) : 0);
  std::vector<std::uint32_t> sums(columns);
  for (int y = 0; y < into.height; ++y) {
    std::fill(sums.begin(), sums.end(), 0U);
    for (int i = 0; i < n; ++i) {
      const std::uint8_t* row =
          plane.data + static_cast<std::size_t>(y * n + i) * plane.stride_bytes;
      if (rgb) rgb_row_to_luma(row, grey);
      add_row(rgb ? grey.data() : row, n, columns, sums.data());
    }
    means(sums.data(), columns, n * n, into.pixels.data() + static_cast<std::size_t>(y) * columns);
  }
}

float similarity(const LumaImage& a, const LumaImage& b, const Box& box) {
  TALLY_ASSERT(a.width == b.width && a.height == b.height);
  const int left = std::clamp(static_cast<int>(std::floor(box.left)), 0, a.width);
  const int right = std::clamp(static_cast<int>(std::ceil(box.right)), left, a.width);
  const int top = std::clamp(static_cast<int>(std::floor(box.top)), 0, a.height);
  const int bottom = std::clamp(static_cast<int>(std::ceil(box.bottom)), top, a.height);
  const double count = static_cast<double>(right - left) * (bottom - top);
  if (count < 4) return 1;
  std::int64_t sum_a = 0;
  std::int64_t sum_b = 0;
  std::int64_t sum_aa = 0;
  std::int64_t sum_bb = 0;
  std::int64_t sum_ab = 0;
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* row_a = a.row(y);
    const std::uint8_t* row_b = b.row(y);
    for (int x = left; x < right; ++x) {
      const std::int32_t va = row_a[x];
      const std::int32_t vb = row_b[x];
      sum_a += va;
      sum_b += vb;
      sum_aa += va * va;
      sum_bb += vb * vb;
      sum_ab += va * vb;
    }
  }
  const double mean_a = static_cast<double>(sum_a) / count;
  const double mean_b = static_cast<double>(sum_b) / count;
  const double var_a = static_cast<double>(sum_aa) / count - mean_a * mean_a;
  const double var_b = static_cast<double>(sum_bb) / count - mean_b * mean_b;
  const double covariance = static_cast<double>(sum_ab) / count - mean_a * mean_b;
  // Sensor and coding noise is a few levels: its variance says nothing about content.
  constexpr double kNoiseVariance = 9.0;
  if (var_a < kNoiseVariance && var_b < kNoiseVariance) {
    return std::abs(mean_a - mean_b) < 8.0 ? 1.0F : 0.0F;
  }
  // Where one is flat and the other is not, there is nothing to correlate: they are unlike.
  if (var_a < kNoiseVariance || var_b < kNoiseVariance) return 0;
  return static_cast<float>((covariance + kNoiseVariance) /
                            (std::sqrt(var_a * var_b) + kNoiseVariance));
}

}  // namespace tally::vision
