#include "perception/vision/motion_gate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tally::vision {
namespace {

constexpr int kWidth = 160;
constexpr int kHeight = 96;

// A textured wall seen by a camera at `shift`, lit `light` levels brighter, with a little noise; a
// textured square of 24 pixels stands at (x, 40) where x is not negative.
LumaImage view(int x, int shift, int light, std::uint32_t seed) {
  std::mt19937 noise(seed);
  LumaImage image{kWidth, kHeight, std::vector<std::uint8_t>(kWidth * kHeight)};
  const auto texture = [](int u, int v, int kind) {
    const auto h = static_cast<std::uint32_t>(u / 4 * 7919 ^ v / 4 * 104729 ^ kind * 31337);
    return static_cast<int>(50 + (h * 2654435761U >> 24U) % 100);
  };
  for (int row = 0; row < kHeight; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      const bool square = x >= 0 && column >= x && column < x + 24 && row >= 40 && row < 64;
      const int level = square ? texture(column - x, row, 1) : texture(column + shift, row, 0);
      image.pixels[static_cast<std::size_t>(row * kWidth + column)] =
          static_cast<std::uint8_t>(level + light + static_cast<int>(noise() % 4));
    }
  }
  return image;
}

MotionField last_field(const std::vector<LumaImage>& images, double fps) {
  MotionGate gate;
  MotionField field;
  for (std::size_t i = 0; i < images.size(); ++i) {
    field = gate.push(from_seconds(static_cast<double>(i) / fps), images[i]);
  }
  return field;
}

TEST(MotionGate, NoiseAloneIsNoMotion) {
  const auto field = last_field({view(-1, 0, 0, 1), view(-1, 0, 0, 2), view(-1, 0, 0, 3)}, 15);
  EXPECT_EQ(field.activity, 0);
  EXPECT_FALSE(field.view_unsettled);
}

TEST(MotionGate, AThingThatMovesMarksItsCellsAndNoOthers) {
  const auto field = last_field({view(40, 0, 0, 1), view(48, 0, 0, 2)}, 10);
  EXPECT_TRUE(field.any({40, 40, 72, 64}));
  EXPECT_FALSE(field.any({0, 0, 30, 30}));
  EXPECT_FALSE(field.any({100, 40, 160, 96}));
  EXPECT_GT(field.activity, 0.02F);
  EXPECT_LT(field.activity, 0.15F);
  EXPECT_FALSE(field.view_unsettled);
}

TEST(MotionGate, LightThatChangesIsNoMotion) {
  EXPECT_EQ(last_field({view(-1, 0, 0, 1), view(-1, 0, 25, 2)}, 10).activity, 0);
}

TEST(MotionGate, ACameraThatMovesUnsettlesTheWholeView) {
  EXPECT_TRUE(last_field({view(-1, 0, 0, 1), view(-1, 6, 0, 2)}, 10).view_unsettled);
}

// At 60 frames a second a slow thing hardly moves between neighbours; the span does not shrink with
// them.
TEST(MotionGate, SeesTheSameMotionAtAnyFrameRate) {
  std::vector<LumaImage> fast;
  for (int i = 0; i <= 12; ++i) fast.push_back(view(40 + i, 0, 0, 1));
  std::vector<LumaImage> slow;
  for (int i = 0; i <= 12; i += 4) slow.push_back(view(40 + i, 0, 0, 1));
  EXPECT_NEAR(last_field(fast, 60).activity, last_field(slow, 15).activity, 0.02F);
  EXPECT_GT(last_field(fast, 60).activity, 0.01F);
}

TEST(MotionField, AsksOutsideThePictureSafely) {
  const auto field = last_field({view(40, 0, 0, 1), view(48, 0, 0, 2)}, 10);
  EXPECT_FALSE(field.any({-500, -500, -400, -400}));
  EXPECT_FALSE(MotionField{}.any({0, 0, 10, 10}));
}

}  // namespace
}  // namespace tally::vision
