#include "perception/media/decoder/chroma.hpp"

#include <algorithm>

namespace tally::media::decoder {

void double_chroma(const ChromaPlane& from, std::uint8_t* to, std::ptrdiff_t to_stride, int width,
                   int rows) {
  for (int y = 0; y < rows; ++y) {
    const int near_row = y / 2;
    const int far_row = std::clamp(near_row + (y % 2 == 0 ? -1 : 1), 0, from.rows - 1);
    const std::uint8_t* nearer = from.data + near_row * from.stride;
    const std::uint8_t* farther = from.data + far_row * from.stride;
    const auto column = [&](int x) { return 3 * nearer[x] + farther[x]; };
    std::uint8_t* row = to + y * to_stride;
    for (int x = 0; x < width; ++x) {
      const int near_column = x / 2;
      const int far_column = std::clamp(near_column + (x % 2 == 0 ? -1 : 1), 0, from.width - 1);
      const int rounding = x % 2 == 0 ? 8 : 7;
      row[x] =
          static_cast<std::uint8_t>((3 * column(near_column) + column(far_column) + rounding) / 16);
    }
  }
}

}  // namespace tally::media::decoder
