// With the models and a session that come with the checkout.
#include "server/pipeline/live_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/cart_json.hpp"
#include "perception/cabinet/look_plan.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::server {
namespace {

namespace fs = std::filesystem;
using media::testing::contents;
using media::testing::TemporaryFolder;

const fs::path kRoot = TALLY_SOURCE_DIR;

// A stream's segments: its index with the first fragment, then fragment by fragment.
std::vector<std::string> segments_of(const std::string& stream) {
  std::vector<std::string> segments;
  std::size_t begin = 0;
  std::size_t next = stream.find("moof");
  while (next != std::string::npos) {
    next = stream.find("moof", next + 4);
    const std::size_t end = next == std::string::npos ? stream.size() : next - 4;
    segments.push_back(stream.substr(begin, end - begin));
    begin = end;
  }
  return segments;
}

class Live : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    detector_ =
        std::move(vision::Detector::open(
                      kRoot / "models" / "detector",
                      {.engine = {}, .score = {}, .iou = {}, .picture = cabinet::kWholeLookSize})
                      .value());
    close_up_ = std::move(vision::Detector::open(kRoot / "models" / "close_up").value());
    embedder_ = std::move(vision::Embedder::open(kRoot / "models" / "embedder").value());
    session_ = cart::load_session(kRoot / "demo" / "take_one").value();
    layout_ = cart::load_layout(session_.layout).value();
    gallery_ =
        identify::enrol_products(*embedder_, identify::list_product_photos(session_.photos).value())
            .value();
  }
  static void TearDownTestSuite() {
    detector_.reset();
    close_up_.reset();
    embedder_.reset();
  }

  void SetUp() override {
    for (const cart::SessionVideo& video : session_.videos) {
      folder_.ffmpeg("-i " + video.file.string() +
                     " -c copy -movflags frag_keyframe+empty_moov+default_base_moof " +
                     video.camera + ".mp4");
      segments_[video.camera] = segments_of(contents(folder_ / (video.camera + ".mp4")));
      ASSERT_GT(segments_[video.camera].size(), 2U);
    }
  }

  [[nodiscard]] static cabinet::CabinetModels models() {
    return {detector_.get(), close_up_.get(), embedder_.get(), &gallery_, {}};
  }

  [[nodiscard]] std::unique_ptr<LiveSession> begin() const {
    LivePlan plan;
    plan.folder = folder_ / "live";
    for (const cart::SessionVideo& video : session_.videos) {
      plan.cameras.push_back({video.camera, to_ms(video.start)});
    }
    plan.layout = &layout_;
    plan.models = models();
    plan.options.evidence_folder = folder_ / "live";
    auto session = LiveSession::begin(std::move(plan));
    EXPECT_TRUE(session) << session.error().message;
    return std::move(*session);
  }

  static inline std::unique_ptr<vision::Detector> detector_;
  static inline std::unique_ptr<vision::Detector> close_up_;
  static inline std::unique_ptr<vision::Embedder> embedder_;
  static inline cart::SessionFile session_;
  static inline cart::Layout layout_;
  static inline identify::Gallery gallery_;
  TemporaryFolder folder_;
  std::map<std::string, std::vector<std::string>> segments_;
};

TEST_F(Live, WatchesWhileItIsRecordedAndItsFilesGiveTheSameCartAgain) {
  const auto session = begin();
  std::size_t longest = 0;
  for (const auto& [camera, segments] : segments_) longest = std::max(longest, segments.size());
  for (std::size_t i = 0; i + 1 < longest; ++i) {
    for (const auto& [camera, segments] : segments_) {
      if (i + 1 < segments.size()) ASSERT_TRUE(session->append(camera, segments[i]));
    }
  }
  // The door is still open: most frames are watched before the last segment is there.
  EXPECT_GE(session->wait_for_frames(150), 150);
  for (const auto& [camera, segments] : segments_) {
    ASSERT_TRUE(session->append(camera, segments.back()));
    ASSERT_TRUE(session->end(camera));
    ASSERT_TRUE(session->end(camera));
    EXPECT_EQ(session->append(camera, "x").error().code.name, "live.ended");
  }
  const auto live = session->finish();
  ASSERT_TRUE(live) << live.error().message;
  EXPECT_EQ(live->cart.events.size(), 1U);
  EXPECT_TRUE(fs::exists(folder_ / "live" / live->cart.events[0].evidence));

  cart::SessionFile files = session_;
  for (cart::SessionVideo& video : files.videos) {
    video.file = folder_ / "live" / (video.camera + ".mp4");
  }
  cart::ProcessOptions options;
  options.evidence_folder = folder_ / "again";
  const auto again = cabinet::process_cabinet(files, layout_, models(), options);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(live->cart, CartStatsIn::kNo), to_json(again->cart, CartStatsIn::kNo));
}

TEST_F(Live, ACameraOfWhichNothingComesIsACameraLess) {
  const auto session = begin();
  for (const auto& [camera, segments] : segments_) {
    if (camera != "cam1") {
      for (const std::string& segment : segments) ASSERT_TRUE(session->append(camera, segment));
    }
    ASSERT_TRUE(session->end(camera));
  }
  const auto live = session->finish();
  ASSERT_TRUE(live) << live.error().message;
  EXPECT_EQ(live->cart.inputs.videos[1].frames, 0);
  EXPECT_EQ(live->cart.inputs.videos[1].problem, "media.not_video");
}

TEST_F(Live, GivenUpItEndsAndLeavesTheModelsFree) {
  {
    const auto session = begin();
    ASSERT_TRUE(session->append("cam0", segments_["cam0"].front()));
    session->cancel();
    EXPECT_EQ(session->finish().error().code.name, "live.cancelled");
  }
  EXPECT_EQ(begin()->frames_watched(), 0);  // Its destructor gives it up.
  EXPECT_EQ(detector_->in_flight() + close_up_->in_flight() + embedder_->in_flight(), 0U);
  EXPECT_EQ(begin()->append("attic", "x").error().code.name, "live.camera");
}

TEST_F(Live, ACameraThatTheLayoutDoesNotHaveMakesNoFile) {
  for (const std::vector<LiveCamera>& cameras :
       {std::vector<LiveCamera>{{"../cam0", 0}},
        std::vector<LiveCamera>{{"cam0", 0}, {"cam0", 0}}}) {
    LivePlan plan;
    plan.folder = folder_ / "live";
    plan.cameras = cameras;
    plan.layout = &layout_;
    plan.models = models();
    EXPECT_EQ(LiveSession::begin(std::move(plan)).error().code.name, "live.camera");
    EXPECT_FALSE(fs::exists(folder_ / "live"));
  }
}

TEST_F(Live, WhereNothingCanBeWrittenIsAnErrorAtOnce) {
  LivePlan plan;
  plan.folder = folder_ / "cam0.mp4" / "below";  // A file is no folder.
  plan.cameras = {{"cam0", 0}};
  plan.layout = &layout_;
  plan.models = models();
  EXPECT_EQ(LiveSession::begin(std::move(plan)).error().code.name, "live.disk");
}

}  // namespace
}  // namespace tally::server
