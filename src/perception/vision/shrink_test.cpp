#include "perception/vision/shrink.hpp"

#include <gtest/gtest.h>

#include "perception/vision/test_frames.hpp"

namespace tally::vision {
namespace {

using testing::make_frame;
using testing::noise;

int sample(const media::Frame& frame, int x, int y, int channel) {
  return frame.planes[0].data[static_cast<std::size_t>(y) * frame.planes[0].stride_bytes +
                              static_cast<std::size_t>(3 * x + channel)];
}

TEST(Shrink, EachPixelIsTheRoundedMeanOfItsSquare) {
  const media::Frame frame = make_frame(media::PixelFormat::kRgb24, 11, 8, noise);
  const media::Frame small = shrink(frame, {2, 1, 9, 7}, 3);
  ASSERT_EQ(small.width, 3);
  ASSERT_EQ(small.height, 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        int sum = 0;
        for (int i = 0; i < 9; ++i) {
          sum += sample(frame, 2 + 3 * x + i % 3, 1 + 3 * y + i / 3, channel);
        }
        EXPECT_EQ(sample(small, x, y, channel), (sum + 4) / 9);
      }
    }
  }
}

TEST(Shrink, ByOneCopiesTheRegion) {
  const media::Frame frame = make_frame(media::PixelFormat::kRgb24, 8, 6, noise);
  const media::Frame same = shrink(frame, {4, 2, 3, 4}, 1);
  ASSERT_EQ(same.width, 3);
  ASSERT_EQ(same.height, 4);
  EXPECT_EQ(sample(same, 2, 3, 1), sample(frame, 6, 5, 1));
}

TEST(Shrink, FramesOfVideosBecomeRgb) {
  const media::Frame grey = make_frame(media::PixelFormat::kI420, 16, 16,
                                       [](int plane, int, int) { return plane == 0 ? 126 : 128; });
  const media::Frame small = shrink(grey, {0, 0, 16, 16}, 4);
  EXPECT_EQ(small.format, media::PixelFormat::kRgb24);
  EXPECT_EQ(sample(small, 3, 3, 0), sample(small, 3, 3, 2));
  EXPECT_NEAR(sample(small, 0, 0, 0), (126 - 16) * 255 / 219, 1);
}

TEST(Shrink, TheFactorKeepsTheFittedSize) {
  EXPECT_EQ(shrink_factor({95, 95}, {96, 96}), 1);
  EXPECT_EQ(shrink_factor({191, 10}, {96, 96}), 1);
  EXPECT_EQ(shrink_factor({192, 10}, {96, 96}), 2);
  EXPECT_EQ(shrink_factor({3024, 4032}, {96, 96}), 42);
}

}  // namespace
}  // namespace tally::vision
