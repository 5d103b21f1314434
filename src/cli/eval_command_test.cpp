// tally eval with a fake in place of `tally process`, which writes carts made by hand.
#include "cli/eval_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>

#include "base/cart_json.hpp"
#include "perception/evaluate/error.hpp"
#include "perception/evaluate/testing.hpp"
#include "perception/evaluate/testing_folder.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using evaluate::Assignment;
using evaluate::testing::cart_of;
using evaluate::testing::Folder;
using evaluate::testing::kTake;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr std::string_view kTruth = R"({"schema": "tally.truth.v1", "scenario": "take_one",
  "currency": "EUR", "products": [{"id": "cola", "price_minor": 250}],
  "events": [{"at_ms": 1000, "kind": "take", "product": "cola", "quantity": 1}],
  "cart": [{"product": "cola", "quantity": 1}]})";

// Sessions "good" and "greedy", which is charged two; "broken" fails; "blind" has no truth. With
// one camera only, nothing is ever seen.
class EvalCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"good", "greedy", "broken", "blind"}) {
      evaluate::testing::write_session(here_, fs::path("set") / name);
      here_.write(fs::path("set") / name / "truth.json", kTruth);
    }
    fs::remove(here_.path() / "set/blind/truth.json");
    arguments_.folder = here_.path() / "set";
    arguments_.output = here_.path() / "out";
    arguments_.jobs = 2;
    arguments_.quiet = true;
  }

  Result<void> run() {
    Console console;
    return run_eval(arguments_, console, [this](const Assignment& assignment) -> Result<void> {
      ++processed_;
      const std::string name = assignment.session.filename().string();
      if (name == "broken") {
        return fail(evaluate::EvaluateError::kNotFinished, "error[media.corrupt]: cam0.mp4");
      }
      const std::string session = read_file(assignment.session / "session.toml", 1U << 16U).value();
      const bool both =
          session.find("cam0") != std::string::npos && session.find("cam1") != std::string::npos;
      Cart cart = cart_of({{1000, kTake, "cola", name == "greedy" ? 2 : 1}});
      if (!both) cart = cart_of({});
      auto written = write_file_atomically(assignment.output / "report.html", "report");
      if (!written) return written;
      return write_file_atomically(assignment.output / "cart.json",
                                   to_json(cart, CartStatsIn::kYes));
    });
  }
  Json result() { return Json::parse(here_.read("out/eval.json")); }

  Folder here_;
  EvalArguments arguments_;
  std::atomic<int> processed_ = 0;
};

TEST_F(EvalCommand, ScoresEverySessionAndListsWhatFailed) {
  ASSERT_TRUE(run());
  const Json json = result();
  const Json& figures = json["runs"][0]["figures"];
  EXPECT_EQ(figures["sessions"], 3);
  EXPECT_EQ(figures["failed"], 1);
  EXPECT_EQ(figures["exact"]["hits"], 1);
  EXPECT_EQ(figures["wrong_charge"]["hits"], 1);
  EXPECT_EQ(json["left_out"][0]["session"], "blind");
  EXPECT_THAT(json["left_out"][0]["why"].get<std::string>(), HasSubstr("truth.json"));
  EXPECT_THAT(here_.read("out/eval.html"), HasSubstr("error[media.corrupt]: cam0.mp4"));
}

TEST_F(EvalCommand, ReportsStayOfWhatIsWorthALook) {
  ASSERT_TRUE(run());
  EXPECT_FALSE(here_.has("out/results/all/good/report.html"));
  EXPECT_TRUE(here_.has("out/results/all/greedy/report.html"));
  EXPECT_THAT(here_.read("out/eval.html"), HasSubstr("href=\"results/all/greedy/report.html\""));
  arguments_.keep = KeepReports::kAll;
  arguments_.fresh = true;
  ASSERT_TRUE(run());
  EXPECT_TRUE(here_.has("out/results/all/good/report.html"));
}

TEST_F(EvalCommand, ASecondRunDoesOnlyWhatFailedAndSaysTheSame) {
  ASSERT_TRUE(run());
  const std::string before = here_.read("out/eval.json");
  processed_ = 0;
  ASSERT_TRUE(run());
  EXPECT_EQ(processed_, 1);
  EXPECT_EQ(here_.read("out/eval.json"), before);
}

TEST_F(EvalCommand, RunsWithOtherCamerasAreCompared) {
  arguments_.cameras = {"all,best-single"};
  ASSERT_TRUE(run());
  const Json json = result();
  ASSERT_EQ(json["runs"].size(), 3U);
  EXPECT_EQ(json["runs"][0]["figures"]["exact"]["hits"], 1);
  EXPECT_EQ(json["runs"][0]["by_cameras"][0]["name"], "2");
  EXPECT_EQ(json["runs"][1]["cameras"], "cam0");
  EXPECT_EQ(json["runs"][1]["figures"]["exact"]["hits"], 0);
  EXPECT_EQ(json["runs"][1]["by_cameras"][0]["name"], "1");
  EXPECT_EQ(json["best_single"], "cam0");
}

TEST_F(EvalCommand, TheThresholdDecidesAnewWithoutProcessingAgain) {
  ASSERT_TRUE(run());
  processed_ = 0;
  arguments_.policy_threshold = 0.99;  // All carts are 0.95 sure.
  ASSERT_TRUE(run());
  EXPECT_EQ(processed_, 1);
  EXPECT_EQ(result()["runs"][0]["figures"]["review"]["hits"], 3);
  EXPECT_EQ(result()["runs"][0]["figures"]["wrong_charge"]["hits"], 0);
}

TEST_F(EvalCommand, MissedGatesAreAnErrorAfterTheResultsAreWritten) {
  arguments_.require = "exact=0.3,wrong=0.1";
  const auto gated = run();
  ASSERT_FALSE(gated);
  EXPECT_EQ(gated.error().code.name, "cli.gate");
  EXPECT_EQ(gated.error().message, "1 of 2 gates missed");
  EXPECT_TRUE(result()["gates"][0]["met"]);
  EXPECT_FALSE(result()["gates"][1]["met"]);
}

TEST_F(EvalCommand, ALimitTakesTheFirstAndNothingToMeasureIsAnError) {
  arguments_.limit = 1;  // "blind"
  const auto none = run();
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no session can be measured; blind: "));
  EXPECT_FALSE(here_.has("out"));
}

}  // namespace
}  // namespace tally::cli
