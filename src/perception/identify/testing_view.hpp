// For tests: a made-up cabinet, drawn. A wall with grain, and packs that each have a pattern and
// colours of their own.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "perception/identify/view_image.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::identify::testing {

// Smooth noise, 0..1: the same everywhere and for ever.
inline float grain(int seed, float x, float y) {
  const auto corner = [&](int column, int row) {
    std::uint32_t h = static_cast<std::uint32_t>(seed) * 374761393U +
                      static_cast<std::uint32_t>(column) * 668265263U +
                      static_cast<std::uint32_t>(row) * 2246822519U;
    h = (h ^ (h >> 15U)) * 2654435761U;
    return static_cast<float>((h ^ (h >> 13U)) & 0xFFFFU) / 65535.0F;
  };
  const float left = std::floor(x);
  const float top = std::floor(y);
  const int column = static_cast<int>(left);
  const int row = static_cast<int>(top);
  const float u = x - left;
  const float v = y - top;
  const float upper = corner(column, row) * (1 - u) + corner(column + 1, row) * u;
  const float lower = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u;
  return upper * (1 - v) + lower * v;
}

struct Pack {
  int kind = 0;       // Pattern and colours.
  vision::Box place;  // As shares of the scene.
};

struct Scene {
  std::vector<Pack> packs;

  // At a point of the scene, shares.
  [[nodiscard]] Rgb color(float x, float y) const {
    for (const Pack& pack : packs) {
      if (x < pack.place.left || x >= pack.place.right || y < pack.place.top ||
          y >= pack.place.bottom) {
        continue;
      }
      // On the pack, so that a pack that is moved or made smaller takes its pattern along.
      const float u = (x - pack.place.left) / pack.place.width();
      const float v = (y - pack.place.top) / pack.place.height();
      const float pattern = grain(100 + pack.kind, 6 * u, 9 * v);
      const auto hue = static_cast<float>(pack.kind) * 2.4F;  // The golden angle.
      return {130 + 90 * std::sin(hue) + 70 * (pattern - 0.5F),
              130 + 90 * std::sin(hue + 2.1F) + 70 * (pattern - 0.5F),
              130 + 90 * std::sin(hue + 4.2F) + 70 * (pattern - 0.5F)};
    }
    const float wood = grain(1, 40 * x, 12 * y) + 0.5F * grain(2, 90 * x, 30 * y);
    return {120 + 50 * wood, 85 + 40 * wood, 50 + 25 * wood};
  }
};

// How a camera turns a scene into a picture.
struct Shot {
  int width = 400;
  int height = 300;
  Affine view{};  // From the picture's pixels to those of an unmoved picture.
  float light = 1;
  int noise = 2;  // Levels, to each side.
  int blur = 0;   // Pixels, to each side.
  int seed = 5;
};

inline media::Frame shoot(const Scene& scene, const Shot& shot = {}) {
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>();
  for (int y = 0; y < shot.height; ++y) {
    for (int x = 0; x < shot.width; ++x) {
      Rgb sum{};
      for (int v = -shot.blur; v <= shot.blur; ++v) {
        for (int u = -shot.blur; u <= shot.blur; ++u) {
          const vision::Point at =
              shot.view({static_cast<float>(x + u) + 0.5F, static_cast<float>(y + v) + 0.5F});
          const Rgb color = scene.color(at.x / static_cast<float>(shot.width),
                                        at.y / static_cast<float>(shot.height));
          for (std::size_t i = 0; i < 3; ++i) sum[i] += color[i];
        }
      }
      const auto count = static_cast<float>((2 * shot.blur + 1) * (2 * shot.blur + 1));
      for (std::size_t i = 0; i < 3; ++i) {
        const float rough = grain(shot.seed + static_cast<int>(i), 7.3F * static_cast<float>(x),
                                  5.9F * static_cast<float>(y));
        const float value =
            sum[i] / count * shot.light + static_cast<float>(shot.noise) * (2 * rough - 1);
        pixels->push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F)));
      }
    }
  }
  media::Frame frame;
  frame.format = media::PixelFormat::kRgb24;
  frame.width = shot.width;
  frame.height = shot.height;
  frame.planes[0] = {pixels->data(), static_cast<std::size_t>(3 * shot.width)};
  frame.keep_alive = pixels;
  return frame;
}

}  // namespace tally::identify::testing
