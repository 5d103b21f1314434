#include "perception/vision/shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.hpp"
#include "perception/vision/rgb_rows.hpp"

namespace tally::vision {
namespace {

// Adds one row of `columns` groups of n RGB pixels to the groups' sums.
void add_row(const std::uint8_t* rgb, std::size_t columns, std::size_t n, std::uint32_t* sums) {
  for (std::size_t x = 0; x < columns; ++x, sums += 3) {
    for (std::size_t i = 0; i < n; ++i, rgb += 3) {
      sums[0] += rgb[0];
      sums[1] += rgb[1];
      sums[2] += rgb[2];
    }
  }
}

}  // namespace

media::Frame shrink(const media::Frame& frame, const Region& region, int n) {
  TALLY_ASSERT(n >= 1 && region.width >= n && region.height >= n);
  TALLY_ASSERT(region.top >= 0 && region.top + region.height <= frame.height);
  const auto side = static_cast<std::size_t>(n);
  const std::size_t columns = static_cast<std::size_t>(region.width) / side;
  const std::size_t rows = static_cast<std::size_t>(region.height) / side;
  const auto count = static_cast<std::uint32_t>(side * side);
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(3 * columns * rows);
  RgbRows source(frame, region.left, region.width);
  std::vector<std::uint8_t> row(3 * static_cast<std::size_t>(region.width));
  std::vector<std::uint32_t> sums(3 * columns);
  std::uint8_t* out = pixels->data();
  for (std::size_t y = 0; y < rows; ++y) {
    std::ranges::fill(sums, count / 2);
    for (std::size_t i = 0; i < side; ++i) {
      source.read(region.top + static_cast<int>(y * side + i), row.data());
      add_row(row.data(), columns, side, sums.data());
    }
    for (const std::uint32_t sum : sums) *out++ = static_cast<std::uint8_t>(sum / count);
  }
  media::Frame small;
  small.format = media::PixelFormat::kRgb24;
  small.range = media::ColorRange::kFull;
  small.width = static_cast<int>(columns);
  small.height = static_cast<int>(rows);
  small.index = frame.index;
  small.time = frame.time;
  small.planes[0] = {pixels->data(), 3 * columns};
  small.keep_alive = pixels;
  return small;
}

int shrink_factor(Size size, Size target) {
  const int across = size.width / std::max(1, target.width);
  const int down = size.height / std::max(1, target.height);
  return std::max(1, std::max(across, down));
}

void shrink_and_letterbox(const media::Frame& frame, const Region& region,
                          const inference::InputSpec& input, std::span<std::uint8_t> rgb) {
  const LetterboxPlan plan = plan_letterbox({frame.width, frame.height}, input, region);
  const int n = shrink_factor({plan.region.width, plan.region.height}, plan.network);
  const bool shrinks = n > 1 && plan.region.width >= n && plan.region.height >= n;
  if (!shrinks) return letterbox(frame, plan, rgb);
  const media::Frame small = shrink(frame, plan.region, n);
  letterbox(small, plan_letterbox({small.width, small.height}, input), rgb);
}

}  // namespace tally::vision
