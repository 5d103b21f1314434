#include "cli/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CartEvent event_at(std::int64_t at_ms, EventKind kind, const std::string& product) {
  CartEvent event;
  event.at_ms = at_ms;
  event.kind = kind;
  event.product = product;
  event.confidence = 0.9;
  event.cameras = {"cam0"};
  return event;
}

cart::ProcessOutcome two_events() {
  cart::ProcessOutcome outcome;
  cart::CameraOutcome& camera = outcome.cameras.emplace_back();
  camera.camera = "cam0";
  camera.file_name = "clip.mp4";
  camera.width = 640;
  camera.height = 360;
  camera.zone = vision::Box{10, 20, 600, 300};
  camera.timeline = {{0, 0.0F, true}, {5000, 0.2F, false}};
  outcome.cart.inputs.videos = {
      {.camera = "cam0", .sha256 = "aa", .frames = 300, .duration_ms = 10'000}};
  outcome.cart.events = {event_at(2500, EventKind::kTake, "bottle"),
                         event_at(7500, EventKind::kPut, "bottle")};
  outcome.cart.lines = {{.product = "bottle", .quantity = 0, .confidence = 0.9, .events = {0, 1}}};
  outcome.stock = {{0, 3}, {2600, 2}, {7600, 3}};
  return outcome;
}

std::string page_of(const cart::ProcessOutcome& outcome, const std::string& name = "clip.mp4") {
  return render_report(
      {.outcome = &outcome, .name = name, .clip_urls = ClipUrls(outcome.cart.events.size())});
}

class Clips : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_report_" + std::to_string(::getpid()));
    ASSERT_TRUE(write_file_atomically(root_ / "evidence" / "0001.mp4", "foobar"));
    ASSERT_TRUE(write_file_atomically(root_ / "evidence" / "0002.mp4", "foo"));
    cart_ = two_events().cart;
    cart_.events[0].clips = {{"cam0", "evidence/0001.mp4"}};
    cart_.events[1].clips = {{"cam0", "evidence/0002.mp4"}};
  }
  void TearDown() override { fs::remove_all(root_); }
  fs::path root_;
  Cart cart_;
};

TEST(Report, MarkupInNamesIsShownAndNotRun) {
  const std::string bad = "\"><script>alert('1')</script>";
  cart::ProcessOutcome outcome = two_events();
  outcome.cart.events[0].product = bad;
  outcome.cart.events[0].cameras = {bad};
  outcome.cart.lines[0].product = bad;
  outcome.cart.decision.reasons = {bad};
  outcome.cart.inputs.models = {{bad, bad, bad}};
  outcome.cart.inputs.videos[0].camera = bad;
  outcome.cart.stats.stage_seconds = {{bad, 1}};
  const std::string page = page_of(outcome, bad);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("\"><script")));
  EXPECT_THAT(page, HasSubstr("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
}

TEST(Report, NothingIsLoadedFromElsewhere) {
  const std::string page = page_of(two_events());
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(Report, EveryEventHasAMarkerAtItsTimeAndACard) {
  const std::string page = page_of(two_events());
  EXPECT_THAT(page, HasSubstr("--x:25.00%"));
  EXPECT_THAT(page, HasSubstr("--x:75.00%"));
  EXPECT_THAT(page, HasSubstr("href=\"#event-1\""));
  EXPECT_THAT(page, HasSubstr("id=\"event-2\""));
  EXPECT_THAT(page, HasSubstr("aria-label=\"Event 2: put 1 x bottle at 0:07.5\""));
}

TEST(Report, TheDecisionIsTheHeading) {
  cart::ProcessOutcome outcome = two_events();
  EXPECT_THAT(page_of(outcome), HasSubstr("<h1>Nothing to charge</h1>"));
  outcome.cart.decision.kind = DecisionKind::kReview;
  EXPECT_THAT(page_of(outcome), HasSubstr("<h1>Review before charging</h1>"));
}

TEST(Report, AnEmptyOutcomeIsAPageToo) {
  const std::string page = page_of(cart::ProcessOutcome{});
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("Nothing was taken"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("inf%")));
}

// Three cameras, of which two saw the first event and one has no video.
cart::ProcessOutcome three_cameras() {
  cart::ProcessOutcome outcome = two_events();
  for (const char* camera : {"cam1", "cam2"}) {
    outcome.cameras.push_back(outcome.cameras[0]);
    outcome.cameras.back().camera = camera;
    outcome.cameras.back().file_name = std::string(camera) + ".mp4";
    outcome.cart.inputs.videos.push_back(outcome.cart.inputs.videos[0]);
    outcome.cart.inputs.videos.back().camera = camera;
  }
  outcome.cameras[1].frames_detected = 77;
  outcome.cart.inputs.videos[1].start_ms = 1200;
  outcome.cameras[2].problem = "cam2.mp4: is not <there>";
  outcome.cart.inputs.videos[2].sha256 = "";
  outcome.cart.events[0].cameras = {"cam1", "cam0"};
  outcome.cart.events[0].clips = {{"cam1", "evidence/0001_cam1.mp4"},
                                  {"cam0", "evidence/0001_cam0.mp4"}};
  return outcome;
}

TEST(Report, ClipsOfSeveralCamerasStandSideBySideTheBestFirst) {
  const cart::ProcessOutcome outcome = three_cameras();
  const std::string page = render_report(
      {.outcome = &outcome, .name = "session", .clip_urls = {{"one.mp4", "two.mp4"}, {}}});
  const std::size_t clips = page.find(R"(<div class="clips"><figure><video)");
  ASSERT_NE(clips, std::string::npos);
  EXPECT_LT(page.find("src=\"one.mp4\"", clips), page.find("<figcaption>cam1<", clips));
  EXPECT_LT(page.find("<figcaption>cam1<", clips), page.find("src=\"two.mp4\"", clips));
  EXPECT_LT(page.find("src=\"two.mp4\"", clips), page.find("<figcaption>cam0<", clips));
  EXPECT_THAT(page, HasSubstr(R"(<article class="card several" id="event-1")"));
  EXPECT_THAT(page, HasSubstr(R"(<article class="card" id="event-2")"));
}

TEST(Report, EachOfSeveralCamerasHasItsOwnNumbers) {
  const std::string page = page_of(three_cameras(), "session");
  EXPECT_THAT(page, HasSubstr("Movement, camera cam2"));
  EXPECT_THAT(page, HasSubstr("--lanes:3"));
  EXPECT_THAT(page, HasSubstr("from 0:01.2 &#183; the model looked at 77"));
  EXPECT_THAT(page, HasSubstr("Lost:</strong> cam2.mp4: is not &lt;there&gt;"));
  EXPECT_THAT(page, HasSubstr("sha256 unknown"));
  EXPECT_THAT(page, HasSubstr("picture of cam1</dt>"));
  // The second event at 7.5 s of the 11.2 s that the camera which started late reaches to.
  EXPECT_THAT(page, HasSubstr("--x:66.96%"));
}

TEST(Report, OfOneCameraNothingIsSaidTwice) {
  cart::ProcessOutcome outcome = two_events();
  outcome.cart.events[0].clips = {{"cam0", "evidence/0001.mp4"}};
  const std::string page =
      render_report({.outcome = &outcome, .name = "clip.mp4", .clip_urls = {{"one.mp4"}, {}}});
  EXPECT_THAT(page, HasSubstr(R"(id="event-1" tabindex="-1"><video controls)"));
  EXPECT_THAT(page, Not(HasSubstr("<figure>")));
  EXPECT_THAT(page, HasSubstr("<p class=\"lane\">Movement</p>"));
  EXPECT_THAT(page, Not(HasSubstr("the model looked at 0")));
  EXPECT_THAT(page, HasSubstr("360 picture</dt>"));
}

TEST_F(Clips, AreInThePageUpToTheLimitAndBesideItBeyond) {
  EXPECT_THAT(clip_urls(cart_, root_, 9).value(),
              ElementsAre(ElementsAre("data:video/mp4;base64,Zm9vYmFy"),
                          ElementsAre("data:video/mp4;base64,Zm9v")));
  EXPECT_THAT(clip_urls(cart_, root_, 8).value(),
              ElementsAre(ElementsAre("evidence/0001.mp4"), ElementsAre("evidence/0002.mp4")));
}

TEST_F(Clips, OfAllCamerasTogetherCountForTheLimit) {
  cart_.events[0].clips.emplace_back("cam1", "evidence/0002.mp4");
  EXPECT_THAT(clip_urls(cart_, root_, 12).value()[0],
              ElementsAre("data:video/mp4;base64,Zm9vYmFy", "data:video/mp4;base64,Zm9v"));
  EXPECT_THAT(clip_urls(cart_, root_, 11).value()[0],
              ElementsAre("evidence/0001.mp4", "evidence/0002.mp4"));
}

TEST_F(Clips, AnEventWithoutClipHasNoUrlAndAMissingFileIsTold) {
  cart_.events[0].clips.clear();
  EXPECT_THAT(clip_urls(cart_, root_).value()[0], ::testing::IsEmpty());
  cart_.events[0].clips = {{"cam0", "evidence/0009.mp4"}};
  EXPECT_EQ(clip_urls(cart_, root_).error().code.name, "file.unreadable");
}

}  // namespace
}  // namespace tally::cli
