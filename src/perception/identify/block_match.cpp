#include "perception/identify/block_match.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "perception/vision/vectorised.hpp"

namespace tally::identify {
namespace {

constexpr int kBlock = 24;         // Pixels of a side; half as many in half pictures.
constexpr int kStride = 12;        // From block to block.
constexpr double kTextureMin = 4;  // Standard deviation of grey.
constexpr int kFineReach = 2;

struct Grey {
  vision::Size size;
  std::vector<std::uint8_t> pixels;
  // Sums over everything above and to the left, of values and of squares; a row and a column more.
  std::vector<std::int64_t> sums;
  std::vector<std::int64_t> squares;

  [[nodiscard]] const std::uint8_t* at(int x, int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
           static_cast<std::size_t>(x);
  }
};

Grey make_grey(const ViewImage& image) {
  Grey grey;
  grey.size = image.size;
  for (const float value : image.grey) {
    grey.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F)));
  }
  const auto width = static_cast<std::size_t>(image.size.width);
  const auto height = static_cast<std::size_t>(image.size.height);
  grey.sums.assign((width + 1) * (height + 1), 0);
  grey.squares = grey.sums;
  for (std::size_t y = 0; y < height; ++y) {
    std::int64_t sum = 0;
    std::int64_t square = 0;
    for (std::size_t x = 0; x < width; ++x) {
      const std::int64_t value = grey.pixels[y * width + x];
      sum += value;
      square += value * value;
      const std::size_t at = (y + 1) * (width + 1) + x + 1;
      grey.sums[at] = grey.sums[at - width - 1] + sum;
      grey.squares[at] = grey.squares[at - width - 1] + square;
    }
  }
  return grey;
}

std::int64_t box_sum(const std::vector<std::int64_t>& sums, int width, int x, int y, int side) {
  const auto at = [&](int column, int row) {
    return sums[static_cast<std::size_t>(row) * static_cast<std::size_t>(width + 1) +
                static_cast<std::size_t>(column)];
  };
  return at(x + side, y + side) - at(x, y + side) - at(x + side, y) + at(x, y);
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments(const Grey& grey, int x, int y, int side) {
  const double count = static_cast<double>(side) * side;
  const double mean = static_cast<double>(box_sum(grey.sums, grey.size.width, x, y, side)) / count;
  const double square =
      static_cast<double>(box_sum(grey.squares, grey.size.width, x, y, side)) / count;
  return {mean, std::max(0.0, square - mean * mean)};
}

TALLY_VECTORISED std::int64_t product_sum(const std::uint8_t* a, std::size_t stride_a,
                                          const std::uint8_t* b, std::size_t stride_b, int side) {
  std::int64_t total = 0;
  for (int y = 0; y < side; ++y, a += stride_a, b += stride_b) {
    std::int32_t row = 0;
    for (int x = 0; x < side; ++x) row += std::int32_t{a[x]} * std::int32_t{b[x]};
    total += row;
  }
  return total;
}

struct Place {
  int x = 0;
  int y = 0;
};

// Correlation of the block at `a` with the one at `b`; -1 where either lies outside or is flat.
double correlation(const Grey& first, Place a, const Grey& second, Place b, int side) {
  const bool inside =
      b.x >= 0 && b.y >= 0 && b.x + side <= second.size.width && b.y + side <= second.size.height;
  if (!inside) return -1;
  const Moments one = moments(first, a.x, a.y, side);
  const Moments two = moments(second, b.x, b.y, side);
  if (one.variance < 1 || two.variance < 1) return -1;
  const auto products = static_cast<double>(
      product_sum(first.at(a.x, a.y), static_cast<std::size_t>(first.size.width),
                  second.at(b.x, b.y), static_cast<std::size_t>(second.size.width), side));
  const double covariance = products / (static_cast<double>(side) * side) - one.mean * two.mean;
  return std::min(1.0, covariance / std::sqrt(one.variance * two.variance));
}

struct Found {
  Place place;
  double similarity = -1;
};

Found search(const Grey& first, Place block, const Grey& second, Place around, int reach,
             int side) {
  Found best;
  for (int y = around.y - reach; y <= around.y + reach; ++y) {
    for (int x = around.x - reach; x <= around.x + reach; ++x) {
      const double similarity = correlation(first, block, second, {x, y}, side);
      if (similarity > best.similarity) best = {{x, y}, similarity};
    }
  }
  return best;
}

// How far the top of the parabola through three values lies from the middle one.
double top_of(double before, double middle, double after) {
  if (before < 0 || after < 0) return 0;  // Over the border, or on another slope.
  const double bend = before - 2 * middle + after;
  if (!(bend < 0)) return 0;
  return std::clamp((before - after) / (2 * bend), -0.5, 0.5);
}

Rgb mean_color(const ViewImage& image, Place place) {
  std::array<double, 3> sums{};
  for (int y = place.y; y < place.y + kBlock; ++y) {
    for (int x = place.x; x < place.x + kBlock; ++x) {
      const Rgb& color = image.pixels[image.index(x, y)];
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(color[i]);
    }
  }
  Rgb mean{};
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] = static_cast<float>(sums[i] / (kBlock * kBlock));
  }
  return mean;
}

}  // namespace

std::vector<BlockMatch> match_blocks(const ViewImage& first, const ViewImage& second,
                                     const Affine& guess, int reach) {
  const ViewImage seen = warped(second, guess, first.size);
  const Grey one = make_grey(first);
  const Grey two = make_grey(seen);
  const Grey half_one = make_grey(halved(first));
  const Grey half_two = make_grey(halved(seen));
  std::vector<BlockMatch> matches;
  for (int y = 0; y + kBlock <= first.size.height; y += kStride) {
    for (int x = 0; x + kBlock <= first.size.width; x += kStride) {
      if (std::sqrt(moments(one, x, y, kBlock).variance) < kTextureMin) continue;
      const Place half{x / 2, y / 2};
      const Found rough =
          search(half_one, half, half_two, half, std::max(1, reach / 2), kBlock / 2);
      if (rough.similarity <= 0) continue;
      const Place near{2 * rough.place.x, 2 * rough.place.y};
      const Found fine = search(one, {x, y}, two, near, kFineReach, kBlock);
      if (fine.similarity <= 0) continue;
      const auto beside = [&](int dx, int dy) {
        return correlation(one, {x, y}, two, {fine.place.x + dx, fine.place.y + dy}, kBlock);
      };
      const double dx = top_of(beside(-1, 0), fine.similarity, beside(1, 0));
      const double dy = top_of(beside(0, -1), fine.similarity, beside(0, 1));
      constexpr double kMiddle = kBlock / 2.0;
      const vision::Point to{static_cast<float>(fine.place.x + kMiddle + dx),
                             static_cast<float>(fine.place.y + kMiddle + dy)};
      matches.push_back({.from = {static_cast<float>(x + kMiddle), static_cast<float>(y + kMiddle)},
                         .to = guess(to),
                         .similarity = fine.similarity,
                         .from_color = mean_color(first, {x, y}),
                         .to_color = mean_color(seen, fine.place)});
    }
  }
  return matches;
}

}  // namespace tally::identify
