#include "perception/cabinet/facing_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <random>
#include <utility>

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

TEST(CellsChanged, NoiseAndLampsAreAlikeAndAnotherThingIsOther) {
  EXPECT_LT(cells_changed(patch_of(1), patch_of(1, 1, 0, 2)), -1.2F);
  EXPECT_LT(cells_changed(patch_of(1), patch_of(1, 1, -30, 2)), -1.2F) << "darker as a whole";
  EXPECT_GT(cells_changed(patch_of(1), patch_of(2, 1, 0, 2)), 1.5F);
}

TEST(CellsChanged, APartThatIsOtherTellsOfWhatStandsBesideHoweverMuchItDiffers) {
  const Patch before = patch_of(1);
  Patch part = before;
  Patch all = before;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    // Stripes, so that the mean stays.
    const float off = i % 2 == 0 ? 1.0F : -1.0F;
    if (i % kPatchWidth < 4) part.luma[i] += 100 * off;
    all.luma[i] += 30 * off;
  }
  EXPECT_GT(difference(before, part), difference(before, all));
  EXPECT_LT(cells_changed(before, part), 0);
  EXPECT_GT(cells_changed(before, all), 2);
}

TEST(CellsChanged, IsWithinItsEnds) {
  Patch black;
  Patch white;
  for (std::size_t i = 0; i < kPatchPixels; ++i) white.luma[i] = i % 2 == 0 ? 255 : 0;
  EXPECT_NEAR(cells_changed(black, black), kCellsAlike, 1e-4);
  EXPECT_NEAR(cells_changed(black, white), kCellsOther, 1e-4);
}

TEST(FacingWatch, AnAppearanceThatLastsIsOneState) {
  FacingWatch watch;
  for (unsigned i = 0; i < 20; ++i) watch.push(from_seconds(0.1 * i), patch_of(1, 1, 0, i));
  ASSERT_EQ(watch.states().size(), 1U);
  EXPECT_EQ(watch.states()[0].looks, 20);
  EXPECT_EQ(watch.change(from_seconds(0.5), from_seconds(1.5)), kSameState);
}

TEST(FacingWatch, AChangeIsToldBetweenTheTimesAroundIt) {
  FacingWatch watch;
  for (unsigned i = 0; i < 10; ++i) watch.push(from_seconds(0.1 * i), patch_of(1, 1, 0, i));
  for (unsigned i = 30; i < 40; ++i) watch.push(from_seconds(0.1 * i), patch_of(2, 1, 0, i));
  ASSERT_EQ(watch.states().size(), 2U);
  EXPECT_GT(watch.change(from_seconds(0.9), from_seconds(3)).value(), 1.5F);
  EXPECT_EQ(watch.change(from_seconds(0.1), from_seconds(0.8)), kSameState);
  EXPECT_EQ(watch.change(from_seconds(3.2), from_seconds(3.5)), kSameState);
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

// What is shown one after the other, each for `looks` tenths of a second.
FacingWatch watched(std::initializer_list<std::pair<unsigned, unsigned>> shown) {
  FacingWatch watch;
  unsigned at = 0;
  for (const auto& [what, looks] : shown) {
    for (unsigned i = 0; i < looks; ++i, ++at) {
      watch.push(from_seconds(0.1 * at), patch_of(what, 1, 0, at));
    }
  }
  return watch;
}

TEST(FacingWatch, TakenAndPutBackIsNoChangeInTheEnd) {
  const FacingWatch watch = watched({{1, 8}, {2, 8}, {1, 8}});
  EXPECT_LT(watch.change(from_seconds(0.2), from_seconds(2)).value(), -1.2F);
  EXPECT_GT(watch.change(from_seconds(0.2), from_seconds(1.2)).value(), 1.5F);
}

TEST(FacingWatch, WhatIsSeenForAMomentBetweenOthersIsAnArm) {
  const FacingWatch arm = watched({{1, 8}, {3, 4}, {2, 8}});
  EXPECT_EQ(arm.states().size(), 3U);
  EXPECT_EQ(arm.change(from_seconds(0.2), from_seconds(1)),
            arm.change(from_seconds(0.2), from_seconds(1.5)));
  const FacingWatch lasting = watched({{1, 8}, {3, 8}, {2, 8}});
  EXPECT_NE(lasting.change(from_seconds(0.2), from_seconds(1)),
            lasting.change(from_seconds(0.2), from_seconds(2)));
  // How it looks in the end counts however short that was.
  EXPECT_GT(watched({{1, 8}, {3, 3}}).change(from_seconds(0.2), from_seconds(0.9)).value(), 1.5F);
}

TEST(FacingWatch, WhatLooksAsItDidFirstHasComeBack) {
  const auto came_back = [](std::initializer_list<std::pair<unsigned, unsigned>> shown) {
    return watched(shown).came_back(from_seconds(0.2), from_seconds(1.2), from_seconds(2));
  };
  EXPECT_TRUE(came_back({{1, 8}, {2, 8}, {1, 8}}));
  EXPECT_FALSE(came_back({{1, 8}, {2, 8}, {3, 8}}));
  EXPECT_FALSE(came_back({{1, 8}, {2, 8}, {2, 8}})) << "it stays away";
  EXPECT_FALSE(came_back({{1, 8}, {1, 8}, {1, 8}})) << "it never left";
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
