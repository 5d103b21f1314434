// Files that are no video, or no longer one: each gives one message and its error, never a crash or
// a hang, and what is good in a damaged file comes out first.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using ::testing::AnyOf;
using testing::contents;
using testing::error_name;
using ::testing::HasSubstr;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;
using testing::write_contents;

constexpr const char* kSource = "-f lavfi -i testsrc2=size=96x64:rate=20:duration=3 ";

class BadInput : public ::testing::Test {
 protected:
  // The error of `name`; its message must name the file and say something to do.
  std::string error_of(const std::string& name) {
    const WholeVideo video = read_whole(folder_ / name);
    if (!video.error) return "";
    message_ = video.error->message;
    EXPECT_THAT(message_, HasSubstr(name + ": "));
    EXPECT_THAT(message_, ::testing::ContainsRegex("[;,:] ")) << message_;
    return error_name(video);
  }
  TemporaryFolder folder_;
  std::string message_;
};

TEST_F(BadInput, MissingEmptyAndFolders) {
  write_contents(folder_ / "empty.mp4", "");
  fs::create_directory(folder_ / "folder.mp4");
  EXPECT_EQ(error_of("missing.mp4"), "media.not_found");
  EXPECT_EQ(error_of("empty.mp4"), "media.empty");
  EXPECT_EQ(error_of("folder.mp4"), "media.unreadable");
}

TEST_F(BadInput, PipesDoNotBlock) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe.mp4").c_str(), 0600), 0);
  EXPECT_EQ(error_of("pipe.mp4"), "media.unreadable");
}

TEST_F(BadInput, FilesWithoutPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write_contents(folder_ / "secret.mp4", "x");
  fs::permissions(folder_ / "secret.mp4", fs::perms::none);
  EXPECT_EQ(error_of("secret.mp4"), "media.unreadable");
}

TEST_F(BadInput, NotVideo) {
  write_contents(folder_ / "text.mp4", "Dear diary, today I renamed a text file.");
  write_contents(folder_ / "byte.mp4", "x");
  folder_.ffmpeg(std::string(kSource) + "-c:v libx264 -pix_fmt yuv420p a.avi");
  EXPECT_EQ(error_of("text.mp4"), "media.not_video");
  EXPECT_EQ(error_of("byte.mp4"), "media.not_video");
  EXPECT_EQ(error_of("a.avi"), "media.not_video");
}

TEST_F(BadInput, PlaylistsOpenNothing) {
  write_contents(folder_ / "a.mp4", "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n");
  EXPECT_EQ(error_of("a.mp4"), "media.not_video");
}

TEST_F(BadInput, AudioOnly) {
  folder_.ffmpeg("-f lavfi -i sine=duration=1 -c:a aac a.mp4");
  folder_.ffmpeg("-f lavfi -i sine=duration=1 -c:a libvorbis a.webm");
  EXPECT_EQ(error_of("a.mp4"), "media.no_video_track");
  EXPECT_EQ(error_of("a.webm"), "media.no_video_track");
}

TEST_F(BadInput, AudioWithACoverPicture) {
  folder_.ffmpeg("-f lavfi -i testsrc=size=64x64 -frames:v 1 cover.png");
  folder_.ffmpeg(
      "-f lavfi -i sine=duration=1 -i cover.png -map 0 -map 1 -c:a aac -c:v png "
      "-disposition:v:0 attached_pic a.mp4");
  EXPECT_EQ(error_of("a.mp4"), "media.no_video_track");
}

TEST_F(BadInput, ZeroFrames) {
  folder_.ffmpeg(
      std::string(kSource) +
      "-frames:v 0 -c:v libx264 -pix_fmt yuv420p -movflags empty_moov+frag_keyframe a.mp4");
  EXPECT_THAT(error_of("a.mp4"), AnyOf("media.no_frames", "media.no_video_track"));
}

TEST_F(BadInput, CodecsThatAreNotRead) {
  folder_.ffmpeg(std::string(kSource) + "-c:v mpeg4 a.mp4");
  EXPECT_EQ(error_of("a.mp4"), "media.unsupported_codec");
  EXPECT_THAT(message_, HasSubstr("mpeg4"));
}

TEST_F(BadInput, TooSmallAndTooLarge) {
  folder_.ffmpeg("-f lavfi -i testsrc=size=2x2:duration=1 -c:v libx264 -pix_fmt yuv420p tiny.mp4");
  folder_.ffmpeg("-f lavfi -i testsrc=size=1x1 -frames:v 1 -pix_fmt rgb24 one.png");
  folder_.ffmpeg("-f lavfi -i testsrc=size=14x64 -frames:v 1 -pix_fmt rgb24 narrow.png");
  folder_.ffmpeg(
      "-f lavfi -i color=size=4098x64:duration=0.1 -c:v libx264 -pix_fmt yuv420p wide.mp4");
  folder_.ffmpeg("-f lavfi -i color=size=6400x6400 -frames:v 1 square.jpg");
  folder_.ffmpeg("-f lavfi -i color=size=9000x9000 -frames:v 1 huge.png");
  EXPECT_EQ(error_of("tiny.mp4"), "media.too_small");
  EXPECT_EQ(error_of("one.png"), "media.too_small");
  EXPECT_EQ(error_of("narrow.png"), "media.too_small");
  EXPECT_EQ(error_of("wide.mp4"), "media.too_large");
  EXPECT_THAT(message_, HasSubstr("4098x64"));
  EXPECT_EQ(error_of("square.jpg"), "media.too_large");
  EXPECT_EQ(error_of("huge.png"), "media.too_large");
}

TEST_F(BadInput, TheLargestPictureIsRead) {
  folder_.ffmpeg(
      "-f lavfi -i testsrc2=size=4096x2304 -frames:v 2 -c:v libx264 -preset ultrafast "
      "-pix_fmt yuv420p a.mp4");
  EXPECT_EQ(error_of("a.mp4"), "");
  const WholeVideo most_slots = read_whole(folder_ / "a.mp4", {.slots = 64});
  EXPECT_EQ(most_slots.times.size(), 2U);
}

TEST_F(BadInput, TheLargestStillIsReadWhateverTheSlots) {
  folder_.ffmpeg("-f lavfi -i testsrc2=size=8192x6144 -frames:v 1 -pix_fmt yuvj420p a.jpg");
  folder_.ffmpeg(
      "-f lavfi -i color=size=6144x8192 -frames:v 1 -pix_fmt rgba64be -compression_level 1 a.png");
  EXPECT_EQ(error_of("a.jpg"), "");
  EXPECT_EQ(error_of("a.png"), "");
  EXPECT_EQ(read_whole(folder_ / "a.jpg", {.slots = 64}).times.size(), 1U);
}

TEST_F(BadInput, TooLongAndTooFast) {
  folder_.ffmpeg(
      "-f lavfi -i color=size=32x32:rate=1/10:duration=700 -c:v libx264 -pix_fmt yuv420p "
      "long.mp4");
  folder_.ffmpeg(
      "-f lavfi -i color=size=32x32:rate=240:duration=3 -c:v libx264 -pix_fmt yuv420p "
      "fast.mp4");
  EXPECT_EQ(error_of("long.mp4"), "media.too_large");
  EXPECT_EQ(error_of("fast.mp4"), "media.too_large");
  EXPECT_THAT(message_, HasSubstr("120 frames a second"));
}

TEST_F(BadInput, TimesThatRunBackwardsEndTheVideoAfterItsGoodFrames) {
  // Pictures that do not refer forward, ten frames good, then one shown before them.
  folder_.ffmpeg(std::string(kSource) +
                 "-c:v mjpeg -bsf:v \"setts=pts='if(gte(N,10),PTS-400,PTS)':dts='N'\" a.mkv");
  const WholeVideo video = read_whole(folder_ / "a.mkv");
  EXPECT_EQ(error_of("a.mkv"), "media.corrupt");
  EXPECT_THAT(message_, HasSubstr("backwards at frame 10"));
  EXPECT_EQ(video.times.size(), 10U);
}

TEST_F(BadInput, ASizeThatChangesHalfWay) {
  folder_.ffmpeg(
      "-f lavfi -i testsrc2=size=96x64:rate=10:duration=1 -c:v libvpx-vp9 -pix_fmt "
      "yuv420p one.ivf");
  folder_.ffmpeg(
      "-f lavfi -i testsrc2=size=128x64:rate=10:duration=1 -c:v libvpx-vp9 -pix_fmt "
      "yuv420p two.ivf");
  write_contents(folder_ / "list.txt", "file one.ivf\nfile two.ivf\n");
  folder_.ffmpeg("-f concat -i list.txt -c copy a.webm");
  const WholeVideo video = read_whole(folder_ / "a.webm");
  EXPECT_EQ(error_name(video), "media.corrupt");
  EXPECT_EQ(video.times.size(), 10U);
}

struct Container {
  const char* name;
  const char* file;
  const char* arguments;
};

class CutShort : public ::testing::TestWithParam<Container> {};

TEST_P(CutShort, GivesItsGoodFramesThenSaysSo) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + GetParam().arguments + " " + GetParam().file);
  const std::string whole = contents(folder / GetParam().file);
  const std::string pixels = read_whole(folder / GetParam().file, {}, Pixels::kKeep).pixels;
  ASSERT_EQ(pixels.size(), 60U * 96 * 64 * 3 / 2);
  std::size_t most_frames = 0;
  for (std::size_t percent = 5; percent < 100; percent += 5) {
    write_contents(folder / "cut", whole.substr(0, whole.size() * percent / 100));
    const WholeVideo video = read_whole(folder / "cut", {}, Pixels::kKeep);
    EXPECT_EQ(error_name(video), "media.truncated") << percent;
    EXPECT_TRUE(pixels.starts_with(video.pixels)) << percent << " %: a frame is wrong";
    most_frames = std::max(most_frames, video.times.size());
  }
  // Without its index nothing can be found in a file; otherwise nearly all that is there is read.
  EXPECT_GE(most_frames, GetParam().name == std::string("index_last") ? 0U : 40U);
  EXPECT_FALSE(testing::has_children());
}

INSTANTIATE_TEST_SUITE_P(
    Media, CutShort,
    ::testing::Values(
        Container{"index_last", "a.mp4", "-c:v libx264 -pix_fmt yuv420p"},
        Container{"index_first", "a.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags faststart"},
        Container{"fragmented", "a.mp4",
                  "-c:v libx264 -pix_fmt yuv420p -g 10 -movflags frag_keyframe+empty_moov"},
        Container{"hevc", "a.mp4",
                  "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p -movflags faststart"},
        Container{"webm", "a.webm", "-c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(BadInput, StillsCutShort) {
  folder_.ffmpeg("-f lavfi -i testsrc2=size=96x64 -frames:v 1 -pix_fmt rgb24 a.png");
  folder_.ffmpeg("-f lavfi -i testsrc2=size=96x64 -frames:v 1 a.jpg");
  for (const char* name : {"a.png", "a.jpg"}) {
    const std::string whole = contents(folder_ / name);
    for (std::size_t percent = 5; percent < 100; percent += 5) {
      write_contents(folder_ / "cut", whole.substr(0, whole.size() * percent / 100));
      EXPECT_EQ(error_of("cut"), "media.truncated") << name << percent;
    }
  }
}

class Mutated : public ::testing::TestWithParam<Container> {};

TEST_P(Mutated, NeverCrashesOrHangs) {
  const TemporaryFolder folder;
  folder.ffmpeg(std::string(kSource) + GetParam().arguments + " " + GetParam().file);
  const std::string whole = contents(folder / GetParam().file);
  const auto descriptors = testing::open_descriptors();
  std::mt19937 random(20'240'601);
  for (int round = 0; round < 60; ++round) {
    std::string bytes = whole;
    const int flips = 1 << (round % 8);
    // Every other file is hurt in its head, where containers keep their structure.
    const std::size_t reach =
        round % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 800);
    for (int flip = 0; flip < flips; ++flip) bytes[random() % reach] = static_cast<char>(random());
    write_contents(folder / "hurt", bytes);
    const WholeVideo video = read_whole(folder / "hurt");
    // The decoder must survive it, too: a dead one would be contained, but is a bug to look at.
    EXPECT_NE(error_name(video), "media.decoder_failed") << round << ": " << video.error->message;
    EXPECT_NE(error_name(video), "media.decoder_hung") << round;
    EXPECT_LE(video.times.size(), 60U);
  }
  EXPECT_EQ(testing::open_descriptors(), descriptors);
  EXPECT_FALSE(testing::has_children());
}

INSTANTIATE_TEST_SUITE_P(
    Media, Mutated,
    ::testing::Values(
        Container{"h264", "a.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags faststart"},
        Container{"hevc", "a.mp4",
                  "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p -movflags faststart"},
        Container{"vp9", "a.webm", "-c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p"},
        Container{"mjpeg", "a.mkv", "-c:v mjpeg"}, Container{"jpeg", "a.jpg", "-frames:v 1"},
        Container{"png", "a.png", "-frames:v 1"}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace tally::media
