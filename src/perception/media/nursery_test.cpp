#include "perception/media/nursery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <future>

#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using testing::error_name;
using testing::read_whole;
using testing::TemporaryFolder;

class Nursery : public ::testing::Test {
 protected:
  Nursery() {
    end_nurseries();
    folder_.ffmpeg(
        "-f lavfi -i testsrc2=size=64x48:rate=10:duration=1 -c:v libx264 -pix_fmt yuv420p a.mp4");
  }
  ~Nursery() override { end_nurseries(); }

  void expect_a_whole_video() const {
    const auto video = read_whole(folder_ / "a.mp4");
    EXPECT_EQ(error_name(video), "");
    EXPECT_EQ(video.times.size(), 10U);
  }
  // Of this process, over all its threads.
  static std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
      std::ifstream file(task.path() / "children");
      for (pid_t pid = 0; file >> pid;) found.push_back(pid);
    }
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(Nursery, IsOneForAllDecoders) {
  expect_a_whole_video();
  const auto first = children();
  ASSERT_EQ(first.size(), 1U);
  expect_a_whole_video();
  EXPECT_EQ(children(), first);
}

// Also one that was killed while nobody looked.
TEST_F(Nursery, ThatHasDiedIsReplaced) {
  expect_a_whole_video();
  const auto first = children();
  ASSERT_EQ(first.size(), 1U);
  ::kill(first[0], SIGKILL);
  siginfo_t dead{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(first[0]), &dead, WEXITED | WNOWAIT), 0);
  expect_a_whole_video();
  const auto second = children();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second, first);
}

TEST_F(Nursery, OutlivesNothingThatItStarted) {
  auto reader = VideoReader::open(folder_ / "a.mp4").value();
  end_nurseries();
  std::size_t frames = 0;
  while (reader->next().value()) ++frames;
  EXPECT_EQ(frames, 10U);
}

TEST_F(Nursery, AProgramThatIsNoneIsAnError) {
  const auto video = read_whole(folder_ / "a.mp4", {.decoder = "/bin/true"});
  EXPECT_EQ(error_name(video), "media.decoder_failed");
  ASSERT_TRUE(video.error);
  EXPECT_THAT(video.error->message, ::testing::HasSubstr("/bin/true"));
  EXPECT_TRUE(children().empty());
}

TEST_F(Nursery, ServesManyThreads) {
  std::vector<std::future<std::size_t>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(
        std::async(std::launch::async, [&] { return read_whole(folder_ / "a.mp4").times.size(); }));
  }
  for (auto& one : all) EXPECT_EQ(one.get(), 10U);
  EXPECT_EQ(children().size(), 1U);
}

}  // namespace
}  // namespace tally::media
