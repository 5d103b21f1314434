#include "perception/cabinet/facing_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "perception/cabinet/cabinet_stage.hpp"
#include "perception/vision/test_frames.hpp"

namespace tally::cabinet {
namespace {

// A textured place; `number` says what stands there.
Patch patch_of(unsigned number, float gain = 1, float offset = 0, unsigned noise = 1) {
  std::mt19937 pattern(number);
  std::mt19937 random(noise);
  std::uniform_real_distribution<float> level(40, 200);
  std::normal_distribution<float> sensor(0, 2);
  Patch patch;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    patch.luma[i] = gain * level(pattern) + offset + sensor(random);
    patch.cb[i] = 128 + 0.1F * static_cast<float>(number) + sensor(random) / 2;
    patch.cr[i] = 128 + sensor(random) / 2;
  }
  return patch;
}

// The mean of a plane over a box in its own pixels, to the whole ones that it touches.
float plain_mean(int plane, double left, double top, double right, double bottom) {
  double sum = 0;
  int count = 0;
  for (int y = static_cast<int>(top); y < std::ceil(bottom); ++y) {
    for (int x = static_cast<int>(left); x < std::ceil(right); ++x, ++count) {
      sum += vision::testing::noise(plane, x, y);
    }
  }
  return static_cast<float>(sum / count);
}

TEST(CutPatch, EachCellIsTheMeanOfThePixelsItTouches) {
  const media::Frame frame =
      vision::testing::make_frame(media::PixelFormat::kI420, 190, 151, vision::testing::noise);
  const vision::Box box{17.25F, 11.5F, 80.25F,
                        71.5F};  // Cells of 10.5 by 7.5 pixels at twice that.
  const Patch patch = cut_patch(frame, box, 2);
  std::size_t at = 0;
  for (int row = 0; row < kPatchHeight; ++row) {
    for (int column = 0; column < kPatchWidth; ++column, ++at) {
      const double left = 34.5 + 10.5 * column;
      const double top = 23 + 7.5 * row;
      const auto mean = [&](int plane, double share) {
        return plain_mean(plane, left * share, top * share, (left + 10.5) * share,
                          (top + 7.5) * share);
      };
      ASSERT_FLOAT_EQ(patch.luma[at], mean(0, 1)) << row << " " << column;
      ASSERT_FLOAT_EQ(patch.cb[at], mean(1, 0.5)) << row << " " << column;
      ASSERT_FLOAT_EQ(patch.cr[at], mean(2, 0.5)) << row << " " << column;
    }
  }
}

TEST(Difference, NoiseAndLampsAreSmallAndAnotherThingIsLarge) {
  EXPECT_LT(difference(patch_of(1), patch_of(1, 1, 0, 2)), 1.5F);
  EXPECT_LT(difference(patch_of(1), patch_of(1, 1.2F, -15, 2)), 2.5F);
  EXPECT_GT(difference(patch_of(1), patch_of(2, 1, 0, 2)), 6.0F);
}

TEST(FacingWatch, AnAppearanceThatLastsIsOneState) {
  FacingWatch watch;
  for (unsigned i = 0; i < 20; ++i) watch.push(from_seconds(0.1 * i), patch_of(1, 1, 0, i));
  ASSERT_EQ(watch.states().size(), 1U);
  EXPECT_EQ(watch.states()[0].looks, 20);
  EXPECT_EQ(watch.change(from_seconds(0.5), from_seconds(1.5)), 0.0F);
}

TEST(FacingWatch, AChangeIsToldBetweenTheTimesAroundIt) {
  FacingWatch watch;
  for (unsigned i = 0; i < 10; ++i) watch.push(from_seconds(0.1 * i), patch_of(1, 1, 0, i));
  for (unsigned i = 30; i < 40; ++i) watch.push(from_seconds(0.1 * i), patch_of(2, 1, 0, i));
  ASSERT_EQ(watch.states().size(), 2U);
  EXPECT_GT(watch.change(from_seconds(0.9), from_seconds(3)).value(), 6.0F);
  EXPECT_EQ(watch.change(from_seconds(0.1), from_seconds(0.8)), 0.0F);
  EXPECT_EQ(watch.change(from_seconds(3.2), from_seconds(3.5)), 0.0F);
  EXPECT_FALSE(watch.change(from_seconds(3.2), from_seconds(4.5)));
}

TEST(FacingWatch, ASingleOddLookIsForgotten) {
  FacingWatch watch;
  for (unsigned i = 0; i < 10; ++i) {
    watch.push(from_seconds(0.1 * i), patch_of(i == 5 ? 2 : 1, 1, 0, i));
  }
  ASSERT_EQ(watch.states().size(), 1U);
  EXPECT_EQ(watch.states()[0].looks, 9);
}

TEST(FacingWatch, TakenAndPutBackIsNoChangeInTheEnd) {
  FacingWatch watch;
  unsigned at = 0;
  for (const unsigned shown : {1U, 2U, 1U}) {
    for (unsigned i = 0; i < 5; ++i, ++at) {
      watch.push(from_seconds(0.1 * at), patch_of(shown, 1, 0, at));
    }
  }
  EXPECT_LT(watch.change(from_seconds(0.2), from_seconds(1.2)).value(), 1.5F);
  EXPECT_GT(watch.change(from_seconds(0.2), from_seconds(0.7)).value(), 6.0F);
}

TEST(FacingWatch, WhatLooksAsItDidFirstHasComeBack) {
  const auto watched = [](std::initializer_list<unsigned> shown) {
    FacingWatch watch;
    unsigned at = 0;
    for (const unsigned one : shown) {
      for (unsigned i = 0; i < 5; ++i, ++at) {
        watch.push(from_seconds(0.1 * at), patch_of(one, 1, 0, at));
      }
    }
    return watch;
  };
  const auto came_back = [](const FacingWatch& watch) {
    return watch.came_back(from_seconds(0.2), from_seconds(0.7), from_seconds(1.2));
  };
  EXPECT_TRUE(came_back(watched({1, 2, 1})));
  EXPECT_FALSE(came_back(watched({1, 2, 3})));
  EXPECT_FALSE(came_back(watched({1, 2, 2}))) << "it stays away";
  EXPECT_FALSE(came_back(watched({1, 1, 1}))) << "it never left";
}

TEST(FacingViews, EveryFrontItemThatACameraCanSeeHasAViewWhereItIs) {
  const cart::Layout layout = testing::layout_of();
  const auto cameras = testing::cameras_of(layout);
  const auto views = facing_views(layout, cameras);
  EXPECT_GT(views.size(), 40U);
  for (const FacingView& view : views) {
    const auto body = testing::front_of(layout, view.facing);
    const auto pixel = cameras[view.camera].project(body - vision::Point3{0, 0.035, 0});
    ASSERT_TRUE(pixel);
    EXPECT_GT(pixel->x, view.box.left - 30);
    EXPECT_LT(pixel->x, view.box.right + 30);
    EXPECT_GE(view.visible, kViewVisibleMin);
  }
}

TEST(FacingViews, ShelvesHideWhatIsBehindThem) {
  const cart::Layout layout = testing::layout_of(1);
  const auto cameras = testing::cameras_of(layout);
  double top = 0;
  double bottom = 0;
  for (const FacingView& view : facing_views(layout, cameras)) {
    const std::size_t shelf = layout.facings[view.facing].place->shelf;
    if (shelf == 3) top = std::max(top, view.visible);
    if (shelf == 0) bottom = std::max(bottom, view.visible);
  }
  EXPECT_GT(top, 0.9);      // From above, the highest shelf is open to see.
  EXPECT_LT(bottom, 0.75);  // The tops of what stands lower are behind the boards above.
}

}  // namespace
}  // namespace tally::cabinet
