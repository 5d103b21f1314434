#include "perception/cart/evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/media/media_test_support.hpp"

namespace tally::cart {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using media::testing::contents;
using media::testing::read_whole;
using media::testing::TemporaryFolder;
using media::testing::WholeVideo;
using media::testing::write_contents;
using ::testing::ElementsAre;
using ::testing::Pair;

CartEvent event_at(std::int64_t at_ms, std::vector<std::string> cameras) {
  CartEvent event;
  event.at_ms = at_ms;
  event.cameras = std::move(cameras);
  return event;
}

class Evidence : public ::testing::Test {
 protected:
  void SetUp() override {
    // Four seconds, a key frame each; a fragmented file can be read up to where it is cut off.
    folder_.ffmpeg(
        "-f lavfi -i testsrc2=size=64x48:rate=25:duration=4 -g 25 -c:v libx264 -pix_fmt yuv420p "
        "-movflags frag_keyframe+empty_moov whole.mp4");
    const std::string whole = contents(folder_ / "whole.mp4");
    write_contents(folder_ / "short.mp4", whole.substr(0, whole.size() / 2));
  }
  Result<void> write(const std::vector<EvidenceSource>& sources, ClipNames names) {
    return write_evidence(sources, names, folder_.path(), {}, events_);
  }
  TemporaryFolder folder_;
  std::vector<CartEvent> events_;
};

TEST_F(Evidence, EveryCameraThatSawAnEventGivesAClipOnItsOwnClock) {
  events_ = {event_at(2000, {"b", "a"}), event_at(2500, {"a"})};
  const std::vector<EvidenceSource> sources{
      {.camera = "a", .file = folder_ / "whole.mp4", .begin = 0ms, .end = 4s},
      {.camera = "b", .file = folder_ / "whole.mp4", .begin = 1s, .end = 5s}};
  ASSERT_TRUE(write(sources, ClipNames::kByCamera));
  EXPECT_EQ(events_[0].evidence, "evidence/0001_b.mp4");
  EXPECT_THAT(events_[0].clips,
              ElementsAre(Pair("b", "evidence/0001_b.mp4"), Pair("a", "evidence/0001_a.mp4")));
  EXPECT_THAT(events_[1].clips, ElementsAre(Pair("a", "evidence/0002_a.mp4")));
  // 2 s of the session are 1 s into b's video: 1.5 s before it there is nothing yet.
  const WholeVideo a = read_whole(folder_ / "evidence/0001_a.mp4");
  const WholeVideo b = read_whole(folder_ / "evidence/0001_b.mp4");
  EXPECT_NEAR(to_seconds(a.times.back()), 3.0, 0.15);
  EXPECT_NEAR(to_seconds(b.times.back()), 2.5, 0.15);
}

TEST_F(Evidence, OneVideosClipsNeedNoCamerasName) {
  events_ = {event_at(2000, {"a/b"})};
  ASSERT_TRUE(write({{.camera = "a/b", .file = folder_ / "whole.mp4", .begin = 0ms, .end = 4s}},
                    ClipNames::kByEvent));
  EXPECT_EQ(events_[0].evidence, "evidence/0001.mp4");
  EXPECT_TRUE(fs::exists(folder_ / "evidence/0001.mp4"));
}

TEST_F(Evidence, ACameraGivesNoClipOfWhatItsVideoDoesNotHold) {
  events_ = {event_at(7000, {"a", "b"}), event_at(1000, {"b", "a"})};
  const std::vector<EvidenceSource> sources{
      {.camera = "a", .file = folder_ / "whole.mp4", .begin = 0ms, .end = 4s},
      {.camera = "b", .file = folder_ / "whole.mp4", .begin = 4s, .end = 8s}};
  ASSERT_TRUE(write(sources, ClipNames::kByCamera));
  EXPECT_THAT(events_[0].clips, ElementsAre(Pair("b", "evidence/0001_b.mp4")));
  EXPECT_EQ(events_[0].evidence, "evidence/0001_b.mp4");
  EXPECT_THAT(events_[1].clips, ElementsAre(Pair("a", "evidence/0002_a.mp4")));
}

TEST_F(Evidence, ADamagedVideoGivesWhatItCan) {
  events_ = {event_at(500, {"a", "b"}), event_at(1900, {"b"})};
  std::vector<EvidenceSource> sources{
      {.camera = "a", .file = folder_ / "short.mp4", .begin = 0ms, .end = 2s, .damaged = true},
      {.camera = "b", .file = folder_ / "gone.mp4", .begin = 0ms, .end = 2s, .damaged = true}};
  ASSERT_TRUE(write(sources, ClipNames::kByCamera));
  EXPECT_TRUE(events_[1].clips.empty());
  EXPECT_EQ(events_[1].evidence, "");
  EXPECT_THAT(events_[0].clips, ElementsAre(Pair("a", "evidence/0001_a.mp4")));
  sources[1].damaged = false;
  const auto written = write(sources, ClipNames::kByCamera);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code.name, "media.not_found");
}

}  // namespace
}  // namespace tally::cart
