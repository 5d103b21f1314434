#include "perception/media/video_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using testing::contents;
using testing::error_name;
using testing::packed;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;

constexpr const char* kSource = "-f lavfi -i testsrc2=size=192x108:rate=30:duration=1 ";

// What the ffmpeg program decodes a file to, frame after frame.
std::string reference(const TemporaryFolder& folder, const std::string& name,
                      const std::string& format = "yuv420p") {
  folder.ffmpeg("-i " + name + " -an -vsync passthrough -f rawvideo -pix_fmt " + format + " " +
                name + ".raw");
  return contents(folder / (name + ".raw"));
}

struct Encoding {
  const char* name;
  const char* file;
  const char* arguments;
  const char* codec;
};

class EveryCodec : public ::testing::TestWithParam<Encoding> {};

TEST_P(EveryCodec, GivesTheSameFramesAsFfmpeg) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + GetParam().arguments + " " + GetParam().file);
  const WholeVideo video = read_whole(folder / GetParam().file, {}, Pixels::kKeep);
  EXPECT_EQ(error_name(video), "");
  EXPECT_EQ(video.times.size(), 30U);
  EXPECT_EQ(video.info.codec, GetParam().codec);
  EXPECT_EQ(video.info.width, 192);
  EXPECT_EQ(video.info.height, 108);
  EXPECT_NEAR(video.info.frames_per_second, 30.0, 0.1);
  EXPECT_FALSE(video.info.still);
  const char* format = GetParam().codec == std::string("mjpeg") ? "yuvj420p" : "yuv420p";
  EXPECT_TRUE(video.pixels == reference(folder, GetParam().file, format)) << "pixels differ";
}

INSTANTIATE_TEST_SUITE_P(
    Media, EveryCodec,
    ::testing::Values(
        Encoding{"h264", "a.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3", "h264"},
        Encoding{"h264_fragmented", "a.mp4",
                 "-c:v libx264 -pix_fmt yuv420p -g 10 -movflags frag_keyframe+empty_moov", "h264"},
        Encoding{"h264_matroska", "a.mkv", "-c:v libx264 -pix_fmt yuv420p -bf 3", "h264"},
        Encoding{"hevc", "a.mp4", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p",
                 "hevc"},
        Encoding{"vp9", "a.webm", "-c:v libvpx-vp9 -pix_fmt yuv420p -deadline realtime", "vp9"},
        Encoding{"mjpeg", "a.mkv", "-c:v mjpeg -pix_fmt yuvj420p", "mjpeg"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(VideoReader, ReadsOddSizesAndRealAudioBesidePictures) {
  const TemporaryFolder folder;
  folder.ffmpeg(
      "-f lavfi -i testsrc=size=101x67:rate=25:duration=1 -f lavfi -i sine=duration=1 "
      "-c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p -c:a aac a.mkv");
  const WholeVideo video = read_whole(folder / "a.mkv", {}, Pixels::kKeep);
  EXPECT_EQ(error_name(video), "");
  EXPECT_EQ(video.info.width, 101);
  EXPECT_EQ(video.info.height, 67);
  EXPECT_TRUE(video.pixels == reference(folder, "a.mkv"));
}

TEST(VideoReader, OtherPixelFormatsComeOutAsI420) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv444p -color_range pc a.mp4");
  const auto reader = VideoReader::open(folder / "a.mp4");
  ASSERT_TRUE(reader) << reader.error().message;
  const auto frame = (*reader)->next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->format, PixelFormat::kI420);
  EXPECT_EQ((*frame)->range, ColorRange::kFull);
  const std::string expected = reference(folder, "a.mp4", "yuvj420p");
  const std::string pixels = packed(**frame);
  int worst = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<std::uint8_t>(pixels[i]) -
                                     static_cast<std::uint8_t>(expected[i])));
  }
  EXPECT_LE(worst, 2);
}

TEST(VideoReader, ReportsMatrixAndRange) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.mp4");
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p -colorspace bt709 b.mp4");
  const auto first_frame = [](const fs::path& path) {
    return VideoReader::open(path).value()->next().value().value();
  };
  EXPECT_EQ(first_frame(folder / "a.mp4").matrix, ColorMatrix::kBt601);
  EXPECT_EQ(first_frame(folder / "a.mp4").range, ColorRange::kLimited);
  EXPECT_EQ(first_frame(folder / "b.mp4").matrix, ColorMatrix::kBt709);
}

TEST(VideoReader, VariableFrameRatesKeepTheirTimes) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) +
                "-vf \"select='not(between(n,5,9))*not(eq(n,20))'\" -vsync vfr -c:v libx264 "
                "-pix_fmt yuv420p -video_track_timescale 30000 a.mp4");
  const WholeVideo video = read_whole(folder / "a.mp4");
  EXPECT_EQ(error_name(video), "");
  std::vector<SessionTime> expected;
  for (int n = 0; n < 30; ++n) {
    if ((n < 5 || n > 9) && n != 20) expected.push_back(from_seconds(n / 30.0));
  }
  EXPECT_EQ(video.times, expected);
}

TEST(VideoReader, TimesStartAtTheFirstFrameWhereverTheStreamStarts) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-vf setpts=PTS+5/TB -c:v libx264 -pix_fmt yuv420p a.mkv");
  const WholeVideo video = read_whole(folder / "a.mkv");
  ASSERT_EQ(video.times.size(), 30U);
  EXPECT_EQ(video.times.front(), SessionTime(0));
  EXPECT_NEAR(to_seconds(video.times.back()), 29 / 30.0, 0.002);
}

TEST(VideoReader, RotationIsApplied) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.mp4");
  for (const char* degrees : {"90", "180", "270"}) {
    folder.ffmpeg(std::string("-i a.mp4 -c copy -metadata:s:v:0 rotate=") + degrees +
                  " turned.mp4");
    const WholeVideo video = read_whole(folder / "turned.mp4", {}, Pixels::kKeep);
    const bool upright = std::string(degrees) == "180";
    EXPECT_EQ(video.info.width, upright ? 192 : 108);
    EXPECT_EQ(video.info.height, upright ? 108 : 192);
    EXPECT_TRUE(video.pixels == reference(folder, "turned.mp4")) << degrees;
  }
}

TEST(VideoReader, SkippingTheLoopFilterChangesPixelsOnly) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p -crf 35 a.mp4");
  const WholeVideo exact = read_whole(folder / "a.mp4", {}, Pixels::kKeep);
  const WholeVideo fast = read_whole(folder / "a.mp4", {.skip_loop_filter = true}, Pixels::kKeep);
  EXPECT_EQ(fast.times, exact.times);
  EXPECT_EQ(fast.pixels.size(), exact.pixels.size());
  EXPECT_NE(fast.pixels, exact.pixels);
}

TEST(VideoReader, PngIsExact) {
  const TemporaryFolder folder;
  folder.ffmpeg("-f lavfi -i testsrc=size=99x51 -frames:v 1 -pix_fmt rgb24 a.png");
  const WholeVideo picture = read_whole(folder / "a.png", {}, Pixels::kKeep);
  EXPECT_EQ(error_name(picture), "");
  EXPECT_TRUE(picture.info.still);
  EXPECT_EQ(picture.info.codec, "png");
  EXPECT_EQ(picture.times.size(), 1U);
  EXPECT_TRUE(picture.pixels == reference(folder, "a.png", "rgb24"));
}

TEST(VideoReader, FramesMayOutliveTheirReaderAndEndOnOtherThreads) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.mp4");
  std::vector<Frame> kept;
  {
    auto reader = VideoReader::open(folder / "a.mp4").value();
    for (int i = 0; i < 6; ++i) kept.push_back(reader->next().value().value());
    std::thread([&kept] { kept.pop_back(); }).join();
    EXPECT_TRUE(reader->next().value());
  }
  const std::string expected = reference(folder, "a.mp4");
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string pixels = packed(kept[i]);
    EXPECT_TRUE(pixels == expected.substr(i * pixels.size(), pixels.size())) << i;
  }
}

TEST(VideoReader, AReaderMayOutliveTheThreadThatOpenedIt) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.mp4");
  std::unique_ptr<VideoReader> reader;
  std::thread([&] { reader = VideoReader::open(folder / "a.mp4", {.slots = 2}).value(); }).join();
  int frames = 0;
  while (reader->next().value()) ++frames;
  EXPECT_EQ(frames, 30);
}

TEST(VideoReader, LeavesNoDescriptorAndNoChild) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.mp4");
  const auto before = testing::open_descriptors();
  for (int round = 0; round < 50; ++round) {
    auto reader = VideoReader::open(folder / "a.mp4").value();
    const int frames = round % 3 * 5;
    for (int i = 0; i < frames; ++i) EXPECT_TRUE(reader->next().value());
  }
  EXPECT_EQ(testing::open_descriptors(), before);
  EXPECT_FALSE(testing::has_children());
}

TEST(VideoReader, ReadsTheRealVideosWhole) {
  const fs::path videos = TALLY_SOURCE_DIR "/../shared/data/videos";
  if (!fs::exists(videos)) GTEST_SKIP() << "needs ../shared/data";
  struct Real {
    const char* name;
    std::size_t frames;
    int width;
    int height;
  };
  for (const Real& real :
       {Real{"bottle-detection_take4_put4.mp4", 1189, 640, 360},
        Real{"handheld_cartons_shelf.mp4", 176, 720, 1280},
        Real{"table_beverages.mp4", 382, 720, 1280}, Real{"sam2_cups_hands.mp4", 300, 1280, 720}}) {
    const WholeVideo video = read_whole(videos / real.name);
    EXPECT_EQ(error_name(video), "") << real.name;
    EXPECT_EQ(video.times.size(), real.frames) << real.name;
    EXPECT_EQ(video.info.width, real.width);
    EXPECT_EQ(video.info.height, real.height);
  }
}

}  // namespace
}  // namespace tally::media
