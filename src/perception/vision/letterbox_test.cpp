#include "perception/vision/letterbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "perception/vision/rgb_rows.hpp"
#include "perception/vision/test_frames.hpp"

namespace tally::vision {
namespace {

using inference::InputSpec;
using inference::LetterboxPlacement;
using media::ColorMatrix;
using media::ColorRange;
using media::PixelFormat;
using testing::make_frame;
using testing::noise;

InputSpec input_of(int width, int height,
                   LetterboxPlacement placement = LetterboxPlacement::kCenter) {
  InputSpec input;
  input.width = width;
  input.height = height;
  input.placement = placement;
  return input;
}

struct ColorCase {
  ColorMatrix matrix;
  ColorRange range;
  std::array<int, 3> yuv;
  std::array<int, 3> rgb;  // As ffmpeg 5.1 converts a flat picture with its default flags.
};

TEST(RgbRows, GivesTheBytesThatFfmpegGives) {
  constexpr auto k601 = ColorMatrix::kBt601;
  constexpr auto k709 = ColorMatrix::kBt709;
  constexpr auto kLimited = ColorRange::kLimited;
  constexpr auto kFull = ColorRange::kFull;
  const std::vector<ColorCase> cases{
      {k601, kLimited, {16, 128, 128}, {0, 0, 0}},
      {k601, kLimited, {235, 128, 128}, {255, 255, 255}},
      {k601, kLimited, {81, 90, 240}, {253, 0, 0}},
      {k601, kLimited, {200, 100, 150}, {249, 206, 157}},
      {k601, kLimited, {3, 250, 7}, {0, 34, 230}},
      {k601, kFull, {81, 90, 240}, {238, 14, 13}},
      {k601, kFull, {41, 240, 110}, {15, 14, 239}},
      {k709, kLimited, {81, 90, 240}, {255, 23, 0}},
      {k709, kLimited, {200, 100, 150}, {253, 207, 154}},
      {k709, kFull, {145, 54, 34}, {0, 202, 7}},
      {k709, kFull, {41, 240, 110}, {12, 28, 248}},
  };
  for (const ColorCase& c : cases) {
    media::Frame frame = make_frame(PixelFormat::kI420, 6, 2, [&](int plane, int, int) {
      return c.yuv[static_cast<std::size_t>(plane)];
    });
    frame.matrix = c.matrix;
    frame.range = c.range;
    std::array<std::uint8_t, 18> rgb{};
    RgbRows(frame, 0, 6).read(1, rgb.data());
    for (std::size_t i = 0; i < rgb.size(); ++i) {
      EXPECT_EQ(rgb[i], c.rgb[i % 3]) << "y " << c.yuv[0] << " byte " << i;
    }
  }
}

TEST(RgbRows, OneChromaSampleServesItsFourPixelsAlsoAtOddEdges) {
  const media::Frame frame = make_frame(PixelFormat::kI420, 5, 3, [](int plane, int x, int y) {
    return plane == 0 ? 128 : plane == 2 ? 128 + 40 * (x == 2) + 80 * (y == 1) : 128;
  });
  RgbRows rows(frame, 0, 5);
  std::array<std::uint8_t, 15> first{};
  std::array<std::uint8_t, 15> last{};
  rows.read(0, first.data());
  rows.read(2, last.data());
  EXPECT_EQ(first[0], first[9]);
  EXPECT_GT(first[12], first[9]);
  EXPECT_GT(last[0], first[0]);
}

TEST(Letterbox, FitsANetworksPictureToTheSource) {
  EXPECT_EQ(fitted({640, 640}, {640, 360}), (Size{640, 384}));
  EXPECT_EQ(fitted({640, 640}, {360, 640}), (Size{384, 640}));
  EXPECT_EQ(fitted({640, 640}, {1280, 720}), (Size{640, 384}));
  EXPECT_EQ(fitted({640, 640}, {500, 500}), (Size{640, 640}));
  EXPECT_EQ(fitted({576, 320}, {1280, 720}), (Size{576, 320}));  // Never larger: 324 rows would be.
  EXPECT_EQ(fitted({416, 416}, {4096, 16}), (Size{416, 32}));
  EXPECT_EQ(fitted({640, 640}, {1024, 512}), (Size{640, 320}));  // No row more than is shown.
}

// What is shown is as large as before.
TEST(Letterbox, ShowsAFittedPictureAtTheSameScale) {
  inference::InputSpec input;
  input.width = input.height = 640;
  const LetterboxPlan whole = plan_letterbox({1280, 720}, input);
  const Size size = fitted({640, 640}, {1280, 720});
  input.width = size.width;
  input.height = size.height;
  const LetterboxPlan fit = plan_letterbox({1280, 720}, input);
  EXPECT_EQ(fit.resized, whole.resized);
  EXPECT_EQ(fit.scale, whole.scale);
}

// Geometry by Ultralytics' LetterBox and YOLOX's preproc, worked out by hand.
struct PlanCase {
  Size source;
  Size network;
  LetterboxPlacement placement;
  Size resized;
  int x;
  int y;
};

TEST(Letterbox, PlansAsUltralyticsAndYoloxDo) {
  constexpr auto kCenter = LetterboxPlacement::kCenter;
  constexpr auto kTopLeft = LetterboxPlacement::kTopLeft;
  const std::vector<PlanCase> cases{
      {{640, 360}, {640, 640}, kCenter, {640, 360}, 0, 140},
      {{810, 1080}, {640, 640}, kCenter, {480, 640}, 80, 0},
      {{1280, 720}, {320, 320}, kCenter, {320, 180}, 0, 70},
      {{640, 361}, {640, 640}, kCenter, {640, 361}, 0, 139},   // 279 free: 139 above, 140 below.
      {{1000, 333}, {416, 416}, kCenter, {416, 139}, 0, 138},  // 138.528 rounds up.
      {{640, 5}, {320, 320}, kCenter, {320, 2}, 0, 159},       // 2.5 rounds to even.
      {{4096, 2}, {640, 640}, kCenter, {640, 1}, 0, 319},      // Never nothing.
      {{320, 180}, {640, 640}, kCenter, {640, 360}, 0, 140},   // Grows, too.
      {{640, 360}, {416, 416}, kTopLeft, {416, 234}, 0, 0},
      {{1000, 333}, {416, 416}, kTopLeft, {416, 138}, 0, 0},  // Truncated.
      {{810, 1080}, {416, 416}, kTopLeft, {312, 416}, 0, 0},
  };
  for (const PlanCase& c : cases) {
    const LetterboxPlan plan =
        plan_letterbox(c.source, input_of(c.network.width, c.network.height, c.placement));
    const ::testing::Message at = ::testing::Message() << c.source.width << "x" << c.source.height;
    EXPECT_EQ(plan.resized, c.resized) << at;
    EXPECT_EQ(plan.offset_x, c.x) << at;
    EXPECT_EQ(plan.offset_y, c.y) << at;
  }
}

TEST(Letterbox, RegionIsClippedToThePictureAndBeginsWhereChromaDoes) {
  const InputSpec input = input_of(64, 64);
  EXPECT_EQ(plan_letterbox({100, 80}, input, Region{11, 21, 30, 20}).region,
            (Region{10, 20, 31, 21}));
  EXPECT_EQ(plan_letterbox({100, 80}, input, Region{-5, 70, 500, 2147483647}).region,
            (Region{0, 70, 100, 10}));
  for (const Region outside : {Region{100, 0, 5, 5}, Region{0, 0, 0, 9}, Region{3, 3, -4, 2}}) {
    EXPECT_EQ(plan_letterbox({100, 80}, input, outside).region, (Region{0, 0, 100, 80}));
  }
}

// The literal definition: for each network pixel the four source pixels around its centre.
std::vector<double> slow_letterbox(const media::Frame& frame, const LetterboxPlan& plan) {
  std::vector<std::vector<std::uint8_t>> rows;
  RgbRows reader(frame, 0, frame.width);
  for (int y = 0; y < frame.height; ++y) {
    rows.emplace_back(static_cast<std::size_t>(frame.width) * 3);
    reader.read(y, rows.back().data());
  }
  const Region& r = plan.region;
  const auto at = [&](int x, int y, int c) {
    const int column = r.left + std::clamp(x, 0, r.width - 1);
    const int row = r.top + std::clamp(y, 0, r.height - 1);
    return static_cast<double>(
        rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column * 3 + c)]);
  };
  std::vector<double> out(plan.bytes(), plan.pad_value);
  for (int y = 0; y < plan.resized.height; ++y) {
    for (int x = 0; x < plan.resized.width; ++x) {
      const double sx = (x + 0.5) * r.width / plan.resized.width - 0.5;
      const double sy = (y + 0.5) * r.height / plan.resized.height - 0.5;
      const int ix = static_cast<int>(std::floor(sx));
      const int iy = static_cast<int>(std::floor(sy));
      const double fx = sx - ix;
      const double fy = sy - iy;
      for (int c = 0; c < 3; ++c) {
        const double top = at(ix, iy, c) * (1 - fx) + at(ix + 1, iy, c) * fx;
        const double bottom = at(ix, iy + 1, c) * (1 - fx) + at(ix + 1, iy + 1, c) * fx;
        const int pixel = (y + plan.offset_y) * plan.network.width + x + plan.offset_x;
        out[static_cast<std::size_t>(pixel * 3 + c)] = top * (1 - fy) + bottom * fy;
      }
    }
  }
  return out;
}

struct PictureCase {
  PixelFormat format;
  Size source;
  Size network;
  LetterboxPlacement placement;
  std::optional<Region> region;
};

TEST(Letterbox, IsWithinOneLevelOfTheLiteralDefinition) {
  constexpr auto kCenter = LetterboxPlacement::kCenter;
  constexpr auto kTopLeft = LetterboxPlacement::kTopLeft;
  const std::vector<PictureCase> cases{
      {PixelFormat::kI420, {64, 36}, {64, 64}, kCenter, {}},     // Not resized.
      {PixelFormat::kI420, {36, 64}, {64, 64}, kCenter, {}},     // Not resized, grey at the sides.
      {PixelFormat::kI420, {63, 35}, {96, 64}, kCenter, {}},     // Odd, grows.
      {PixelFormat::kI420, {128, 72}, {64, 64}, kCenter, {}},    // Exactly half.
      {PixelFormat::kI420, {200, 113}, {32, 32}, kTopLeft, {}},  // Skips rows.
      {PixelFormat::kRgb24, {81, 108}, {64, 64}, kCenter, {}},
      {PixelFormat::kRgb24, {1, 1}, {32, 32}, kCenter, {}},
      {PixelFormat::kRgb24, {1, 90}, {32, 32}, kTopLeft, {}},
      {PixelFormat::kI420, {100, 80}, {64, 32}, kCenter, Region{21, 13, 50, 40}},
      {PixelFormat::kRgb24, {100, 80}, {64, 64}, kCenter, Region{20, 14, 64, 40}},
  };
  for (const PictureCase& c : cases) {
    const media::Frame frame = make_frame(c.format, c.source.width, c.source.height, noise);
    const LetterboxPlan plan = plan_letterbox(
        c.source, input_of(c.network.width, c.network.height, c.placement), c.region);
    std::vector<std::uint8_t> rgb(plan.bytes(), 7);
    letterbox(frame, plan, rgb);
    const std::vector<double> expected = slow_letterbox(frame, plan);
    double worst = 0;
    for (std::size_t i = 0; i < rgb.size(); ++i) {
      worst = std::max(worst, std::abs(rgb[i] - expected[i]));
    }
    EXPECT_LE(worst, 1.0) << c.source.width << "x" << c.source.height;
  }
}

TEST(Letterbox, BoxesGoThereAndBackWithinAThousandthOfAPixel) {
  for (const auto placement : {LetterboxPlacement::kCenter, LetterboxPlacement::kTopLeft}) {
    for (const Size source : {Size{640, 360}, Size{811, 1079}, Size{1280, 720}}) {
      const LetterboxPlan plan =
          plan_letterbox(source, input_of(416, 320, placement), Region{40, 20, 500, 300});
      const Box box{60.25F, 33.5F, 300.75F, 201.0F};
      const Box back = to_source(to_network(box, plan), plan);
      EXPECT_NEAR(back.left, box.left, 1e-3);
      EXPECT_NEAR(back.top, box.top, 1e-3);
      EXPECT_NEAR(back.right, box.right, 1e-3);
      EXPECT_NEAR(back.bottom, box.bottom, 1e-3);
    }
  }
}

TEST(Letterbox, BoxesAreClippedToThePicture) {
  const LetterboxPlan plan = plan_letterbox({640, 360}, input_of(640, 640));
  EXPECT_EQ(to_source({-50, 0, 900, 639}, plan), (Box{0, 0, 640, 360}));
  EXPECT_EQ(to_source({10, 150, 20, 170}, plan), (Box{10, 10, 20, 30}));
}

}  // namespace
}  // namespace tally::vision
