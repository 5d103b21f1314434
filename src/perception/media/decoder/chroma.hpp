// Doubles the chroma planes of a 4:2:0 still by a triangle filter in both directions, as
// libjpeg-turbo does
// ("fancy upsampling": nearer sample 3/4, farther 1/4, rounding alternating between columns).
// Detectors are trained and compared on pictures that were decoded so; swscale's own vertical
// filter puts the samples elsewhere. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tally::media::decoder {

struct ChromaPlane {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;
  int width = 0;  // Samples; at least 1.
  int rows = 0;
};

// Fills a plane of `width` x `rows` samples, where ceil(width / 2) == from.width and likewise for
// rows.
void double_chroma(const ChromaPlane& from, std::uint8_t* to, std::ptrdiff_t to_stride, int width,
                   int rows);

}  // namespace tally::media::decoder
