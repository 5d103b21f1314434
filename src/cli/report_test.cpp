#include "cli/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
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
  outcome.width = 640;
  outcome.height = 360;
  outcome.zone = vision::Box{10, 20, 600, 300};
  outcome.cart.inputs.videos = {
      {.camera = "cam0", .sha256 = "aa", .frames = 300, .duration_ms = 10'000}};
  outcome.cart.events = {event_at(2500, EventKind::kTake, "bottle"),
                         event_at(7500, EventKind::kPut, "bottle")};
  outcome.cart.lines = {{.product = "bottle", .quantity = 0, .confidence = 0.9, .events = {0, 1}}};
  outcome.timeline = {{0, 0.0F, true}, {5000, 0.2F, false}};
  outcome.stock = {{0, 3}, {2600, 2}, {7600, 3}};
  return outcome;
}

std::string page_of(const cart::ProcessOutcome& outcome, const std::string& name = "clip.mp4") {
  return render_report({.outcome = &outcome,
                        .video_name = name,
                        .clip_urls = std::vector<std::string>(outcome.cart.events.size())});
}

class Clips : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_report_" + std::to_string(::getpid()));
    ASSERT_TRUE(write_file_atomically(root_ / "evidence" / "0001.mp4", "foobar"));
    ASSERT_TRUE(write_file_atomically(root_ / "evidence" / "0002.mp4", "foo"));
    cart_ = two_events().cart;
    cart_.events[0].evidence = "evidence/0001.mp4";
    cart_.events[1].evidence = "evidence/0002.mp4";
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
  outcome.cart.inputs.model_name = bad;
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

TEST_F(Clips, AreInThePageUpToTheLimitAndBesideItBeyond) {
  EXPECT_THAT(
      clip_urls(cart_, root_, 9).value(),
      ::testing::ElementsAre("data:video/mp4;base64,Zm9vYmFy", "data:video/mp4;base64,Zm9v"));
  EXPECT_THAT(clip_urls(cart_, root_, 8).value(),
              ::testing::ElementsAre("evidence/0001.mp4", "evidence/0002.mp4"));
}

TEST_F(Clips, AnEventWithoutClipHasNoUrlAndAMissingFileIsTold) {
  cart_.events[0].evidence.clear();
  EXPECT_EQ(clip_urls(cart_, root_).value()[0], "");
  cart_.events[0].evidence = "evidence/0009.mp4";
  EXPECT_EQ(clip_urls(cart_, root_).error().code.name, "file.unreadable");
}

}  // namespace
}  // namespace tally::cli
