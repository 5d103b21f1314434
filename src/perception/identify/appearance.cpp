#include "perception/identify/appearance.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace tally::identify {
namespace {

constexpr double kSamplesMax = 2000;    // Points of a box that are compared.
constexpr double kNoiseVariance = 9;    // Sensor and coding noise is a few levels.
constexpr float kBesideWidth = 0.35F;   // Of the box's width, to the left and right of it.
constexpr float kBesideHeight = 0.05F;  // Of its height: above and below are shelves.
constexpr float kOthersMargin = 0.05F;  // Of another box's sides: its item may stick out.
constexpr double kBesideMin = 0.15;     // Of the box's area.
// A Gaussian of 0.8 steps.
constexpr std::array kBlur{0.239, 0.522, 0.239};

// Points in the middles of equal cells of a box, at most kSamplesMax of them.
std::vector<vision::Point> grid_of(const vision::Box& box) {
  const double area = std::max(1.0, static_cast<double>(box.area()));
  const double step = std::max(1.0, std::sqrt(area / kSamplesMax));
  const int columns = std::max(1, static_cast<int>(static_cast<double>(box.width()) / step));
  const int rows = std::max(1, static_cast<int>(static_cast<double>(box.height()) / step));
  std::vector<vision::Point> points;
  points.reserve(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      points.push_back(
          {box.left + box.width() * (static_cast<float>(x) + 0.5F) / static_cast<float>(columns),
           box.top + box.height() * (static_cast<float>(y) + 0.5F) / static_cast<float>(rows)});
    }
  }
  return points;
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments(const std::vector<float>& values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  return {mean, std::max(0.0, squares / count - mean * mean)};
}

std::vector<float> greys(const ViewImage& image, const Affine& map, const Placement& placement,
                         const vision::Box& box, const std::vector<vision::Point>& points) {
  std::vector<float> values;
  values.reserve(points.size());
  for (const vision::Point& point : points) {
    values.push_back(grey_at(image, placed(map, placement, box, point)));
  }
  return values;
}

double damped_correlation(const std::vector<float>& a, const Moments& of_a,
                          const std::vector<float>& b) {
  const Moments of_b = moments(b);
  double products = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    products += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  const double covariance = products / static_cast<double>(a.size()) - of_a.mean * of_b.mean;
  return covariance /
         std::sqrt((of_a.variance + kNoiseVariance) * (of_b.variance + kNoiseVariance));
}

Rgb lit(const Rgb& color, const std::array<double, 3>& gain) {
  Rgb result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = std::clamp(color[i] * static_cast<float>(gain[i]), 0.0F, 255.0F);
  }
  return result;
}

std::size_t step_of(float value, std::size_t steps) {
  const float share = std::clamp(value / 256.0F, 0.0F, 1.0F);
  return std::min(static_cast<std::size_t>(share * static_cast<float>(steps)), steps - 1);
}

bool contains(const vision::Box& box, vision::Point at) {
  return at.x >= box.left && at.x <= box.right && at.y >= box.top && at.y <= box.bottom;
}

vision::Box grown(const vision::Box& box, float share_x, float share_y) {
  const float x = share_x * box.width();
  const float y = share_y * box.height();
  return {box.left - x, box.top - y, box.right + x, box.bottom + y};
}

}  // namespace

vision::Point placed(const Affine& map, const Placement& placement, const vision::Box& box,
                     vision::Point at) {
  const vision::Point middle = map(box.center());
  const vision::Point there = map(at);
  const auto scale = static_cast<float>(placement.scale);
  return {middle.x + (there.x - middle.x) * scale + static_cast<float>(placement.dx),
          middle.y + (there.y - middle.y) * scale + static_cast<float>(placement.dy)};
}

StructureMatch match_structure(const ViewImage& first, const ViewImage& second, const Affine& map,
                               const vision::Box& box, const Search& search,
                               const Placement& start) {
  TALLY_ASSERT(search.step > 0);
  const std::vector<vision::Point> points = grid_of(box);
  const std::vector<float> wanted = greys(first, {}, {}, box, points);
  const Moments of_wanted = moments(wanted);
  const int steps = static_cast<int>(search.reach / search.step);
  StructureMatch best;
  for (const double scale : search.scales) {
    for (int y = -steps; y <= steps; ++y) {
      for (int x = -steps; x <= steps; ++x) {
        const Placement placement{scale, start.dx + x * search.step, start.dy + y * search.step};
        const double similarity =
            damped_correlation(wanted, of_wanted, greys(second, map, placement, box, points));
        if (similarity > best.similarity) best = {similarity, placement};
      }
    }
  }
  return best;
}

bool is_flat(const ViewImage& image, const Affine& map, const Placement& placement,
             const vision::Box& box) {
  return moments(greys(image, map, placement, box, grid_of(box))).variance < kNoiseVariance;
}

void ColorShares::add(const Rgb& color) {
  const auto [red, green, blue] = color;
  const std::size_t light = step_of((red + green + blue) / 3, kLightSteps);
  const std::size_t warm = step_of((red - blue) / 2 + 128, kColorSteps);
  const std::size_t fresh = step_of((green - (red + blue) / 2) / 2 + 128, kColorSteps);
  bins_[(light * kColorSteps + warm) * kColorSteps + fresh] += 1;
  count_ += 1;
}

ColorShares::Bins ColorShares::blurred() const {
  Bins result(bins_.size(), 0.0);
  const auto last = static_cast<int>(kColorSteps) - 1;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    if (bins_[i] <= 0) continue;
    const auto fresh = static_cast<int>(i % kColorSteps);
    const auto warm = static_cast<int>(i / kColorSteps % kColorSteps);
    const std::size_t light = i / (kColorSteps * kColorSteps);
    for (int v = -1; v <= 1; ++v) {
      for (int u = -1; u <= 1; ++u) {
        const auto row = static_cast<std::size_t>(std::clamp(warm + v, 0, last));
        const auto column = static_cast<std::size_t>(std::clamp(fresh + u, 0, last));
        result[(light * kColorSteps + row) * kColorSteps + column] +=
            bins_[i] / count_ * kBlur[static_cast<std::size_t>(v + 1)] *
            kBlur[static_cast<std::size_t>(u + 1)];
      }
    }
  }
  return result;
}

double ColorShares::distance(const ColorShares& a, const ColorShares& b) {
  TALLY_ASSERT(a.count_ > 0 && b.count_ > 0);
  const Bins one = a.blurred();
  const Bins two = b.blurred();
  double shared = 0;
  for (std::size_t i = 0; i < one.size(); ++i) shared += std::sqrt(one[i] * two[i]);
  return std::clamp(1 - shared, 0.0, 1.0);
}

ColorShares colors_in(const ViewImage& image, const Affine& map, const Placement& placement,
                      const vision::Box& box, const std::array<double, 3>& gain) {
  ColorShares shares;
  for (const vision::Point& point : grid_of(box)) {
    shares.add(lit(color_at(image, placed(map, placement, box, point)), gain));
  }
  return shares;
}

std::optional<double> contrast(const ViewImage& image, const Affine& map,
                               const Placement& placement, const vision::Box& box,
                               std::span<const vision::Box> others, vision::Size first_size,
                               const std::array<double, 3>& gain) {
  const vision::Box picture{0, 0, static_cast<float>(first_size.width),
                            static_cast<float>(first_size.height)};
  const vision::Box around = grown(box, kBesideWidth, kBesideHeight);
  const std::vector<vision::Point> points = grid_of(around);
  ColorShares beside;
  for (const vision::Point& point : points) {
    if (contains(box, point) || !contains(picture, point)) continue;
    const bool taken = std::ranges::any_of(others, [&](const vision::Box& other) {
      return contains(grown(other, kOthersMargin, kOthersMargin), point);
    });
    if (!taken) beside.add(lit(color_at(image, placed(map, placement, box, point)), gain));
  }
  const double cell = static_cast<double>(around.area()) / static_cast<double>(points.size());
  if (beside.count() * cell < kBesideMin * static_cast<double>(box.area())) return std::nullopt;
  return ColorShares::distance(colors_in(image, map, placement, box, gain), beside);
}

}  // namespace tally::identify
