#include "perception/media/decoder/timeline.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tally::media::decoder {
namespace {

constexpr TimeBase kMilliseconds{1, 1000};

TEST(Timeline, CountsFromTheFirstFrame) {
  Timeline timeline({1, 30}, 0);
  EXPECT_EQ(timeline.place(90).value(), 0);
  EXPECT_EQ(timeline.place(91).value(), 33'333);
  EXPECT_EQ(timeline.place(93).value(), 100'000);
}

TEST(Timeline, RefusesTimesThatStandStillOrRunBackwards) {
  for (const std::int64_t second : {100, 99, -5}) {
    Timeline timeline(kMilliseconds, 33'333);
    EXPECT_TRUE(timeline.place(100));
    EXPECT_EQ(timeline.place(second).error().error, MediaError::kCorrupt) << second;
  }
}

TEST(Timeline, MissingStampsAreFilledWhereTheRateIsKnown) {
  Timeline known(kMilliseconds, 40'000);
  EXPECT_EQ(known.place(std::nullopt).value(), 0);
  EXPECT_EQ(known.place(std::nullopt).value(), 40'000);
  EXPECT_EQ(known.place(90).value(), 90'000);
  Timeline unknown(kMilliseconds, 0);
  EXPECT_TRUE(unknown.place(std::nullopt));
  EXPECT_EQ(unknown.place(std::nullopt).error().error, MediaError::kCorrupt);
}

TEST(Timeline, TenMinutesIsTheLimit) {
  Timeline timeline(kMilliseconds, 0);
  EXPECT_TRUE(timeline.place(0));
  EXPECT_TRUE(timeline.place(600'000));
  EXPECT_EQ(timeline.place(600'001).error().error, MediaError::kTooLarge);
}

TEST(Timeline, AHundredAndTwentyFramesASecondIsTheLimit) {
  Timeline allowed({1, 120}, 0);
  for (int frame = 0; frame < 2000; ++frame) ASSERT_TRUE(allowed.place(frame)) << frame;
  Timeline over({1, 125}, 0);
  int frames = 0;
  while (frames < 2000 && over.place(frames)) ++frames;
  EXPECT_EQ(frames, 2 * kFramesPerSecondMax);
}

TEST(Timeline, AShortBurstPasses) {
  Timeline timeline(kMilliseconds, 0);
  std::int64_t at = 0;
  for (int frame = 0; frame < 1000; ++frame) {
    at += frame % 100 < 50 ? 1 : 40;
    ASSERT_TRUE(timeline.place(at)) << frame;
  }
}

TEST(Timeline, ExtremeStampsDoNotOverflow) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  Timeline low({1, 1}, 0);
  EXPECT_TRUE(low.place(kMin));
  EXPECT_FALSE(low.place(kMax));
  Timeline wide({std::numeric_limits<int>::max(), 1}, 0);
  EXPECT_TRUE(wide.place(0));
  EXPECT_FALSE(wide.place(kMax));
}

}  // namespace
}  // namespace tally::media::decoder
