// Small made-up frames for tests, with padded rows so that a stride taken for a width shows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "perception/media/frame.hpp"

namespace tally::vision::testing {

inline constexpr std::size_t kRowPadding = 13;

// `value(plane, x, y)` gives each sample; for kRgb24 x counts bytes.
inline media::Frame make_frame(media::PixelFormat format, int width, int height,
                               const std::function<int(int, int, int)>& value) {
  media::Frame frame;
  frame.format = format;
  frame.width = width;
  frame.height = height;
  const bool rgb = format == media::PixelFormat::kRgb24;
  auto planes = std::make_shared<std::vector<std::vector<std::uint8_t>>>(rgb ? 1U : 3U);
  for (int p = 0; p < (rgb ? 1 : 3); ++p) {
    const int columns = rgb ? 3 * width : p == 0 ? width : (width + 1) / 2;
    const int rows = p == 0 ? height : (height + 1) / 2;
    const std::size_t stride = static_cast<std::size_t>(columns) + kRowPadding;
    auto& plane = (*planes)[static_cast<std::size_t>(p)];
    plane.assign(stride * static_cast<std::size_t>(rows), 0xEE);
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) {
        plane[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x)] =
            static_cast<std::uint8_t>(value(p, x, y));
      }
    }
    frame.planes[static_cast<std::size_t>(p)] = {plane.data(), stride};
  }
  frame.keep_alive = planes;
  return frame;
}

// Noise that is the same everywhere.
inline int noise(int plane, int x, int y) {
  std::uint32_t h = static_cast<std::uint32_t>(plane) * 374761393U +
                    static_cast<std::uint32_t>(x) * 668265263U +
                    static_cast<std::uint32_t>(y) * 1274126177U;
  h = (h ^ (h >> 13U)) * 1103515245U;
  return static_cast<int>((h ^ (h >> 16U)) & 0xFFU);
}

}  // namespace tally::vision::testing
