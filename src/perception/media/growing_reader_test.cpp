// A file read while it is written gives the frames of the whole one, however its bytes arrive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "perception/media/decoder_process.hpp"
#include "perception/media/input_file.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using testing::contents;
using testing::error_name;
using ::testing::HasSubstr;
using testing::packed;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;

WholeVideo read_all(VideoReader& reader) {
  WholeVideo video;
  while (true) {
    auto frame = reader.next();
    if (!frame) video.error = frame.error();
    if (!frame || !*frame) break;
    video.times.push_back((*frame)->time);
    video.pixels += packed(**frame);
  }
  video.info = reader.info();
  return video;
}

class GrowingVideo : public ::testing::Test {
 protected:
  GrowingVideo() {
    folder_.ffmpeg(
        "-f lavfi -i testsrc2=size=192x108:rate=30:duration=2 -c:v libx264 -pix_fmt yuv420p -g 15 "
        "-movflags frag_keyframe+empty_moov+default_base_moof whole.mp4");
    bytes_ = contents(folder_ / "whole.mp4");
    whole_ = read_whole(folder_ / "whole.mp4", {}, Pixels::kKeep);
    EXPECT_EQ(whole_.times.size(), 60U);
    file_.open(folder_ / "growing.mp4", std::ios::binary);
  }

  std::unique_ptr<GrowingReader> open(const ReaderOptions& options = {}) {
    auto reader = GrowingReader::open(folder_ / "growing.mp4", options);
    EXPECT_TRUE(reader) << reader.error().message;
    return std::move(reader.value());
  }

  // Writes up to the file's byte `end`.
  std::int64_t write(std::size_t end) {
    file_ << bytes_.substr(written_, end - written_) << std::flush;
    written_ = end;
    return static_cast<std::int64_t>(end);
  }

  void expect_the_whole(const WholeVideo& video) const {
    EXPECT_EQ(error_name(video), "");
    EXPECT_EQ(video.times, whole_.times);
    EXPECT_TRUE(video.pixels == whole_.pixels) << "pixels differ";
  }

  TemporaryFolder folder_;
  std::string bytes_;
  WholeVideo whole_;
  std::ofstream file_;
  std::size_t written_ = 0;
};

TEST_F(GrowingVideo, GivesTheFramesOfTheWholeFileHoweverItsBytesArrive) {
  std::mt19937 random(3);
  for (const std::size_t piece_max : {std::size_t{97}, std::size_t{5000}, bytes_.size()}) {
    file_ = std::ofstream(folder_ / "growing.mp4", std::ios::binary);
    written_ = 0;
    const auto reader = open();
    std::thread writer([&] {
      while (written_ < bytes_.size()) {
        reader->grow(write(std::min(bytes_.size(), written_ + 1 + random() % piece_max)));
      }
      reader->finish(static_cast<std::int64_t>(written_));
    });
    const WholeVideo video = read_all(*reader);
    writer.join();
    expect_the_whole(video);
    EXPECT_EQ(video.info.width, 192);
  }
}

TEST_F(GrowingVideo, GivesWhatIsThereBeforeTheRestComes) {
  const auto reader = open();
  const std::size_t half =
      bytes_.find("moof", bytes_.find("moof", bytes_.find("moof") + 4) + 4) - 4;
  reader->grow(write(half));
  WholeVideo video;
  while (video.times.size() < 20) {  // Two fragments of 15, of which the decoder may hold some.
    auto frame = reader->next();
    ASSERT_TRUE(frame && *frame);
    video.times.push_back((*frame)->time);
    video.pixels += packed(**frame);
  }
  reader->finish(write(bytes_.size()));
  const WholeVideo rest = read_all(*reader);
  video.times.insert(video.times.end(), rest.times.begin(), rest.times.end());
  video.pixels += rest.pixels;
  expect_the_whole(video);
}

TEST(DecoderSilence, DoesNotCountWhileItMayBeSilent) {
  const TemporaryFolder folder;
  fs::create_symlink(TALLY_BINARY_DIR "/tally-fake-decoder", folder / "fake-mute");
  testing::write_contents(folder / "a.mp4", "x");
  const auto input = open_input(folder / "a.mp4");
  ASSERT_TRUE(input);
  auto decoder = DecoderProcess::start(folder / "fake-mute", {"decode", "2"}, *input);
  ASSERT_TRUE(decoder);
  int asked = 0;
  const auto message =
      decoder->next_message(std::chrono::milliseconds(1), [&] { return ++asked <= 5; });
  EXPECT_EQ(message.error().code.name, "media.decoder_hung");
  EXPECT_EQ(asked, 6);
}

TEST(GrowingProtocol, StarvesUntilThereIsMoreThanItRead) {
  protocol::ProtocolState state(4, true);
  protocol::Starved starved;
  EXPECT_FALSE(state.grow(100, false));  // Nobody waits for it yet.
  ASSERT_TRUE(state.accept(starved));
  EXPECT_FALSE(state.starving());
  starved.bytes = 100;
  ASSERT_TRUE(state.accept(starved));
  EXPECT_TRUE(state.starving());
  EXPECT_FALSE(state.grow(100, false));
  EXPECT_TRUE(state.starving());
  EXPECT_TRUE(state.grow(7, true));  // Fewer than before: still no more will come.
  EXPECT_FALSE(state.starving());
  EXPECT_FALSE(state.grow(200, false));
  EXPECT_EQ(state.told().bytes, 100);
}

TEST_F(GrowingVideo, OlderAndRepeatedNewsChangeNothing) {
  const auto reader = open();
  reader->grow(write(bytes_.size()));
  reader->grow(10);
  for (int i = 0; i < 2000; ++i) reader->grow(static_cast<std::int64_t>(bytes_.size()));
  reader->finish(static_cast<std::int64_t>(bytes_.size()));
  reader->finish(static_cast<std::int64_t>(bytes_.size()));
  reader->grow(static_cast<std::int64_t>(2 * bytes_.size()));
  expect_the_whole(read_all(*reader));
}

TEST_F(GrowingVideo, MoreNewsThanASocketHoldsIsNotLost) {
  const auto reader = open();
  for (std::size_t end = 1; end < bytes_.size(); ++end) reader->grow(write(end));
  reader->finish(write(bytes_.size()));
  expect_the_whole(read_all(*reader));
}

TEST_F(GrowingVideo, CutOffItGivesItsGoodFramesAndTellsSo) {
  const std::size_t cut = bytes_.size() * 7 / 10;
  const auto reader = open();
  reader->finish(write(cut));
  const WholeVideo video = read_all(*reader);
  EXPECT_EQ(error_name(video), "media.truncated");
  const WholeVideo same = read_whole(folder_ / "growing.mp4", {}, Pixels::kKeep);
  EXPECT_EQ(error_name(same), "media.truncated");
  EXPECT_EQ(video.times, same.times);
  EXPECT_GT(video.times.size(), 20U);
  EXPECT_TRUE(video.pixels == same.pixels);
}

TEST_F(GrowingVideo, OfWhichNothingComesIsAnError) {
  const auto reader = open();
  reader->finish(0);
  EXPECT_EQ(error_name(read_all(*reader)), "media.not_video");
  EXPECT_EQ(GrowingReader::open(folder_ / "none.mp4").error().code.name, "media.not_found");
}

TEST_F(GrowingVideo, WithItsIndexAtTheEndIsAnErrorThatSaysSo) {
  // Larger than what the decoder reads at once.
  folder_.ffmpeg(
      "-f lavfi -i testsrc2=size=640x360:rate=30:duration=1 -c:v libx264 -pix_fmt yuv420p -crf 5 "
      "late.mp4");
  bytes_ = contents(folder_ / "late.mp4");
  const auto reader = open();
  reader->finish(write(bytes_.size()));
  const WholeVideo video = read_all(*reader);
  ASSERT_TRUE(video.error);
  EXPECT_EQ(error_name(video), "media.corrupt");
  EXPECT_THAT(video.error->message, HasSubstr("growing.mp4: "));
}

TEST_F(GrowingVideo, EndsWithItsReader) {
  const auto descriptors = testing::open_descriptors();
  {
    const auto reader = open();
    reader->grow(write(bytes_.size() / 2));
    ASSERT_TRUE(reader->next());
  }
  EXPECT_EQ(testing::open_descriptors(), descriptors);
  EXPECT_FALSE(testing::has_children());
}

class StarvingDecoder : public GrowingVideo, public ::testing::WithParamInterface<const char*> {};

TEST_P(StarvingDecoder, ThatLiesIsEnded) {
  fs::create_symlink(TALLY_BINARY_DIR "/tally-fake-decoder", folder_ / GetParam());
  const auto reader = open({.decoder = folder_ / GetParam()});
  reader->grow(write(100));
  EXPECT_EQ(error_name(read_all(*reader)), "media.decoder_failed");
  EXPECT_FALSE(testing::has_children());
}

INSTANTIATE_TEST_SUITE_P(Media, StarvingDecoder,
                         ::testing::Values("fake-starved-twice", "fake-starved-beyond"),
                         [](const auto& which) {
                           std::string name = which.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace tally::media
