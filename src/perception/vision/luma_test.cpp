#include "perception/vision/luma.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tally::vision {
namespace {

media::Frame grey_frame(std::vector<std::uint8_t>& pixels, int width, int height) {
  media::Frame frame;
  frame.width = width;
  frame.height = height;
  frame.planes[0] = {pixels.data(), static_cast<std::size_t>(width)};
  return frame;
}

LumaImage noise_image(std::uint32_t seed) {
  std::mt19937 random(seed);
  LumaImage image{40, 30, std::vector<std::uint8_t>(1200)};
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(40 + random() % 120);
  return image;
}

TEST(AnalysisImage, AveragesSquaresAndFitsTheLimitForEverySize) {
  for (const auto [width, height] : {std::pair(320, 180), std::pair(640, 360), std::pair(961, 17),
                                     std::pair(720, 1280), std::pair(4096, 2304)}) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * height, 77);
    LumaImage image;
    make_analysis_image(grey_frame(pixels, width, height), image);
    EXPECT_LE(std::max(image.width, image.height), kAnalysisSideMax);
    EXPECT_GE(std::max(image.width, image.height), kAnalysisSideMax / 2);
    EXPECT_EQ(image.width,
              static_cast<int>(static_cast<float>(width) * analysis_scale(width, height)));
    EXPECT_EQ(image.pixels, std::vector<std::uint8_t>(image.pixels.size(), 77));
  }
}

TEST(AnalysisImage, EachPixelIsTheRoundedMeanOfItsSquare) {
  std::vector<std::uint8_t> pixels(640 * 4, 0);
  pixels[0] = 10;
  pixels[1] = 20;
  pixels[640] = 30;
  pixels[641] = 42;
  LumaImage image;
  make_analysis_image(grey_frame(pixels, 640, 4), image);
  EXPECT_EQ(image.pixels[0], 26);
  EXPECT_EQ(image.pixels[1], 0);
}

TEST(AnalysisImage, IsThePlainMeanWhateverTheReduction) {
  for (const int n : {1, 2, 3, 4, 5}) {
    const int width = kAnalysisSideMax * n;
    const int height = 6 * n;
    std::mt19937 random(static_cast<std::uint32_t>(n));
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height));
    for (auto& pixel : pixels)
      pixel = static_cast<std::uint8_t>(random() % 2 * 200 + random() % 56);
    LumaImage image;
    make_analysis_image(grey_frame(pixels, width, height), image);
    ASSERT_EQ(image.width, kAnalysisSideMax);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        int sum = n * n / 2;
        for (int i = 0; i < n * n; ++i) {
          sum += pixels[static_cast<std::size_t>((y * n + i / n) * width + x * n + i % n)];
        }
        ASSERT_EQ(image.row(y)[x], sum / (n * n)) << n << " " << x << " " << y;
      }
    }
  }
}

TEST(Similarity, IsOneForTheSameContentUnderOtherLightAndLowForOther) {
  const LumaImage a = noise_image(1);
  LumaImage dim = a;
  for (auto& pixel : dim.pixels) pixel = static_cast<std::uint8_t>(pixel * 6 / 10 + 20);
  const Box all{0, 0, 40, 30};
  EXPECT_GT(similarity(a, a, all), 0.999F);
  EXPECT_GT(similarity(a, dim, all), 0.99F);
  EXPECT_LT(similarity(a, noise_image(2), all), 0.2F);
}

TEST(Similarity, LooksOnlyInsideTheBoxAndClipsIt) {
  const LumaImage a = noise_image(1);
  LumaImage b = a;
  for (int y = 0; y < 30; ++y) {
    for (int x = 20; x < 40; ++x) b.pixels[static_cast<std::size_t>(y * 40 + x)] = 0;
  }
  EXPECT_GT(similarity(a, b, {0, 0, 20, 30}), 0.999F);
  EXPECT_LT(similarity(a, b, {10, 0, 500, 500}), 0.8F);
  EXPECT_EQ(similarity(a, b, {100, 100, 120, 120}), 1.0F);
}

TEST(Similarity, FlatPicturesAreComparedByBrightness) {
  const LumaImage bright{8, 8, std::vector<std::uint8_t>(64, 200)};
  const LumaImage nearly{8, 8, std::vector<std::uint8_t>(64, 203)};
  const LumaImage dark{8, 8, std::vector<std::uint8_t>(64, 60)};
  EXPECT_EQ(similarity(bright, nearly, {0, 0, 8, 8}), 1.0F);
  EXPECT_EQ(similarity(bright, dark, {0, 0, 8, 8}), 0.0F);
}

// A black or blown-out shelf is not the item that stood before it.
TEST(Similarity, ATexturedAndAFlatPictureAreUnlike) {
  const LumaImage textured = noise_image(1);
  const LumaImage flat{40, 30, std::vector<std::uint8_t>(1200, 16)};
  EXPECT_EQ(similarity(textured, flat, {0, 0, 40, 30}), 0.0F);
  EXPECT_EQ(similarity(flat, textured, {0, 0, 40, 30}), 0.0F);
}

}  // namespace
}  // namespace tally::vision
