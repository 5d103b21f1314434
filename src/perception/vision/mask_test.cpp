#include "perception/vision/mask.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace tally::vision {
namespace {

LetterboxPlan plan_of(Size source, int side) {
  inference::InputSpec input;
  input.width = side;
  input.height = side;
  return plan_letterbox(source, input);
}

// Prototype 0 is positive inside a disc given in network pixels, prototype 1 is 1 everywhere.
std::vector<float> disc(Size cells, Point center, float radius) {
  std::vector<float> values;
  for (int y = 0; y < cells.height; ++y) {
    for (int x = 0; x < cells.width; ++x) {
      const float dx = (static_cast<float>(x) + 0.5F) * 4 - center.x;
      const float dy = (static_cast<float>(y) + 0.5F) * 4 - center.y;
      values.push_back(radius - std::sqrt(dx * dx + dy * dy));
    }
  }
  values.insert(values.end(), values.size(), 1.0F);
  return values;
}

TEST(Mask, LiesWhereTheObjectLiesInTheSourcePicture) {
  const LetterboxPlan plan = plan_of({640, 360}, 320);  // Half size, 70 rows of grey above.
  const std::vector<float> prototypes = disc({80, 80}, {100, 160}, 30);
  const Box box{130, 110, 270, 250};  // The disc: center (200, 180), radius 60.
  const std::vector<float> coefficients{1, 0};
  const Mask mask = make_mask({prototypes, {80, 80}}, coefficients, plan, box);
  EXPECT_NEAR(static_cast<double>(area(mask)), 3.14159 * 60 * 60, 150);
  const std::vector<std::uint8_t> pixels = rasterise(mask);
  int wrong = 0;
  for (int y = 0; y < 360; ++y) {
    for (int x = 0; x < 640; ++x) {
      const double r = std::hypot(x + 0.5 - 200, y + 0.5 - 180);
      const bool set = pixels[static_cast<std::size_t>(y * 640 + x)] != 0;
      wrong += (r < 59 && !set) || (r > 61 && set) ? 1 : 0;
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(Mask, IsCroppedToTheBoxPixelByPixel) {
  const LetterboxPlan plan = plan_of({64, 64}, 64);
  const std::vector<float> prototypes = disc({16, 16}, {32, 32}, 10);
  const std::vector<float> all{0, 1};
  const Mask mask = make_mask({prototypes, {16, 16}}, all, plan, {10.2F, 20, 13.0F, 22.5F});
  // Columns 11, 12 and rows 20, 21, 22.
  EXPECT_EQ(mask.counts, (std::vector<std::uint32_t>{11 * 64 + 20, 3, 61, 3, 41 + 51 * 64}));
  const std::vector<float> none{0, -1};
  EXPECT_EQ(make_mask({prototypes, {16, 16}}, none, plan, {0, 0, 64, 64}).counts,
            (std::vector<std::uint32_t>{64 * 64}));
  EXPECT_EQ(make_mask({prototypes, {16, 16}}, all, plan, {0, 0, 64, 64}).counts,
            (std::vector<std::uint32_t>{0, 64 * 64}));
}

TEST(Mask, RunsAlwaysAddUpToThePictureAndSurviveOddBoxesAndValues) {
  const LetterboxPlan plan = plan_of({61, 47}, 64);
  std::vector<float> prototypes = disc({16, 16}, {32, 32}, 10);
  prototypes[40] = std::nanf("");
  prototypes[90] = INFINITY;
  const std::vector<float> coefficients{1, 0};
  for (const Box box : {Box{0, 0, 61, 47}, Box{-9, -9, 999, 999}, Box{60.5F, 3, 61, 9},
                        Box{5, 5, 5, 5}, Box{50, 40, 10, 20}}) {
    const Mask mask = make_mask({prototypes, {16, 16}}, coefficients, plan, box);
    const std::size_t sum = std::accumulate(mask.counts.begin(), mask.counts.end(), std::size_t{0});
    EXPECT_EQ(sum, 61U * 47U);
    const std::vector<std::uint8_t> pixels = rasterise(mask);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(pixels, 1)), area(mask));
  }
}

}  // namespace
}  // namespace tally::vision
