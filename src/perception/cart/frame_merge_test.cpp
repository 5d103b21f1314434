#include "perception/cart/frame_merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tally::cart {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

// Frames at these milliseconds, then the end or an error.
class FakeReader final : public media::VideoReader {
 public:
  explicit FakeReader(std::vector<int> times_ms, bool fails = false)
      : times_ms_(std::move(times_ms)), fails_(fails) {}
  [[nodiscard]] const media::VideoInfo& info() const override { return info_; }
  Result<std::optional<media::Frame>> next() override {
    ++asked;
    if (at_ == times_ms_.size()) {
      if (fails_) return fail(media::MediaError::kTruncated, "it ends here");
      return std::nullopt;
    }
    media::Frame frame;
    frame.time = milliseconds(times_ms_[at_++]);
    return frame;
  }
  int asked = 0;

 private:
  media::VideoInfo info_;
  std::vector<int> times_ms_;
  std::size_t at_ = 0;
  bool fails_;
};

// "0@10": a frame of source 0 at 10 ms; "1!": source 1 failed.
std::vector<std::string> steps_of(const std::vector<FrameMerge::Source>& sources) {
  FrameMerge merge(sources);
  std::vector<std::string> steps;
  while (const auto step = merge.next()) {
    std::string text = std::to_string(step->source);
    EXPECT_NE(step->frame.has_value(), step->error.has_value());
    text += step->frame ? "@" + std::to_string(step->frame->time / milliseconds(1)) : "!";
    steps.push_back(std::move(text));
  }
  EXPECT_FALSE(merge.next());
  return steps;
}

TEST(FrameMerge, FramesComeInOrderOfTheSessionsClock) {
  FakeReader first({0, 33, 66, 200});
  FakeReader second({0, 20, 100});
  EXPECT_THAT(steps_of({{&first, milliseconds(0)}, {&second, milliseconds(15)}}),
              ElementsAre("0@0", "1@15", "0@33", "1@35", "0@66", "1@115", "0@200"));
}

TEST(FrameMerge, OfFramesAtOneTimeTheFirstSourcesComesFirst) {
  FakeReader first({10, 20});
  FakeReader second({0, 10});
  EXPECT_THAT(steps_of({{&first, milliseconds(0)}, {&second, milliseconds(10)}}),
              ElementsAre("0@10", "1@10", "0@20", "1@20"));
}

TEST(FrameMerge, AReaderThatFailsEndsItsVideoAndNoOther) {
  FakeReader first({0, 10}, true);
  FakeReader second({5, 15, 25});
  FakeReader broken({}, true);
  EXPECT_THAT(steps_of({{&first, {}}, {&second, {}}, {&broken, {}}, {nullptr, {}}}),
              ElementsAre("2!", "0@0", "1@5", "0@10", "0!", "1@15", "1@25"));
  EXPECT_EQ(broken.asked, 1);
}

TEST(FrameMerge, NoReaderIsAskedMoreThanOneFrameAhead) {
  FakeReader slow({1000, 2000});
  FakeReader fast({0, 10, 20});
  FrameMerge merge({{&slow, {}}, {&fast, {}}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(merge.next()->source, 1U);
  EXPECT_EQ(slow.asked, 1);
}

TEST(FrameMerge, NoSourcesHaveNoFrames) { EXPECT_FALSE(FrameMerge({}).next()); }

}  // namespace
}  // namespace tally::cart
