#include "perception/identify/alignment.hpp"

#include <gtest/gtest.h>

#include "perception/identify/testing_view.hpp"

namespace tally::identify {
namespace {

using testing::Scene;
using testing::shoot;
using testing::Shot;

const Scene kShelf{{{1, {0.1F, 0.2F, 0.25F, 0.8F}},
                    {2, {0.35F, 0.2F, 0.5F, 0.8F}},
                    {3, {0.6F, 0.2F, 0.75F, 0.8F}}}};

ViewImage image(const Scene& scene, const Shot& shot = {}) {
  return make_view_image(shoot(scene, shot));
}

// The farthest that a corner of the picture lands from where it should.
double worst_corner(const Affine& found, const Affine& wanted, vision::Size size) {
  double worst = 0;
  for (const float x : {0.0F, static_cast<float>(size.width)}) {
    for (const float y : {0.0F, static_cast<float>(size.height)}) {
      const vision::Point a = found({x, y});
      const vision::Point b = wanted({x, y});
      worst = std::max(worst,
                       std::hypot(static_cast<double>(a.x - b.x), static_cast<double>(a.y - b.y)));
    }
  }
  return worst;
}

TEST(Align, AFixedCameraHasNotMoved) {
  const ViewImage before = image(kShelf);
  const Alignment same = align(before, image(kShelf, {.seed = 99}));
  ASSERT_TRUE(same.found);
  EXPECT_LT(worst_corner(same.map, {}, before.size), 0.2);
  EXPECT_LT(same.spread, 0.2);
  EXPECT_LT(same.noise, 0.1);
  EXPECT_GT(same.agreeing, 0.95);
}

TEST(Align, FindsHowTheCameraMovedAlthoughItemsLeft) {
  Scene fewer = kShelf;
  fewer.packs.erase(fewer.packs.begin(), fewer.packs.begin() + 2);
  const ViewImage before = image(kShelf);
  const std::vector<Affine> moves{{1, 0, 3.3, 0, 1, -2.6},
                                  {1.03, 0.01, -9, -0.015, 0.98, 12},
                                  {0.95, -0.02, 25, 0.02, 0.96, -4}};
  for (const Affine& move : moves) {
    const Alignment found = align(before, image(fewer, {.view = move}));
    ASSERT_TRUE(found.found);
    // `view` leads from the second picture to the first; the map leads back.
    for (const vision::Point p : {vision::Point{80, 60}, {320, 60}, {80, 240}, {320, 240}}) {
      const vision::Point back = move(found.map(p));
      EXPECT_NEAR(back.x, p.x, 0.5);
      EXPECT_NEAR(back.y, p.y, 0.5);
    }
  }
}

TEST(Align, MeasuresLightAndHowUnlikeThePicturesAre) {
  const ViewImage before = image(kShelf);
  const Alignment darker = align(before, image(kShelf, {.light = 0.7F, .seed = 99}));
  ASSERT_TRUE(darker.found);
  for (const double gain : darker.gain) EXPECT_NEAR(gain, 1 / 0.7, 0.05);
  const Alignment rough = align(before, image(kShelf, {.noise = 25, .seed = 99}));
  ASSERT_TRUE(rough.found);
  EXPECT_GT(rough.noise, 2 * darker.noise);
}

TEST(Align, PicturesOfAnotherSizeAreMappedOntoEachOther) {
  const ViewImage before = image(kShelf);
  const ViewImage after = image(kShelf, {.width = 320, .height = 240});
  const Alignment found = align(before, after);
  ASSERT_TRUE(found.found);
  EXPECT_LT(worst_corner(found.map, {0.8, 0, 0, 0, 0.8, 0}, before.size), 0.5);
}

TEST(Align, WhatShowsAnotherPlaceOrNothingIsNotFound) {
  const ViewImage before = image(kShelf);
  const Scene elsewhere{{{7, {0.0F, 0.0F, 0.5F, 1.0F}}, {8, {0.5F, 0.0F, 1.0F, 1.0F}}}};
  const ViewImage flat = [] {
    ViewImage image;
    image.size = {400, 300};
    image.pixels.assign(400 * 300, {90, 90, 90});
    image.grey.assign(400 * 300, 90);
    return image;
  }();
  for (const ViewImage& after : {image(elsewhere, {.noise = 0}), flat}) {
    const Alignment found = align(before, after);
    EXPECT_FALSE(found.found);
    EXPECT_LT(worst_corner(found.map, {}, before.size), 1e-6);
  }
  EXPECT_FALSE(align(flat, before).found);
}

TEST(Align, TinyPicturesHaveNoBlocks) {
  for (const int side : {1, 2, 24, 30}) {
    const ViewImage tiny = image(kShelf, {.width = side, .height = side});
    EXPECT_FALSE(align(tiny, tiny).found);
  }
}

}  // namespace
}  // namespace tally::identify
