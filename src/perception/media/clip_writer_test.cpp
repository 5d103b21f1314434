#include "perception/media/clip_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::contents;
using testing::error_name;
using testing::packed;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;

// Three seconds, 25 frames a second, a key frame every second.
constexpr const char* kSource = "-f lavfi -i testsrc2=size=64x48:rate=25:duration=3 -g 25 ";
constexpr std::size_t kFrameBytes = 64 * 48 * 3 / 2;

struct Encoding {
  const char* name;
  const char* file;
  const char* arguments;
};

class ClipOfEveryCodec : public ::testing::TestWithParam<Encoding> {};

TEST_P(ClipOfEveryCodec, ShowsTheSamePicturesFromBeginOn) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + GetParam().arguments + " " + GetParam().file);
  const fs::path source = folder / GetParam().file;
  const auto cut = cut_clip(source, {1400ms, 2200ms}, folder / "clip.mp4");
  ASSERT_TRUE(cut) << cut.error().message;
  const WholeVideo whole = read_whole(source, {}, Pixels::kKeep);
  const WholeVideo clip = read_whole(folder / "clip.mp4", {}, Pixels::kKeep);
  EXPECT_EQ(error_name(clip), "");
  // From 1.4 s to 2.2 s; pictures that later ones need may follow.
  ASSERT_GE(clip.times.size(), 20U);
  EXPECT_LE(clip.times.size(), 24U);
  EXPECT_TRUE(clip.pixels.substr(0, 20 * kFrameBytes) ==
              whole.pixels.substr(35 * kFrameBytes, 20 * kFrameBytes));
  EXPECT_NEAR(to_seconds(clip.times[10]), 0.4, 0.002);
}

INSTANTIATE_TEST_SUITE_P(
    Media, ClipOfEveryCodec,
    ::testing::Values(
        Encoding{"h264", "a.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3"},
        Encoding{"h264_matroska", "a.mkv", "-c:v libx264 -pix_fmt yuv420p -bf 3"},
        Encoding{"h264_fragmented", "a.mp4",
                 "-c:v libx264 -pix_fmt yuv420p -bf 2 -movflags frag_keyframe+empty_moov"},
        Encoding{"hevc", "a.mp4", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p"},
        Encoding{"vp9", "a.webm", "-c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p"},
        Encoding{"mjpeg", "a.mkv", "-c:v mjpeg -pix_fmt yuvj420p"}),
    [](const auto& tested) { return std::string(tested.param.name); });

class ClipWriter : public ::testing::Test {
 protected:
  ClipWriter() {
    folder_.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p -bf 2 a.mp4");
  }
  TemporaryFolder folder_;
};

TEST_F(ClipWriter, TheIndexStandsBeforeThePictures) {
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {0s, 1s}, folder_ / "clip.mp4"));
  const std::string bytes = contents(folder_ / "clip.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
  EXPECT_NE(bytes.find("elst"), std::string::npos);
}

TEST_F(ClipWriter, TheSameCutGivesTheSameBytes) {
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {1s, 2s}, folder_ / "one.mp4"));
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {1s, 2s}, folder_ / "two.mp4"));
  EXPECT_EQ(contents(folder_ / "one.mp4"), contents(folder_ / "two.mp4"));
}

TEST_F(ClipWriter, RangesAreClampedToTheVideo) {
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {-5s, 1h}, folder_ / "all.mp4"));
  EXPECT_EQ(read_whole(folder_ / "all.mp4").times.size(), 75U);
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {50s, 60s}, folder_ / "end.mp4"));
  EXPECT_EQ(read_whole(folder_ / "end.mp4").times.size(), 1U);
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {2s, 1s}, folder_ / "moment.mp4"));
  EXPECT_GE(read_whole(folder_ / "moment.mp4").times.size(), 1U);
}

TEST_F(ClipWriter, SeveralClipsComeFromOneDecoder) {
  const std::vector<Clip> clips{{{2s, 3s}, folder_ / "out" / "b.mp4"},
                                {{0s, 1s}, folder_ / "out" / "a.mp4"},
                                {{1s, 2s}, folder_ / "out" / "c.mp4"}};
  const auto descriptors = testing::open_descriptors();
  const auto cut = cut_clips(folder_ / "a.mp4", clips);
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_EQ(testing::open_descriptors(), descriptors);
  EXPECT_FALSE(testing::has_children());
  const std::string whole = read_whole(folder_ / "a.mp4", {}, Pixels::kKeep).pixels;
  for (const Clip& clip : clips) {
    const WholeVideo video = read_whole(clip.destination, {}, Pixels::kKeep);
    const auto first = static_cast<std::size_t>(to_seconds(clip.range.begin) * 25);
    EXPECT_TRUE(video.pixels.substr(0, kFrameBytes) ==
                whole.substr(first * kFrameBytes, kFrameBytes));
  }
}

TEST_F(ClipWriter, RotationIsKept) {
  folder_.ffmpeg("-i a.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mp4");
  ASSERT_TRUE(cut_clip(folder_ / "turned.mp4", {1s, 2s}, folder_ / "clip.mp4"));
  EXPECT_EQ(read_whole(folder_ / "clip.mp4").info.width, 48);
}

TEST_F(ClipWriter, AnExistingClipIsReplacedAndAFailedCutLeavesItAlone) {
  testing::write_contents(folder_ / "clip.mp4", "old");
  testing::write_contents(folder_ / "text.mp4", "this is not a video at all");
  const auto failed = cut_clip(folder_ / "text.mp4", {0s, 1s}, folder_ / "clip.mp4");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code.name, "media.not_video");
  EXPECT_EQ(contents(folder_ / "clip.mp4"), "old");
  ASSERT_TRUE(cut_clip(folder_ / "a.mp4", {0s, 1s}, folder_ / "clip.mp4"));
  EXPECT_GT(contents(folder_ / "clip.mp4").size(), 100U);
}

TEST_F(ClipWriter, ADestinationThatCantBeWrittenIsTold) {
  const auto cut = cut_clip(folder_ / "a.mp4", {0s, 1s}, folder_ / "a.mp4" / "clip.mp4");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code.name, "media.output");
  EXPECT_THAT(cut.error().message, ::testing::HasSubstr("clip.mp4"));
}

TEST(ClipOfRealVideo, StartsWhereItIsTold) {
  const fs::path source = TALLY_SOURCE_DIR "/../shared/data/videos/bottle-detection_take4_put4.mp4";
  if (!fs::exists(source)) GTEST_SKIP() << "needs ../shared/data";
  const TemporaryFolder folder;
  ASSERT_TRUE(cut_clip(source, {6s, 8s}, folder / "clip.mp4"));
  auto whole = VideoReader::open(source).value();
  Frame expected = whole->next().value().value();
  while (expected.time < 6s) expected = whole->next().value().value();
  const Frame first = VideoReader::open(folder / "clip.mp4").value()->next().value().value();
  EXPECT_TRUE(packed(first) == packed(expected));
}

}  // namespace
}  // namespace tally::media
