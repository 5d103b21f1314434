// Free play without an agent: the shelf, the acts, a renderer, and the screen's endpoints.
#include "device/free_play.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <condition_variable>

#include "base/files.hpp"
#include "base/temporary_folder.hpp"
#include "device/play_json.hpp"
#include "device/screen.hpp"
#include "platform/http/client.hpp"

namespace tally::device {
namespace {
namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

constexpr std::chrono::minutes kPatience{2};

// Two boards; below a narrow facing of a can and a wide one of a bag, above an empty one of a tall
// bottle.
Shelf shelf() {
  return {.width = 0.6,
          .height = 0.6,
          .products = {{"can", 0.06, 0.06, 0.12},
                       {"bag", 0.13, 0.05, 0.18},
                       {"bottle", 0.08, 0.08, 0.24}},
          .boards = {{"s1", 0.02}, {"s2", 0.3}},
          .facings = {{"s1f1", 0, 0, -0.2, -0.12, 3, 2},
                      {"s1f2", 0, 1, -0.1, 0.05, 2, 1},
                      {"s2f1", 1, 2, -0.2, -0.1, 2, 0}}};
}

// The plan after these acts, "-s1f1" and "can>s1f2", or why one is refused.
Result<PlayPlan> after(std::initializer_list<std::string_view> acts) {
  Result<PlayPlan> plan = empty_plan(shelf());
  for (const std::string_view act : acts) {
    const std::size_t arrow = act.find('>');
    if (!plan) return plan;
    plan = arrow == std::string_view::npos
               ? take_from(shelf(), *std::move(plan), act.substr(1))
               : put_into(shelf(), *std::move(plan), act.substr(0, arrow), act.substr(arrow + 1));
  }
  return plan;
}

std::string refusal(std::initializer_list<std::string_view> acts) {
  const auto plan = after(acts);
  return plan ? "" : plan.error().message;
}

TEST(PlayPlan, WhatIsTakenIsInTheHandAndWhatIsPutStandsInFront) {
  const auto plan = after({"-s1f1", "-s1f2", "can>s1f2"});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->standing.hand, ElementsAre(1U));
  EXPECT_EQ(plan->standing.rows[0], (std::vector<std::optional<std::size_t>>{{}, {}, 0U}));
  EXPECT_EQ(plan->standing.rows[1], (std::vector<std::optional<std::size_t>>{0U, {}}));
  EXPECT_EQ(Json::parse(acts_json(shelf(), *plan)),
            Json::parse(R"([{"take": "s1f1"}, {"take": "s1f2"},
                            {"put": "can", "facing": "s1f2"}])"));
}

TEST(PlayPlan, AllOfAFacingCanBeTakenAndPutBack) {
  const auto plan = after({"-s1f1", "-s1f1", "can>s1f1", "can>s1f1"});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->standing, empty_plan(shelf()).standing);
}

TEST(PlayPlan, RefusesWhatCanNotBeDone) {
  EXPECT_THAT(refusal({"-s9f9"}), HasSubstr("no facing \"s9f9\""));
  EXPECT_THAT(refusal({"-s2f1"}), HasSubstr("s2f1 is empty"));
  EXPECT_THAT(refusal({"can>s1f1"}), HasSubstr("\"can\" is not in the hand"));
  EXPECT_THAT(refusal({"-s1f1", "rock>s1f1"}), HasSubstr("\"rock\" is not in the hand"));
  EXPECT_THAT(refusal({"-s1f1", "can>nowhere"}), HasSubstr("no facing \"nowhere\""));
  EXPECT_THAT(refusal({"-s1f2", "bag>s1f1"}), HasSubstr("does not fit into s1f1"));
  EXPECT_THAT(refusal({"-s1f1", "-s1f1", "can>s1f2", "can>s1f2"}), HasSubstr("s1f2 is full"));
}

TEST(PlayPlan, HasALimit) {
  Result<PlayPlan> plan = empty_plan(shelf());
  for (std::size_t i = 0; i < kPlayActsMax; i += 2) {
    plan = put_into(shelf(), *take_from(shelf(), *plan, "s1f1"), "can", "s1f1");
    ASSERT_TRUE(plan);
  }
  EXPECT_THAT(take_from(shelf(), *plan, "s1f1").error().message, HasSubstr("12 acts are the most"));
}

TEST(PlayPlan, UndoesOneActAfterTheOther) {
  const auto plan = after({"-s1f1", "-s1f2", "can>s1f2"});
  EXPECT_EQ(without_last(shelf(), *plan), *after({"-s1f1", "-s1f2"}));
  EXPECT_EQ(without_last(shelf(), empty_plan(shelf())), empty_plan(shelf()));
}

TEST(PlayCharge, IsReadWithTheProductsOfTheShelf) {
  const auto charge = charge_in(R"({"id": "ses_1", "state": "settled", "receipt": {"lines":
      [{"sku": "2-can", "quantity": 2}, {"sku": "bag", "quantity": 1},
       {"sku": "other-thing", "quantity": 1}]}})",
                                shelf());
  ASSERT_TRUE(charge);
  EXPECT_THAT(*charge->receipt,
              ElementsAre(PlayLine{"can", 2}, PlayLine{"bag", 1}, PlayLine{"other-thing", 1}));
  EXPECT_FALSE(charge_in(R"({"state": "review", "receipt": null})", shelf())->receipt);
  for (const std::string_view bad :
       {"", "[]", "{}", R"({"state": 1, "receipt": null})", R"({"state": "a", "receipt": {}})",
        R"({"state": "a", "receipt": {"lines": [1]}})"}) {
    EXPECT_FALSE(charge_in(bad, shelf())) << bad;
  }
}

TEST(PlayTruth, IsTheCartOfTheRenderersFile) {
  EXPECT_THAT(*truth_in(R"({"cart": [{"product": "can", "quantity": 2}]})"),
              ElementsAre(PlayLine{"can", 2}));
  EXPECT_FALSE(truth_in("{}"));
  EXPECT_FALSE(truth_in("not JSON"));
}

class FreePlayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "cabinet/products/can");
    ASSERT_TRUE(write_file_atomically(folder_ / "cabinet/products/can/0.jpg", "a picture"));
  }

  // `script` finds the acts' file in $4 and the folder to make in $6.
  void open(const std::string& script) {
    const fs::path renderer = folder_ / "renderer";
    ASSERT_TRUE(write_file_atomically(renderer, "#!/bin/sh\n" + script + "\n"));
    fs::permissions(renderer, fs::perms::owner_all);
    auto play = FreePlay::open(renderer, folder_ / "cabinet", shelf(), folder_ / "play", [this] {
      const std::scoped_lock lock(mutex_);
      ++changes_;
      changed_.notify_all();
    });
    ASSERT_TRUE(play) << play.error().message;
    play_ = *std::move(play);
  }

  bool wait(const std::function<bool(const PlayState&)>& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return done(play_->state()); });
  }
  bool wait_for(PlayStage stage) {
    return wait([stage](const PlayState& state) { return state.stage == stage; });
  }

  TemporaryFolder folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int changes_ = 0;
  std::shared_ptr<FreePlay> play_;
};

constexpr std::string_view kGood =
    "echo 'progress 40' >&2; mkdir -p \"$6\"; cp \"$4\" \"$6/acts.json\"; "
    "echo '{\"cart\": [{\"product\": \"can\", \"quantity\": 1}]}' > \"$6/truth.json\"";

TEST_F(FreePlayTest, RendersTheActsAndKnowsTheirTruth) {
  open(std::string(kGood));
  ASSERT_TRUE(play_->take("s1f1"));
  ASSERT_TRUE(play_->render());
  ASSERT_TRUE(wait_for(PlayStage::kReady));
  EXPECT_EQ(play_->state().percent, 40);
  EXPECT_THAT(play_->state().truth, ElementsAre(PlayLine{"can", 1}));
  EXPECT_EQ(read_file(play_->rendered() / "acts.json", 1000).value_or(""), R"([{"take":"s1f1"}])");
  EXPECT_THAT(play_->take("s1f1").error().message, HasSubstr("begin anew"));
  EXPECT_THAT(play_->render().error().message, HasSubstr("is rendered"));
  play_->begin_session();
  EXPECT_FALSE(play_->begin_anew());
  play_->end_session();
  play_->charged({"settled", std::vector<PlayLine>{{"can", 1}}});
  EXPECT_EQ(play_->state().charge->state, "settled");
  ASSERT_TRUE(play_->begin_anew());
  EXPECT_EQ(play_->state().stage, PlayStage::kChoosing);
  EXPECT_THAT(play_->state().truth, IsEmpty());
  ASSERT_TRUE(play_->take("s1f1"));
  ASSERT_TRUE(play_->render());  // Over the first one's folder.
  EXPECT_TRUE(wait_for(PlayStage::kReady));
}

TEST_F(FreePlayTest, ARenderingThatFailsIsToldByItsLastLineAndTheActsStay) {
  open("echo 'progress 10' >&2; echo 'no screen to draw on' >&2; exit 1");
  ASSERT_TRUE(play_->take("s1f1"));
  ASSERT_TRUE(play_->render());
  ASSERT_TRUE(wait([](const PlayState& state) { return !state.problem.empty(); }));
  EXPECT_EQ(play_->state().problem, "no screen to draw on");
  EXPECT_EQ(play_->state().stage, PlayStage::kChoosing);
  EXPECT_EQ(play_->state().plan.acts.size(), 1U);
}

TEST_F(FreePlayTest, ARendererThatLeavesNothingIsToldToo) {
  open("exit 0");
  ASSERT_TRUE(play_->take("s1f1"));
  ASSERT_TRUE(play_->render());
  ASSERT_TRUE(wait([](const PlayState& state) { return !state.problem.empty(); }));
  EXPECT_THAT(play_->state().problem, HasSubstr("truth.json"));
}

TEST_F(FreePlayTest, ARenderingCanBeStopped) {
  open("echo 'progress 1' >&2; exec sleep 600");
  ASSERT_TRUE(play_->take("s1f1"));
  ASSERT_TRUE(play_->render());
  ASSERT_TRUE(wait([](const PlayState& state) { return state.percent == 1; }));
  ASSERT_TRUE(play_->begin_anew());
  ASSERT_TRUE(wait_for(PlayStage::kChoosing));
  EXPECT_EQ(play_->state().problem, "");
  EXPECT_THAT(play_->state().plan.acts, IsEmpty());
}

TEST_F(FreePlayTest, NeedsAProgramThatIsThere) {
  const auto play =
      FreePlay::open(folder_ / "nothing", folder_ / "cabinet", shelf(), folder_ / "play", [] {});
  EXPECT_THAT(play.error().message, HasSubstr("[virtual] renderer"));
}

class PlayScreenTest : public FreePlayTest {
 protected:
  void start(const std::string& script) {
    open(script);
    auto screen = Screen::start({.address = "127.0.0.1", .port = 0, .others = {}}, std::nullopt,
                                {.on_door = {}, .on_clip = {}, .play = play_});
    ASSERT_TRUE(screen) << screen.error().message;
    screen_ = std::move(*screen);
    client_ = *http::HttpClient::start({});
  }
  http::ClientResponse ask(http::Method method, const std::string& path, std::string body = "") {
    const auto answer =
        client_->call_and_wait({.method = method,
                                .url = fmt::format("http://127.0.0.1:{}{}", screen_->port(), path),
                                .body = std::move(body)});
    EXPECT_TRUE(answer);
    return answer.value_or(http::ClientResponse{});
  }
  std::string refused(const std::string& body) {
    const auto answer = ask(http::Method::kPost, "/play", body);
    EXPECT_EQ(answer.status, 422) << answer.body;
    const Json json = Json::parse(answer.body, nullptr, false);
    return json.is_object() ? json.value("code", "") + ": " + json.value("message", "") : "";
  }
  int act(const std::string& body) { return ask(http::Method::kPost, "/play", body).status; }

  std::unique_ptr<Screen> screen_;
  std::unique_ptr<http::HttpClient> client_;
};

TEST_F(PlayScreenTest, ShowsTheShelfAndItsPictures) {
  start(std::string(kGood));
  const Json json = Json::parse(ask(http::Method::kGet, "/play/shelf").body);
  EXPECT_EQ(json.at("facings").size(), 3U);
  EXPECT_EQ(json.at("acts_max"), kPlayActsMax);
  EXPECT_EQ(ask(http::Method::kGet, "/play/photos/can").body, "a picture");
  EXPECT_EQ(ask(http::Method::kGet, "/play/photos/bag").status, 404);
  EXPECT_EQ(ask(http::Method::kGet, "/play/photos/..%2Fcan").status, 404);
}

TEST_F(PlayScreenTest, DoesTheActsAndRefusesWhatCanNotBeDoneInWords) {
  start(std::string(kGood));
  EXPECT_EQ(act(R"({"take": "s1f1"})"), 200);
  EXPECT_EQ(act(R"({"put": "can", "facing": "s1f2"})"), 200);
  EXPECT_EQ(act(R"({"do": "undo"})"), 200);
  EXPECT_THAT(refused(R"({"take": "s9f9"})"), HasSubstr("play_no_facing: there is no facing"));
  EXPECT_THAT(refused(R"({"take": 7})"), HasSubstr("no facing"));
  EXPECT_THAT(refused(R"({"take": "s2f1"})"), HasSubstr("play_empty: s2f1 is empty"));
  EXPECT_THAT(refused(R"({"put": "bag", "facing": "s1f1"})"), HasSubstr("play_not_in_hand: "));
  EXPECT_THAT(refused(R"({"do": "dance"})"), HasSubstr("play_no_act: "));
  EXPECT_EQ(act("nonsense"), 400);
  EXPECT_EQ(act(R"({"do": "undo"})"), 200);
  EXPECT_THAT(refused(R"({"do": "render"})"), HasSubstr("play_nothing: "));
  EXPECT_EQ(act(R"({"take": "s1f1"})"), 200);
  EXPECT_EQ(act(R"({"do": "render"})"), 200);
  EXPECT_TRUE(wait_for(PlayStage::kReady));
}

TEST_F(PlayScreenTest, FiftyActsAreRefused) {
  start(std::string(kGood));
  int done = 0;
  for (int i = 0; i < 25; ++i) {
    done += act(R"({"take": "s1f1"})") == 200 ? 1 : 0;
    done += act(R"({"put": "can", "facing": "s1f1"})") == 200 ? 1 : 0;
  }
  EXPECT_EQ(done, static_cast<int>(kPlayActsMax));
}

TEST_F(PlayScreenTest, TellsThePageWhereWhatIsInTheHandFits) {
  open(std::string(kGood));
  ASSERT_TRUE(play_->take("s1f1"));
  const Json json = Json::parse(play_json(play_->shelf(), play_->state()));
  EXPECT_EQ(json.at("stage"), "choosing");
  EXPECT_EQ(json.at("hand").at(0).at("product"), "can");
  EXPECT_EQ(json.at("hand").at(0).at("fits"), (Json{"s1f1", "s1f2", "s2f1"}));
  EXPECT_EQ(json.at("facings").at(0), (Json{{"id", "s1f1"}, {"front", "can"}, {"count", 1}}));
  EXPECT_EQ(json.at("facings").at(2), (Json{{"id", "s2f1"}, {"front", nullptr}, {"count", 0}}));
}

}  // namespace
}  // namespace tally::device
