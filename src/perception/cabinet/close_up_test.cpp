#include "perception/cabinet/close_up.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::cabinet {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using vision::Box;
using vision::Detection;
using vision::Region;

constexpr CabinetClasses kClasses;
constexpr vision::Size kPicture{1280, 720};

Detection hand(Box box, float score = 0.8F) { return {box, kClasses.hand, score}; }
Detection held(Box box, float score = 0.8F) { return {box, kClasses.item_in_hand, score}; }

std::vector<Region> windows_of(const std::vector<Detection>& found,
                               vision::Size picture = kPicture) {
  return close_ups(found, kClasses, picture);
}

TEST(CloseUps, AreSquareAroundAHandAndAsLargeAsItIs) {
  EXPECT_THAT(windows_of({hand({600, 300, 660, 400})}), ElementsAre(Region{470, 190, 320, 320}));
  EXPECT_THAT(windows_of({hand({600, 300, 620, 320})}), ElementsAre(Region{562, 262, 96, 96}));
  EXPECT_THAT(windows_of({hand({300, 100, 700, 600})}), ElementsAre(Region{230, 80, 540, 540}));
}

TEST(CloseUps, KeepTheirSizeAtTheRimOfThePicture) {
  EXPECT_THAT(windows_of({hand({0, 0, 60, 100})}), ElementsAre(Region{0, 0, 320, 320}));
  EXPECT_THAT(windows_of({hand({1220, 620, 1280, 720})}), ElementsAre(Region{960, 400, 320, 320}));
}

TEST(CloseUps, OfASmallerPictureAreSmallerToo) {
  EXPECT_THAT(windows_of({hand({300, 150, 310, 160})}, {640, 360}),
              ElementsAre(Region{280, 130, 48, 48}));
}

TEST(CloseUps, ShowAHandAndWhatItHoldsInOneWindow) {
  EXPECT_THAT(windows_of({held({630, 360, 700, 430}), hand({600, 300, 660, 400})}),
              ElementsAre(Region{470, 190, 320, 320}));
}

TEST(CloseUps, GiveAnItemFarFromEveryHandItsOwn) {
  EXPECT_THAT(windows_of({held({900, 300, 1000, 400}), hand({300, 300, 360, 400})}), SizeIs(2));
}

TEST(CloseUps, OfManyHandsAreOfTheSurest) {
  std::vector<Detection> found;
  for (int i = 0; i < 6; ++i) {
    const auto left = static_cast<float>(200 * i);
    found.push_back(hand({left, 300, left + 40, 340}, 0.3F + 0.1F * static_cast<float>(i)));
  }
  const std::vector<Region> windows = windows_of(found);
  ASSERT_THAT(windows, SizeIs(kCloseUpsMax));
  EXPECT_GT(windows[0].left, windows[3].left);
}

TEST(CloseUps, HaveNoneForItemsAtRest) {
  EXPECT_THAT(windows_of({{{600, 300, 660, 400}, kClasses.item, 0.9F}}), SizeIs(0));
}

TEST(Merged, CountsWhatTwoWindowsShowOnce) {
  const std::vector<CloseUpFinds> windows{
      {{100, 100, 300, 300}, {held({200, 200, 260, 260}, 0.6F)}},
      {{180, 100, 300, 300}, {held({202, 201, 262, 259}, 0.9F)}}};
  const std::vector<Detection> found = merged(windows, kPicture);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].score, 0.9F);
}

TEST(Merged, PrefersTheBoxThatNoRimCuts) {
  const std::vector<CloseUpFinds> windows{
      {{100, 100, 140, 300}, {held({200, 200, 240, 260}, 0.9F)}},  // Cut at 240.
      {{180, 100, 300, 300}, {held({200, 200, 270, 262}, 0.6F)}}};
  const std::vector<Detection> found = merged(windows, kPicture);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].box.right, 270);
}

TEST(Merged, LeavesTwoThingsOfOneWindowAndThoseOfOtherClasses) {
  const std::vector<CloseUpFinds> windows{
      {{100, 100, 300, 300},
       {held({200, 200, 260, 260}), held({230, 200, 290, 260}), hand({200, 200, 260, 260})}}};
  EXPECT_THAT(merged(windows, kPicture), SizeIs(3));
}

}  // namespace
}  // namespace tally::cabinet
