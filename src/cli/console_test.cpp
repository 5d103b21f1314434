#include "cli/console.hpp"

#include <gtest/gtest.h>

#include "cli/cart_words.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

TEST(Console, MessagesStayOnOneLineAndCarryNoControlCharacters) {
  EXPECT_EQ(one_line("a\nb\tc\n"), "a b c");
  EXPECT_EQ(one_line("\x1b[31mred\x07"), "?[31mred?");
  EXPECT_EQ(one_line("Stra\xC3\x9F"
                     "e"),
            "Stra\xC3\x9F"
            "e");
}

TEST(Console, ProgressSaysShareAndRate) {
  EXPECT_EQ(progress_words(50, 100, 0.1), "[############------------]  50 %");
  EXPECT_EQ(progress_words(120, 100, 1), "[########################] 100 %  120 frames/s");
  EXPECT_EQ(progress_words(120, std::nullopt, 2), "120 frames  60 frames/s");
  EXPECT_EQ(progress_words(0, 0, 0), "0 frames");
  EXPECT_EQ(progress_words(6, 12, 30, "sessions"),
            "[############------------]  50 %  12 sessions/min");
}

TEST(CartWords, TimesAreMinutesSecondsAndTenths) {
  EXPECT_EQ(clock_text(0), "0:00.0");
  EXPECT_EQ(clock_text(6649), "0:06.6");
  EXPECT_EQ(clock_text(59'960), "1:00.0");
  EXPECT_EQ(clock_text(600'000), "10:00.0");
  EXPECT_EQ(clock_text(-5), "0:00.0");
}

TEST(CartWords, OnlyWhatIsCertainReadsSo) {
  EXPECT_EQ(percent(1), "100 %");
  EXPECT_EQ(percent(0.9999), ">99 %");
  EXPECT_EQ(percent(0.994), "99 %");
  EXPECT_EQ(percent(0.001), "<1 %");
  EXPECT_EQ(percent(0), "0 %");
}

TEST(CartWords, HeadlineCountsWhatIsCharged) {
  Cart cart;
  cart.lines = {{.product = "a", .quantity = 2, .confidence = 1, .events = {}},
                {.product = "b", .quantity = -1, .confidence = 1, .events = {}}};
  cart.decision.kind = DecisionKind::kCharge;
  EXPECT_EQ(headline(cart), "Charge 2 items");
  cart.lines[0].quantity = 1;
  EXPECT_EQ(headline(cart), "Charge 1 item");
  cart.decision.kind = DecisionKind::kNothing;
  EXPECT_EQ(headline(cart), "Nothing to charge");
}

TEST(CartWords, CertaintyIsOfTheLinesOfTheirAbsenceOrUntold) {
  Cart cart;
  cart.decision.probability = 0.95;
  EXPECT_EQ(certainty(cart), "95 % sure that nothing was taken");
  cart.decision.kind = DecisionKind::kReview;
  EXPECT_EQ(certainty(cart), "");
  cart.lines = {{.product = "a", .quantity = 0, .confidence = 1, .events = {}}};
  EXPECT_EQ(certainty(cart), "95 % sure that every line is right");
}

TEST(Html, TextFromOutsideBecomesReferences) {
  EXPECT_EQ(escape_html("<a href=\"x\" id='y'>&"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(escape_html(std::string_view("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
}

// Test vectors of RFC 4648 §10.
TEST(Html, Base64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Html, UrlPathsKeepSlashesAndEncodeTheRest) {
  EXPECT_EQ(url_path("evidence/0001.mp4"), "evidence/0001.mp4");
  EXPECT_EQ(url_path("a b\"<\xC3\x9F"), "a%20b%22%3C%C3%9F");
}

}  // namespace
}  // namespace tally::cli
