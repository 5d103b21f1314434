#include "perception/cart/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <map>

#include "base/cart_json.hpp"
#include "base/digest.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::cart {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using media::testing::contents;
using media::testing::TemporaryFolder;
using media::testing::write_contents;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Notes what it is given and finds what it was told to find.
class FakeWatcher final : public SessionWatcher {
 public:
  explicit FakeWatcher(std::size_t cameras) { findings.cameras.resize(cameras); }

  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    if (on_push) on_push(frame);
    pushed.emplace_back(camera, frame.time);
    EXPECT_GT(frame.width, 0);
    if (fails) return fail(media::MediaError::kCorrupt, "the watcher fails");
    findings.cameras[camera].notes.push_back({frame.time, 0.5F, true});
    ++findings.cameras[camera].looks;
    return {};
  }
  void lose(std::size_t camera, SessionTime at) override { lost.emplace_back(camera, at); }
  Result<SessionFindings> finish() override {
    ++finished;
    return std::move(findings);
  }
  std::unique_ptr<SessionWatcher> look_again() override;

  FakeWatcher* closer = nullptr;
  std::vector<std::pair<std::size_t, SessionTime>> pushed;
  std::vector<std::pair<std::size_t, SessionTime>> lost;
  SessionFindings findings;
  std::function<void(const media::Frame&)> on_push;
  bool fails = false;
  int finished = 0;
};

// Stands for one that the test keeps.
class Deputy final : public SessionWatcher {
 public:
  explicit Deputy(FakeWatcher& watcher) : watcher_(watcher) {}
  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    return watcher_.push(camera, frame);
  }
  void lose(std::size_t camera, SessionTime at) override { watcher_.lose(camera, at); }
  Result<SessionFindings> finish() override { return watcher_.finish(); }

 private:
  FakeWatcher& watcher_;
};

std::unique_ptr<SessionWatcher> FakeWatcher::look_again() {
  if (closer == nullptr) return nullptr;
  return std::make_unique<Deputy>(*closer);
}

class WatchSession : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.ffmpeg(
        "-f lavfi -i testsrc2=size=64x48:rate=10:duration=3 -g 10 -c:v libx264 -pix_fmt yuv420p "
        "-movflags frag_keyframe+empty_moov a.mp4");
    folder_.ffmpeg(
        "-f lavfi -i testsrc=size=96x64:rate=4:duration=2 -c:v libx264 -pix_fmt yuv420p b.mp4");
    const std::string whole = contents(folder_ / "a.mp4");
    write_contents(folder_ / "cut.mp4", whole.substr(0, whole.size() * 2 / 3));
    write_contents(folder_ / "text.mp4", "this is no video");
    session_.videos = {{.camera = "a", .file = folder_ / "a.mp4"},
                       {.camera = "b", .file = folder_ / "b.mp4", .start = 120ms}};
    options_.evidence_folder = folder_.path();
  }

  Result<ProcessOutcome> watch(FakeWatcher& watcher) {
    return watch_session(session_, watcher, "layout's digest", ClipNames::kByCamera, options_);
  }

  static CartEvent take_at(std::int64_t at_ms, std::vector<std::string> cameras) {
    CartEvent event;
    event.at_ms = at_ms;
    event.product = "p";
    event.confidence = 0.99;
    event.cameras = std::move(cameras);
    return event;
  }

  TemporaryFolder folder_;
  SessionFile session_;
  ProcessOptions options_;
};

TEST_F(WatchSession, FramesOfAllCamerasComeInOrderOfTime) {
  FakeWatcher watcher(2);
  std::int64_t progress = 0;
  options_.on_progress = [&](const Progress& told) {
    progress = told.frames_done;
    EXPECT_EQ(told.frames_total, 38);
  };
  const auto outcome = watch(watcher);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(watcher.finished, 1);
  ASSERT_THAT(watcher.pushed, SizeIs(38));
  EXPECT_TRUE(
      std::ranges::is_sorted(watcher.pushed, {}, [](const auto& one) { return one.second; }));
  EXPECT_EQ(watcher.pushed[0], std::pair(std::size_t{0}, SessionTime{0}));
  EXPECT_EQ(watcher.pushed[2], std::pair(std::size_t{1}, SessionTime{120ms}));
  EXPECT_EQ(progress, 38);
  EXPECT_EQ(outcome->cart.stats.frames_decoded, 38);
  EXPECT_EQ(outcome->cart.stats.frames_detected, 38);
}

TEST_F(WatchSession, TheCartTellsOfEveryVideoAndClip) {
  FakeWatcher watcher(2);
  watcher.findings.events = {take_at(1500, {"b", "a"})};
  watcher.findings.lines = {{.product = "p", .quantity = 1, .confidence = 0.99, .events = {0}}};
  watcher.findings.decision = {.kind = DecisionKind::kCharge, .probability = 0.99, .reasons = {}};
  const std::vector<CartModel> models{{"detect", "model", "aa"}, {"embed", "looks", "bb"}};
  watcher.findings.models = models;
  watcher.findings.stage_seconds = {{"fuse", 1.5}};
  const auto outcome = watch(watcher);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const Cart& cart = outcome->cart;
  ASSERT_THAT(cart.inputs.videos, SizeIs(2));
  EXPECT_EQ(cart.inputs.videos[0].sha256, *sha256_hex_of_file(folder_ / "a.mp4"));
  EXPECT_EQ(cart.inputs.videos[0].frames, 30);
  EXPECT_EQ(cart.inputs.videos[0].duration_ms, 2900);
  EXPECT_EQ(cart.inputs.videos[1].start_ms, 120);
  EXPECT_EQ(cart.inputs.videos[1].frames, 8);
  EXPECT_EQ(cart.inputs.videos[1].problem, "");
  EXPECT_EQ(cart.inputs.layout_sha256, "layout's digest");
  EXPECT_EQ(cart.inputs.models, models);
  EXPECT_EQ(cart.decision.kind, DecisionKind::kCharge);
  EXPECT_THAT(cart.lines, SizeIs(1));
  ASSERT_THAT(cart.events[0].clips, SizeIs(2));
  EXPECT_EQ(cart.events[0].evidence, "evidence/0001_b.mp4");
  EXPECT_TRUE(fs::exists(folder_ / "evidence/0001_a.mp4"));
  EXPECT_THAT(
      cart.stats.stage_seconds,
      ElementsAre(std::pair("decode", 0.0), std::pair("fuse", 1.5), std::pair("evidence", 0.0)));
  ASSERT_THAT(outcome->cameras, SizeIs(2));
  EXPECT_EQ(outcome->cameras[1].file_name, "b.mp4");
  EXPECT_EQ(outcome->cameras[1].width, 96);
  EXPECT_THAT(outcome->cameras[1].timeline, SizeIs(8));
  EXPECT_EQ(outcome->cameras[1].timeline[1].at_ms, 370);
}

TEST_F(WatchSession, ACameraThatIsLostIsToldAndTheOthersGoOn) {
  session_.videos = {{.camera = "gone", .file = folder_ / "gone.mp4", .missing = true},
                     {.camera = "cut", .file = folder_ / "cut.mp4"},
                     {.camera = "text", .file = folder_ / "text.mp4"},
                     {.camera = "b", .file = folder_ / "b.mp4"}};
  FakeWatcher watcher(4);
  watcher.findings.events = {take_at(500, {"cut", "b", "gone"})};
  const auto outcome = watch(watcher);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const std::vector<CartVideo>& videos = outcome->cart.inputs.videos;
  EXPECT_EQ(videos[0].problem, "media.not_found");
  EXPECT_EQ(videos[0].sha256, "");
  EXPECT_EQ(videos[1].problem, "media.truncated");
  EXPECT_GT(videos[1].frames, 5);
  EXPECT_LT(videos[1].frames, 30);
  EXPECT_EQ(videos[1].sha256.size(), 64U);
  EXPECT_EQ(videos[2].problem, "media.not_video");
  EXPECT_EQ(videos[3].problem, "");
  EXPECT_EQ(videos[3].frames, 8);
  ASSERT_THAT(watcher.lost, SizeIs(3));
  EXPECT_EQ(watcher.lost[0], std::pair(std::size_t{0}, SessionTime{0}));
  EXPECT_EQ(watcher.lost[1], std::pair(std::size_t{2}, SessionTime{0}));
  EXPECT_EQ(watcher.lost[2].first, 1U);
  EXPECT_EQ(watcher.lost[2].second, 100ms * (videos[1].frames - 1));
  EXPECT_THAT(outcome->cameras[1].problem, HasSubstr("cut.mp4"));
  EXPECT_EQ(outcome->cart.events[0].clips.back().first, "b");
}

// Its first look is at growing files, the second at what they have become.
TEST_F(WatchSession, ASecondLookSeesTheSameAndItsFindingsCount) {
  session_.videos.push_back({.camera = "cut", .file = folder_ / "cut.mp4"});
  int opened = 0;
  options_.open_video = [&](const SessionVideo& video) {
    ++opened;
    return media::VideoReader::open(video.file, {});
  };
  Progress progress;
  options_.on_progress = [&](const Progress& told) { progress = told; };
  FakeWatcher first(3);
  first.findings.events = {take_at(500, {"a"}), take_at(900, {"a"})};
  first.findings.stage_seconds = {{"fuse", 1.5}, {"gate", 1.0}};
  FakeWatcher second(3);
  second.findings.events = {take_at(1500, {"b", "a"})};
  second.findings.stage_seconds = {{"fuse", 2.0}};
  first.closer = &second;
  const auto outcome = watch(first);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(first.finished, 1);
  EXPECT_EQ(second.finished, 1);
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(second.pushed, first.pushed);
  EXPECT_EQ(second.lost, first.lost);
  EXPECT_THAT(second.lost, SizeIs(1));
  const auto frames = static_cast<std::int64_t>(first.pushed.size());
  EXPECT_EQ(progress.frames_done, 2 * frames);
  const CartStats& stats = outcome->cart.stats;
  EXPECT_TRUE(stats.second_look);
  EXPECT_EQ(stats.frames_decoded, frames) << "of the video";
  EXPECT_EQ(stats.frames_detected, 2 * frames);
  EXPECT_THAT(stats.stage_seconds, ElementsAre(std::pair("decode", 0.0), std::pair("fuse", 3.5),
                                               std::pair("gate", 1.0), std::pair("evidence", 0.0)));
  ASSERT_THAT(outcome->cart.events, SizeIs(1));
  EXPECT_EQ(outcome->cart.events[0].at_ms, 1500);
  EXPECT_EQ(outcome->cart.inputs.videos[2].problem, "media.truncated");
  EXPECT_THAT(outcome->cameras[0].timeline, SizeIs(30));
  EXPECT_FALSE(fs::exists(folder_ / "evidence/0002_a.mp4"));
}

TEST_F(WatchSession, WithoutACartThereIsNoSecondLook) {
  FakeWatcher second(2);
  FakeWatcher first(2);
  first.closer = &second;
  first.fails = true;
  EXPECT_FALSE(watch(first));
  EXPECT_EQ(second.finished, 0);
  FakeWatcher stopped(2);
  stopped.closer = &second;
  options_.cancelled = [&] { return second.pushed.size() == 3; };
  EXPECT_EQ(watch(stopped).error().code.name, "cart.cancelled");
  EXPECT_EQ(second.finished, 1);
}

TEST_F(WatchSession, ARestockChargesNobodyAndTellsWhatWasMoved) {
  session_.kind = SessionKind::kRestock;
  for (const DecisionKind kind : {DecisionKind::kCharge, DecisionKind::kReview}) {
    FakeWatcher watcher(2);
    watcher.findings.lines = {{.product = "p", .quantity = 1, .confidence = 0.9, .events = {}}};
    watcher.findings.decision = {
        .kind = kind, .probability = 0.7, .expected_error_minor = 30, .reasons = {"in doubt"}};
    const auto outcome = watch(watcher);
    ASSERT_TRUE(outcome) << outcome.error().message;
    const Decision& decision = outcome->cart.decision;
    EXPECT_EQ(decision.kind, DecisionKind::kNothing);
    EXPECT_EQ(decision.probability, 0.7);
    EXPECT_FALSE(decision.expected_error_minor);
    EXPECT_THAT(decision.reasons, ElementsAre(HasSubstr("restock")));
    EXPECT_THAT(outcome->cart.lines, SizeIs(1));
  }
}

TEST_F(WatchSession, WithoutAnyCameraThereIsNoCart) {
  session_.videos = {{.camera = "text", .file = folder_ / "text.mp4"},
                     {.camera = "gone", .file = folder_ / "gone.mp4", .missing = true}};
  FakeWatcher none(2);
  EXPECT_EQ(watch(none).error().code.name, "media.not_video");
  EXPECT_EQ(none.finished, 1);
  session_.videos = {{.camera = "cut", .file = folder_ / "cut.mp4"},
                     {.camera = "text", .file = folder_ / "text.mp4"}};
  FakeWatcher some(2);
  EXPECT_EQ(watch(some).error().code.name, "media.truncated");
  EXPECT_THAT(some.pushed, ::testing::Not(IsEmpty()));
  EXPECT_EQ(some.finished, 1);
}

TEST_F(WatchSession, AWatcherThatFailsIsFinishedAllTheSame) {
  FakeWatcher watcher(2);
  watcher.fails = true;
  EXPECT_EQ(watch(watcher).error().message, "the watcher fails");
  EXPECT_THAT(watcher.pushed, SizeIs(1));
  EXPECT_EQ(watcher.finished, 1);
  FakeWatcher stopped(2);
  options_.cancelled = [&] { return stopped.pushed.size() == 3; };
  EXPECT_EQ(watch(stopped).error().code.name, "cart.cancelled");
  EXPECT_EQ(stopped.finished, 1);
  EXPECT_FALSE(fs::exists(folder_ / "evidence"));
}

TEST_F(WatchSession, AVideoThatChangesMeanwhileIsAConflict) {
  FakeWatcher watcher(2);
  watcher.on_push = [&](const media::Frame& frame) {
    if (frame.time == 1s) std::ofstream(folder_ / "b.mp4", std::ios::app) << "more";
  };
  const auto outcome = watch(watcher);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code.name, "cart.changed");
  EXPECT_THAT(outcome.error().message, HasSubstr("b.mp4"));
}

// As many frames of each camera as it may, for as long as it may.
TEST_F(WatchSession, AWatcherMayHoldOnToSomeFrames) {
  FakeWatcher watcher(2);
  std::map<int, std::deque<media::Frame>> kept;
  watcher.on_push = [&](const media::Frame& frame) {
    auto& mine = kept[frame.width];
    mine.push_back(frame);
    if (mine.size() > kFramesKeptMax) mine.pop_front();
  };
  options_.reader.silence_max = 3s;
  const auto outcome = watch(watcher);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->cart.stats.frames_decoded, 38);
}

TEST(CheckCalibrated, EveryCameraWithAVideoNeedsACalibration) {
  SessionFile session;
  session.videos = {{.camera = "a", .file = "a.mp4"},
                    {.camera = "b", .file = "b.mp4"},
                    {.camera = "c", .file = "c.mp4", .missing = true}};
  Layout layout;
  layout.cameras = {{.id = "a", .calibration = vision::CameraModel{}}, {.id = "b"}};
  EXPECT_THAT(check_calibrated(session, layout).error().message, HasSubstr("--layout"));
  layout.cabinet = {0.8, 1.4, 0.5};
  const auto half = check_calibrated(session, layout);
  EXPECT_EQ(half.error().code.name, "cart.uncalibrated");
  EXPECT_THAT(half.error().message, ::testing::EndsWith("the calibration of b"));
  layout.cameras[1].calibration = vision::CameraModel{};
  EXPECT_TRUE(check_calibrated(session, layout));
}

TEST_F(WatchSession, TheSameSessionGivesTheSameBytes) {
  std::vector<std::string> carts;
  for (int round = 0; round < 2; ++round) {
    FakeWatcher watcher(2);
    watcher.findings.events = {take_at(1500, {"b", "a"})};
    carts.push_back(to_json(watch(watcher)->cart, CartStatsIn::kNo));
  }
  EXPECT_EQ(carts[0], carts[1]);
}

}  // namespace
}  // namespace tally::cart
