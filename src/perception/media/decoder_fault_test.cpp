// A decoder that dies, hangs or lies is an error of its own clip and of nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/media/clip_writer.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using testing::error_name;
using ::testing::HasSubstr;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;

struct Fault {
  const char* decoder;
  std::size_t frames;  // Good ones before the error.
  const char* error;
  const char* told;
};

class DecoderFault : public ::testing::TestWithParam<Fault> {
 protected:
  DecoderFault() {
    folder_.ffmpeg(
        "-f lavfi -i testsrc2=size=64x48:rate=10:duration=1 -c:v libx264 -pix_fmt yuv420p a.mp4");
    fs::create_symlink(TALLY_BINARY_DIR "/tally-fake-decoder", folder_ / GetParam().decoder);
    options_.decoder = folder_ / GetParam().decoder;
    if (GetParam().error == std::string("media.decoder_hung")) {
      options_.silence_max = std::chrono::milliseconds(50);
    }
  }

  TemporaryFolder folder_;
  ReaderOptions options_;
};

TEST_P(DecoderFault, IsAnErrorOfThatClipAlone) {
  const auto descriptors = testing::open_descriptors();
  const WholeVideo video = read_whole(folder_ / "a.mp4", options_, Pixels::kKeep);
  EXPECT_EQ(error_name(video), GetParam().error);
  EXPECT_EQ(video.times.size(), GetParam().frames);
  ASSERT_TRUE(video.error);
  EXPECT_THAT(video.error->message, HasSubstr(GetParam().told));
  EXPECT_THAT(video.error->message, HasSubstr("a.mp4: "));
  EXPECT_EQ(testing::open_descriptors(), descriptors);
  EXPECT_FALSE(testing::has_children());

  const WholeVideo next = read_whole(folder_ / "a.mp4");
  EXPECT_EQ(error_name(next), "");
  EXPECT_EQ(next.times.size(), 10U);
}

TEST_P(DecoderFault, LeavesNoClip) {
  const auto cut = cut_clip(folder_ / "a.mp4", {}, folder_ / "out" / "clip.mp4", options_);
  ASSERT_FALSE(cut);
  EXPECT_TRUE(fs::is_empty(folder_ / "out"));
  EXPECT_FALSE(testing::has_children());
}

constexpr const char* kBroke = "broke the protocol";

INSTANTIATE_TEST_SUITE_P(
    Media, DecoderFault,
    ::testing::Values(Fault{"fake-exit", 0, "media.decoder_failed", "exit status 3"},
                      Fault{"fake-killed", 1, "media.decoder_failed", "signal 9"},
                      Fault{"fake-hang", 1, "media.decoder_hung", "said nothing for 50 ms"},
                      Fault{"fake-mute", 0, "media.decoder_hung", "said nothing for 50 ms"},
                      Fault{"fake-oversize", 0, "media.decoder_failed", kBroke},
                      Fault{"fake-garbage", 0, "media.decoder_failed", kBroke},
                      Fault{"fake-descriptors", 1, "media.decoder_failed", "signal 9"},
                      Fault{"fake-shrink", 0, "media.decoder_failed", "exit status 0"},
                      Fault{"fake-no-hello", 0, "media.decoder_failed", kBroke},
                      Fault{"fake-huge", 0, "media.decoder_failed", "60000x48"},
                      Fault{"fake-bytes", 0, "media.decoder_failed", kBroke},
                      Fault{"fake-slot", 0, "media.decoder_failed", "slot"},
                      Fault{"fake-index", 0, "media.decoder_failed", "frame 1 where 0 was due"},
                      Fault{"fake-time", 1, "media.decoder_failed", "times"},
                      Fault{"fake-starved", 0, "media.decoder_failed", "a file that is whole"},
                      Fault{"fake-count", 1, "media.decoder_failed", "2 frames announced"},
                      Fault{"fake-escape", 0, "media.corrupt", "?[2Jbad?"}),
    [](const auto& tested) {
      std::string name = tested.param.decoder;
      std::ranges::replace(name, '-', '_');
      return name;
    });

TEST(DecoderFaults, ASlotInUseIsNotGivenOutAgain) {
  const TemporaryFolder folder;
  testing::write_contents(folder / "a.mp4", "anything");
  fs::create_symlink(TALLY_BINARY_DIR "/tally-fake-decoder", folder / "fake-slot-held");
  auto reader = VideoReader::open(folder / "a.mp4", {.decoder = folder / "fake-slot-held"}).value();
  const Frame held = reader->next().value().value();
  const auto second = reader->next();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("still being read"));
  // The error stays.
  EXPECT_EQ(reader->next().error().message, second.error().message);
}

TEST(DecoderFaults, NothingIsHeardAfterTheEnd) {
  const TemporaryFolder folder;
  testing::write_contents(folder / "a.mp4", "anything");
  fs::create_symlink(TALLY_BINARY_DIR "/tally-fake-decoder", folder / "fake-after-end");
  const WholeVideo video = read_whole(folder / "a.mp4", {.decoder = folder / "fake-after-end"});
  EXPECT_EQ(error_name(video), "");
  EXPECT_EQ(video.times.size(), 1U);
}

TEST(DecoderFaults, AMissingDecoderIsNamed) {
  const TemporaryFolder folder;
  testing::write_contents(folder / "a.mp4", "anything");
  const WholeVideo video = read_whole(folder / "a.mp4", {.decoder = folder / "nothing-here"});
  EXPECT_EQ(error_name(video), "media.decoder_missing");
  ASSERT_TRUE(video.error);
  EXPECT_EQ(video.error->code.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(video.error->message, HasSubstr("nothing-here"));
}

}  // namespace
}  // namespace tally::media
