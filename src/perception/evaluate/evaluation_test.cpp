#include "perception/evaluate/evaluation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/cart_json.hpp"
#include "perception/evaluate/testing.hpp"
#include "perception/evaluate/testing_folder.hpp"

namespace tally::evaluate {
namespace {

using testing::cart_of;
using testing::Folder;
using ::testing::HasSubstr;
using testing::kTake;
using testing::truth_of;

EvaluatedSession session_with(const std::string& name, const Cart& cart, std::size_t cameras = 3) {
  const Folder here;
  here.write("cart.json", to_json(cart, CartStatsIn::kYes));
  EvaluatedSession session =
      evaluate_session(name, truth_of({{1000, kTake, "cola"}}), here.path(), "", std::nullopt);
  session.cameras = cameras;
  return session;
}

TEST(Evaluation, ACartIsScoredAndOneThatCantBeReadIsAFailure) {
  const Folder here;
  here.write("cart.json", to_json(cart_of({{1000, kTake, "cola"}}), CartStatsIn::kYes));
  const Truth truth = truth_of({{1000, kTake, "cola"}});
  EXPECT_TRUE(all_right(evaluate_session("s", truth, here.path(), "", std::nullopt)));
  const auto told = evaluate_session("s", truth, here.path(), "it crashed", std::nullopt);
  EXPECT_EQ(told.score.outcome, Outcome::kFailed);
  EXPECT_EQ(told.failure, "it crashed");
  here.write("cart.json", "{}");
  const auto unreadable = evaluate_session("s", truth, here.path(), "", std::nullopt);
  EXPECT_EQ(unreadable.score.outcome, Outcome::kFailed);
  EXPECT_THAT(unreadable.failure, HasSubstr("tally.cart.v1"));
}

TEST(Evaluation, AThresholdMakesTheDecisionAnew) {
  const Folder here;
  here.write("cart.json", to_json(cart_of({{1000, kTake, "cola"}}, 0.9), CartStatsIn::kYes));
  const Truth truth = truth_of({{1000, kTake, "cola"}});
  EXPECT_EQ(evaluate_session("s", truth, here.path(), "", 0.95).score.outcome, Outcome::kReview);
  EXPECT_EQ(evaluate_session("s", truth, here.path(), "", 0.9).score.outcome, Outcome::kRight);
}

TEST(Evaluation, TheMostSeriousComeFirst) {
  EvaluatedRun run;
  Cart reviewed = cart_of({{1000, kTake, "cola"}});
  reviewed.decision.kind = DecisionKind::kReview;
  Cart reviewed_wrong = cart_of({});
  reviewed_wrong.decision.kind = DecisionKind::kReview;
  run.sessions = {session_with("a right", cart_of({{1000, kTake, "cola"}})),
                  session_with("b review of a right cart", reviewed),
                  session_with("c late", cart_of({{9000, kTake, "cola"}})),
                  session_with("d reviewed", reviewed_wrong),
                  session_with("e missed", cart_of({})),
                  session_with("f wrong", cart_of({{1000, kTake, "lime"}}))};
  run.sessions.push_back(
      evaluate_session("g failed", truth_of({}), "", "it crashed", std::nullopt));
  std::string order;
  for (const EvaluatedSession* session : worth_a_look(run)) order += session->name[0];
  EXPECT_EQ(order, "fegdcb");
}

TEST(Evaluation, TheBestSingleCameraIsByExactnessAndRunsGroupByTheirCameras) {
  std::vector<EvaluatedRun> runs(3);
  const EvaluatedSession right = session_with("s", cart_of({{1000, kTake, "cola"}}), 1);
  const EvaluatedSession wrong = session_with("s", cart_of({}), 1);
  runs[0].sessions = {right, right};
  runs[1].single = runs[2].single = true;
  runs[1].sessions = {wrong, wrong};
  runs[2].sessions = {right, wrong};
  runs[2].sessions[1].cameras = 2;
  for (EvaluatedRun& run : runs) summarise_run(run, 0.003);
  EXPECT_EQ(best_single(runs), &runs[2]);
  ASSERT_EQ(runs[2].by_cameras.size(), 2U);
  EXPECT_EQ(runs[2].by_cameras[0].name, "1");
  EXPECT_EQ(runs[2].by_cameras[0].figures.exact.share(), 1);
  EXPECT_EQ(best_single({}), nullptr);
}

}  // namespace
}  // namespace tally::evaluate
