#include "cli/eval_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/eval_json.hpp"
#include "cli/eval_plots.hpp"
#include "perception/evaluate/testing.hpp"

namespace tally::cli {
namespace {

using evaluate::EvaluatedRun;
using evaluate::EvaluatedSession;
using evaluate::Evaluation;
using evaluate::testing::cart_of;
using evaluate::testing::kTake;
using evaluate::testing::truth_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

EvaluatedSession session_of(const std::string& name, const Cart& cart) {
  EvaluatedSession session;
  session.name = name;
  session.cameras = 3;
  session.truth = truth_of({{1000, kTake, "cola"}});
  session.cart = cart;
  session.score = evaluate::score_session(cart, session.truth);
  return session;
}

EvaluatedSession failed_session(const std::string& name, const std::string& failure) {
  EvaluatedSession session = session_of(name, Cart{});
  session.score = evaluate::score_failed(session.truth);
  session.failure = failure;
  return session;
}

Evaluation three_sessions() {
  EvaluatedRun run;
  run.label = "all";
  run.sessions = {session_of("s1", cart_of({{1000, kTake, "cola"}})),
                  session_of("s2", cart_of({{1100, kTake, "lime", 2}})),
                  failed_session("s3", "error[media.empty]: cam0.mp4: has no bytes")};
  run.sessions[1].report = "results/all/s 2/report.html";
  evaluate::summarise_run(run, 0.003);
  Evaluation evaluation;
  evaluation.source = "sessions";
  evaluation.tally_version = "0.1.0";
  evaluation.runs.push_back(std::move(run));
  return evaluation;
}

TEST(EvalPage, SaysWhatWasExpectedAndWhatCame) {
  const std::string page = render_evaluation(three_sessions());
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("<h1>33.3 % of carts are exact</h1>"));
  EXPECT_THAT(page, HasSubstr("Sessions to look at: 2"));
  EXPECT_THAT(page, HasSubstr("href=\"results/all/s%202/report.html\""));
  EXPECT_THAT(page, HasSubstr("<b>cola</b>: 1 expected, 0 came"));
  EXPECT_THAT(page, HasSubstr("<b>lime</b>: 0 expected, 2 came"));
  EXPECT_THAT(page, HasSubstr("error[media.empty]: cam0.mp4: has no bytes"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  for (const char* plot : {"Reliability: ", "Wrong charges against reviews", "Errors in money"}) {
    EXPECT_THAT(page, HasSubstr(plot));
  }
}

TEST(EvalPage, MarkupInNamesIsShownAndNotRun) {
  const std::string bad = "\"><script>alert('1')</script>";
  Evaluation evaluation = three_sessions();
  EvaluatedRun& run = evaluation.runs[0];
  run.sessions.push_back(session_of(bad, cart_of({{1000, kTake, bad}})));
  EvaluatedSession& hostile = run.sessions.back();
  hostile.report = bad;
  hostile.score.scenario = bad;
  hostile.cart.decision.reasons = {bad};
  hostile.truth.events[0].product = bad;
  for (EvaluatedSession& session : run.sessions) session.score.currency = bad;
  run.sessions[2].failure = bad;
  evaluate::summarise_run(run, 0.003);
  evaluation.runs.push_back(run);
  evaluation.runs[1].label = bad;
  evaluation.runs[1].single = true;
  evaluation.left_out = {{bad, bad, bad}};
  evaluation.source = bad;
  evaluation.tally_version = bad;
  evaluation.gates = {{.gate = {.name = bad, .bound = 0.5}, .at_least = true, .value = 0.1}};
  const std::string page = render_evaluation(evaluation);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
}

TEST(EvalPage, NothingIsLoadedFromElsewhere) {
  const std::string page = render_evaluation(three_sessions());
  for (const char* outside : {"http://", "https://", "<link", "@import", "src="}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(EvalPage, AllRightIsAPageToo) {
  Evaluation evaluation = three_sessions();
  evaluation.runs[0].sessions.resize(1);
  evaluate::summarise_run(evaluation.runs[0], 0.003);
  const std::string page = render_evaluation(evaluation);
  EXPECT_THAT(page, HasSubstr("<h1>100 % of carts are exact</h1>"));
  EXPECT_THAT(page, HasSubstr("Every cart is exact"));
}

TEST(EvalPage, ARunWithoutSessionsIsAPageToo) {
  Evaluation evaluation = three_sessions();
  evaluation.runs[0].sessions.clear();
  evaluate::summarise_run(evaluation.runs[0], 0.003);
  const std::string page = render_evaluation(evaluation);
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, HasSubstr("\xE2\x80\x93 of carts are exact"));
}

TEST(EvalPage, TheBestSingleCameraAndMissedGatesAreMarked) {
  Evaluation evaluation = three_sessions();
  for (const char* camera : {"cam0", "cam1"}) {
    EvaluatedRun run = evaluation.runs[0];
    run.label = camera;
    run.single = true;
    if (run.label == "cam0") run.sessions.erase(run.sessions.begin());
    evaluate::summarise_run(run, 0.003);
    evaluation.runs.push_back(std::move(run));
  }
  evaluation.gates =
      evaluate::check_gates(evaluate::parse_gates("exact=0.9").value(), evaluation.runs[0].summary);
  const std::string page = render_evaluation(evaluation);
  EXPECT_THAT(page, HasSubstr("cam1, best single"));
  EXPECT_THAT(page, Not(HasSubstr("cam0, best single")));
  EXPECT_THAT(page, HasSubstr("Missed: exact is 0.3333, required is at least 0.9"));
}

TEST(EvalPlots, ErrorsInMoneyFallIntoBinsOnTheirSideOfZero) {
  const std::string plot = money_plot({0, 0, 100, -100, -100, 40}, "EUR");
  EXPECT_THAT(plot, HasSubstr("class=\"under\""));
  EXPECT_THAT(plot, HasSubstr("-1.00 EUR to -0.80 EUR: 2"));
  EXPECT_THAT(plot, HasSubstr("0.80 EUR to 1.00 EUR: 1"));
  EXPECT_THAT(plot, HasSubstr("0.20 EUR to 0.40 EUR: 1"));
  EXPECT_EQ(money_plot({0, 0}, "EUR"), "");
}

TEST(EvalJson, HoldsTheFiguresAndEverySession) {
  const Evaluation evaluation = three_sessions();
  const std::string text = evaluation_json(evaluation);
  EXPECT_EQ(evaluation_json(three_sessions()), text);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["schema"], "tally.eval.v1");
  const Json& run = json["runs"][0];
  EXPECT_EQ(run["cameras"], "all");
  EXPECT_EQ(run["figures"]["exact"]["hits"], 1);
  EXPECT_EQ(run["figures"]["exact"]["of"], 3);
  EXPECT_EQ(run["figures"]["exact"]["value"], 0.333333);
  EXPECT_EQ(run["figures"]["items"]["misidentified"], 1);
  EXPECT_EQ(run["knob"]["curve"].back()["threshold"], 1);
  EXPECT_EQ(run["sessions"].size(), 3U);
  EXPECT_FALSE(run["sessions"][0].contains("expected"));
  EXPECT_EQ(run["sessions"][1]["got"][0]["product"], "lime");
  EXPECT_EQ(run["sessions"][1]["outcome"], "wrong_charge");
  EXPECT_EQ(run["sessions"][2]["probability"], nullptr);
  EXPECT_EQ(run["sessions"][2]["failure"], "error[media.empty]: cam0.mp4: has no bytes");
  EXPECT_EQ(json["best_single"], nullptr);
}

TEST(EvalJson, NamesThatAreNotUtf8StayReadable) {
  Evaluation evaluation = three_sessions();
  evaluation.source = "caf\xe9";
  EXPECT_THAT(evaluation_json(evaluation), HasSubstr("caf\xEF\xBF\xBD"));
}

}  // namespace
}  // namespace tally::cli
