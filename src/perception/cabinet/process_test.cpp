// The whole way of a session, with the models and a session that come with the checkout.
#include "perception/cabinet/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/cart_json.hpp"
#include "perception/cabinet/look_plan.hpp"
#include "perception/cabinet/session.hpp"
#include "perception/cart/watch.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::cabinet {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const fs::path kRoot = TALLY_SOURCE_DIR;
const fs::path kSession = kRoot / "demo" / "take_one";

std::int64_t frames_of(const Cart& cart) {
  std::int64_t frames = 0;
  for (const CartVideo& video : cart.inputs.videos) frames += video.frames;
  return frames;
}

class ProcessCabinet : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    detector_ = new_or_fail(
        vision::Detector::open(kRoot / "models" / "detector",
                               {.engine = {}, .score = {}, .iou = {}, .picture = kWholeLookSize}));
    close_up_ = new_or_fail(vision::Detector::open(kRoot / "models" / "close_up"));
    embedder_ = new_or_fail(vision::Embedder::open(kRoot / "models" / "embedder"));
    session_ = cart::load_session(kSession).value();
    layout_ = cart::load_layout(session_.layout).value();
    const auto photos = identify::list_product_photos(session_.photos).value();
    gallery_ = identify::enrol_products(*embedder_, photos).value();
  }
  static void TearDownTestSuite() {
    detector_.reset();
    close_up_.reset();
    embedder_.reset();
  }
  template <typename T>
  static std::unique_ptr<T> new_or_fail(Result<std::unique_ptr<T>> opened) {
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  [[nodiscard]] static Result<cart::ProcessOutcome> process(
      const cart::SessionFile& session, const cart::ProcessOptions& options = {},
      const identify::Gallery& gallery = gallery_) {
    return process_cabinet(session, layout_,
                           {detector_.get(), close_up_.get(), embedder_.get(), &gallery, {}},
                           options);
  }

  // Writes every camera's bytes in pieces of its own size, in turns.
  static void record(const cart::SessionFile& session, const std::vector<std::string>& bytes,
                     const std::vector<media::GrowingReader*>& readers) {
    std::vector<std::size_t> written(bytes.size(), 0);
    bool more = true;
    while (more) {
      more = false;
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t end = std::min(bytes[i].size(), written[i] + 20'000 + 7001 * i);
        std::ofstream(session.videos[i].file, std::ios::binary | std::ios::app)
            << bytes[i].substr(written[i], end - written[i]);
        written[i] = end;
        readers[i]->grow(static_cast<std::int64_t>(end));
        more = more || end < bytes[i].size();
      }
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      readers[i]->finish(static_cast<std::int64_t>(bytes[i].size()));
    }
  }

  static inline std::unique_ptr<vision::Detector> detector_;
  static inline std::unique_ptr<vision::Detector> close_up_;
  static inline std::unique_ptr<vision::Embedder> embedder_;
  static inline cart::SessionFile session_;
  static inline cart::Layout layout_;
  static inline identify::Gallery gallery_;
};

TEST_F(ProcessCabinet, OneTakeSeenByThreeCamerasIsOneEvent) {
  const auto outcome = process(session_);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const Cart& cart = outcome->cart;
  ASSERT_EQ(cart.events.size(), 1U);
  EXPECT_EQ(cart.events[0].kind, EventKind::kTake);
  EXPECT_GT(cart.events[0].cameras.size(), 1U);
  ASSERT_EQ(cart.inputs.videos.size(), 3U);
  for (const cart::CameraOutcome& camera : outcome->cameras) {
    EXPECT_GT(camera.frames_detected, 0);
    EXPECT_FALSE(camera.timeline.empty());
  }
}

// Each product's photos under another's name: what is seen and where it stood do not agree.
identify::Gallery mixed_up(identify::Gallery gallery) {
  std::string first = gallery.products.front().id;
  for (std::size_t i = 0; i + 1 < gallery.products.size(); ++i) {
    gallery.products[i].id = gallery.products[i + 1].id;
  }
  gallery.products.back().id = std::move(first);
  return gallery;
}

TEST_F(ProcessCabinet, ASecondLookIsAtEveryFrameWhereTheCartIsUnsure) {
  const auto sure = process(session_);
  ASSERT_TRUE(sure) << sure.error().message;
  EXPECT_FALSE(sure->cart.stats.second_look);
  EXPECT_LT(sure->cart.stats.frames_detected, frames_of(sure->cart));
  const auto unsure = process(session_, {}, mixed_up(gallery_));
  ASSERT_TRUE(unsure) << unsure.error().message;
  EXPECT_TRUE(unsure->cart.stats.second_look);
  EXPECT_GT(unsure->cart.stats.frames_detected, frames_of(unsure->cart));
  EXPECT_EQ(unsure->cart.stats.frames_decoded, frames_of(unsure->cart)) << "each told once";
}

TEST_F(ProcessCabinet, ThereIsNoSecondLookWhereItIsOffOrWouldSeeNoMore) {
  cart::ProcessOptions options;
  options.second_look = false;
  const auto once = process(session_, options, mixed_up(gallery_));
  ASSERT_TRUE(once) << once.error().message;
  EXPECT_FALSE(once->cart.stats.second_look);
  options.second_look = true;
  options.savings = cart::Savings::none();
  const auto whole = process(session_, options, mixed_up(gallery_));
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_FALSE(whole->cart.stats.second_look);
  EXPECT_EQ(whole->cart.stats.frames_detected, frames_of(whole->cart));
}

// Keeps what a session's cameras saw.
class Observer final : public cart::SessionWatcher {
 public:
  explicit Observer(const CabinetSetup& setup) : cameras_(setup.cameras.size()), session_(setup) {}
  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    return session_.push(camera, frame);
  }
  void lose(std::size_t, SessionTime) override {}
  Result<cart::SessionFindings> finish() override {
    seen = session_.observed().value();
    cart::SessionFindings findings;
    findings.cameras.resize(cameras_);
    return findings;
  }
  Observations seen;

 private:
  std::size_t cameras_;
  CabinetSession session_;
};

TEST_F(ProcessCabinet, WhatIsHeldIsIdentifiedInEveryLook) {
  CabinetSetup setup;
  setup.layout = &layout_;
  setup.cameras = {0, 1, 2};
  setup.detector = detector_.get();
  setup.close_up = close_up_.get();
  setup.embedder = embedder_.get();
  Observer observer(setup);
  ASSERT_TRUE(cart::watch_session(session_, observer, "", cart::ClipNames::kByCamera, {}));
  std::size_t held = 0;
  for (const Sighting& one : observer.seen.sightings) {
    if (one.kind != SightingKind::kItemInHand) continue;
    ++held;
    EXPECT_EQ(one.embedding.size(), embedder_->dimensions()) << to_seconds(one.time);
  }
  EXPECT_GT(held, 20U);
}

TEST_F(ProcessCabinet, WholePicturesAreSmallerThanTheDetectorsPackageSays) {
  const inference::Engine& engine = detector_->engine();
  EXPECT_EQ(engine.inputs()[0].shape, (inference::Shape{1, 224, 384, 3}));
  EXPECT_EQ(engine.outputs()[0].shape, (inference::Shape{1, 48 * 28 + 24 * 14 + 12 * 7, 8}));
}

TEST_F(ProcessCabinet, ACloseUpModelWithOtherPicturesIsRefused) {
  const auto outcome = process_cabinet(
      session_, layout_, {detector_.get(), detector_.get(), embedder_.get(), &gallery_, {}}, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code.name, "cabinet.classes");
  EXPECT_THAT(outcome.error().message, HasSubstr("square"));
}

TEST_F(ProcessCabinet, ACameraThatTheLayoutDoesNotKnowIsNamed) {
  cart::SessionFile session = session_;
  session.videos[1].camera = "attic";
  const auto outcome = process(session);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code.name, code_of(cart::ProcessError::kUncalibrated).name);
  EXPECT_THAT(outcome.error().message, HasSubstr("attic"));
}

TEST_F(ProcessCabinet, StoppedHalfWayItLeavesTheModelsFreeForTheNext) {
  int frames = 0;
  cart::ProcessOptions options;
  options.cancelled = [&] { return ++frames > 60; };
  const auto stopped = process(session_, options);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(detector_->in_flight() + close_up_->in_flight() + embedder_->in_flight(), 0U);
  EXPECT_TRUE(process(session_));
}

// As a cabinet uploads it: the videos of all cameras grow piece by piece while they are watched.
TEST_F(ProcessCabinet, ASessionWatchedWhileItIsRecordedGivesTheSameCart) {
  const media::testing::TemporaryFolder folder;
  cart::SessionFile whole = session_;
  cart::SessionFile growing = session_;
  std::vector<std::string> bytes;
  for (std::size_t i = 0; i < session_.videos.size(); ++i) {
    const std::string name = session_.videos[i].camera + ".mp4";
    folder.ffmpeg("-i " + session_.videos[i].file.string() +
                  " -c copy -movflags frag_keyframe+empty_moov+default_base_moof " + name);
    whole.videos[i].file = folder / name;
    growing.videos[i].file = folder / ("growing_" + name);
    bytes.push_back(media::testing::contents(folder / name));
    media::testing::write_contents(growing.videos[i].file, "");
  }
  std::vector<media::GrowingReader*> readers;
  std::thread recorder;
  cart::ProcessOptions options;
  options.open_video = [&](const cart::SessionVideo& video) {
    auto reader = media::GrowingReader::open(video.file);
    if (reader) readers.push_back(reader->get());
    return Result<std::unique_ptr<media::VideoReader>>(std::move(reader));
  };
  options.cancelled = [&] {  // Asked before the first frame is waited for, when all are open.
    if (!recorder.joinable()) {
      recorder = std::thread([&] { record(growing, bytes, readers); });
    }
    return false;
  };
  const auto live = process(growing, options, mixed_up(gallery_));
  if (recorder.joinable()) recorder.join();
  const auto replayed = process(whole, {}, mixed_up(gallery_));
  ASSERT_TRUE(live) << live.error().message;
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(live->cart.events.size(), 1U);
  EXPECT_TRUE(live->cart.stats.second_look) << "of what the files have become";
  EXPECT_EQ(to_json(live->cart, CartStatsIn::kNo), to_json(replayed->cart, CartStatsIn::kNo));
}

TEST(UnknownProducts, AreThoseThatStandSomewhereAndHaveNoPhoto) {
  cart::Layout layout;
  layout.products = {
      {.id = "a", .classes = {}}, {.id = "b", .classes = {}}, {.id = "c", .classes = {}}};
  layout.facings = {{.id = "f1", .product = 0}, {.id = "f2", .product = 1}};
  identify::Gallery gallery;
  gallery.products.push_back({.id = "a", .photos = {}});
  EXPECT_THAT(unknown_products(layout, gallery), ElementsAre("b"));
}

}  // namespace
}  // namespace tally::cabinet
