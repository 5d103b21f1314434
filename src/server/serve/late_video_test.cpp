// Video that comes late, or can't be kept, or can't be watched: a human decides, and nothing is
// charged that was not seen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/full_disk.hpp"
#include "platform/jobs.hpp"
#include "server/serve/testing_serve.hpp"

namespace tally::serve::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;

TEST_F(Outside, VideoThatComesDuringAReviewIsHeldUntilItIsDecided) {
  const SessionId session = shop();
  close(session, {"one", "two"});  // The second is late.
  wait_for_state(session, "deciding");
  const auto given_up = server_->office().act_and_wait([&](core::Desk& desk) {
    return desk.tell(demo_.tenant, session,
                     commerce::SessionEvent(commerce::FootageLost{desk.now(), "it came too late"}));
  });
  ASSERT_TRUE(given_up) << given_up.error().message;
  wait_for_state(session, "review");
  EXPECT_EQ(cabinet_->put_segment(session, 1, "two").status, 200);
  EXPECT_TRUE(is_held(session, "cam0/0000"));
  EXPECT_TRUE(is_held(session, "cam0/0001"));
  const std::string review = "/v1/reviews/" + this->session(session).value("review", "");
  EXPECT_EQ(post(owner_, review + "/claim").status, 200);
  EXPECT_EQ(post(owner_, review + "/decide", {{"lines", json::array()}}).status, 200);
  EXPECT_FALSE(is_held(session, "cam0/0001"));
}

TEST_F(Outside, VideoThatComesDuringADisputeIsHeldWithItAndChargesNothingMore) {
  const SessionId session = shop();
  close(session, {"one", "two"});  // The second is late.
  see(session, 1);
  wait_for_payment(session, "captured");
  const std::string receipt = this->session(session).at("receipt");
  const json line = {{"sku", "p02"}, {"quantity", 0}};
  const Answer opened = post(sam_, "/v1/receipts/" + receipt + "/disputes",
                             {{"words", "I put it back"}, {"lines", json::array({line})}});
  ASSERT_EQ(opened.body.value("state", ""), "open") << opened.body.dump();
  const std::string videos = "/v1/sessions/" + session.text() + "/videos";
  const auto bytes = [&] { return get(owner_, videos).body.at("data").at(0).at("bytes"); };
  const auto seen = [&] { return get(owner_, videos + "/" + std::string(kCamera)).status; };
  EXPECT_EQ(bytes(), 3);
  EXPECT_EQ(seen(), 200);  // And is joined of what is there.
  EXPECT_EQ(cabinet_->put_segment(session, 1, "two").status, 200);
  EXPECT_TRUE(is_held(session, "cam0/0000"));
  EXPECT_TRUE(is_held(session, "cam0/0001"));
  EXPECT_EQ(bytes(), 6);  // Whoever decides sees both.
  EXPECT_EQ(seen(), 200);
  EXPECT_TRUE(is_held(session, "cam0/joined-2.mp4"));
  pass(hours(1));
  EXPECT_EQ(this->session(session).at("state"), "settled");
  EXPECT_EQ(this->session(session).at("receipt"), receipt);
  EXPECT_EQ(payment(session).at("captured").at("minor"), kPrice);
  const std::string dispute = opened.body.at("id");
  const Answer decided =
      post(owner_, "/v1/disputes/" + dispute + "/decide", {{"lines", json::array({line})}});
  ASSERT_EQ(decided.body.value("state", ""), "granted") << decided.body.dump();
  wait_for("the refund", [&] { return statement().refunded_minor == kPrice; });
  EXPECT_EQ(statement().captured_minor, kPrice);
  EXPECT_FALSE(is_held(session, "cam0/0001"));
  expect_balanced();
}

TEST_F(Outside, ADiskThatIsFullIsToldToTheCabinetWhichSendsAgain) {
  const SessionId session = scan();
  open(session);
  const std::string segment(std::size_t{12} << 20U, 'x');
  {
    const FullDisk full(rlim_t{8} << 20U);
    const Answer refused = cabinet_->put_segment(session, 0, segment);
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.code(), "storage_full");
    wait_for("nothing of it to be left", [&] {
      const auto all = fs::recursive_directory_iterator(folder_ / "uploads");
      return std::ranges::all_of(all, [](const auto& left) { return left.is_directory(); });
    });
  }
  EXPECT_EQ(cabinet_->put_segment(session, 0, segment).status, 200);
  close(session, {segment});
  see(session, 1);
  wait_for_payment(session, "captured");
  EXPECT_EQ(statement().captured_minor, kPrice);
}

TEST_F(Outside, ADiskThatStaysFullBringsAHumanAndChargesNothing) {
  const SessionId session = shop();
  const std::string segment(std::size_t{12} << 20U, 'x');
  {
    const FullDisk full(rlim_t{8} << 20U);
    EXPECT_EQ(cabinet_->put_segment(session, 1, segment).code(), "storage_full");
    close(session, {"one", segment});
    wait_for_state(session, "deciding");
    pass(minutes(2));
    pass(hours(73));  // Nobody waits longer.
    sam_ = sign_in("sam@example.com");
    owner_ = post("", "/v1/sign_in/users", {{"email", kDemoOwner}, {"password", kDemoPassword}})
                 .body.value("token", "");
    wait_for_state(session, "review");
    expect_nothing_taken(session);
  }
  // There is room again: what the cabinet still had is not lost, and nobody pays for it unseen.
  EXPECT_EQ(cabinet_->put_segment(session, 1, segment).status, 200);
  EXPECT_TRUE(is_held(session, "cam0/0001"));
  expect_nothing_taken(session);
  const std::string review = "/v1/reviews/" + this->session(session).value("review", "");
  EXPECT_EQ(post(owner_, review + "/claim").status, 200);
  EXPECT_EQ(post(owner_, review + "/decide", {{"lines", json::array()}}).status, 200);
  wait_for_payment(session, "released");
  EXPECT_EQ(statement().captured_minor, 0);
  expect_balanced();
}

// With what watches sessions in this process: models, decoder and all.
class Watched : public Outside {
 protected:
  void change(config::Config& config) override {
    config.roles.push_back(config::ServerRole::kPipeline);
    config.pipeline.detector = TALLY_SOURCE_DIR "/models/detector";
    config.pipeline.close_up = TALLY_SOURCE_DIR "/models/close_up";
    config.pipeline.embedder = TALLY_SOURCE_DIR "/models/embedder";
  }
  // A session is to be watched later, and none is being watched.
  bool waits() {
    const auto queue = server_->office().look_and_wait([](platform::Transaction& transaction) {
      return platform::queue_state(transaction, std::string(core::kPipelineQueue));
    });
    return queue && queue->waiting > 0 && queue->running == 0;
  }
};

TEST_F(Watched, VideoThatNobodyCanDecodeIsDecidedByAHumanAndChargesNothing) {
  const SessionId session = scan();
  open(session);
  std::string noise(std::size_t{64} << 10U, '\0');
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 7919U >> 5U);
  EXPECT_EQ(cabinet_->put_segment(session, 0, noise).status, 200);
  close(session, {noise});
  // Each try fails and is made again after a while, as often as it may be.
  wait_for("a human", [&] {
    if (waits()) pass(minutes(1));
    return this->session(session).value("state", "") == "review";
  });
  expect_nothing_taken(session);
  const json told = this->session(session);
  EXPECT_EQ(told.at("receipt"), nullptr);  // The shopper is told that somebody looks.
  EXPECT_FALSE(told.value("review", "").empty());
  EXPECT_THAT(alerts(), ::testing::Contains("watch_failed"));
  const std::string review = "/v1/reviews/" + told.value("review", "");
  EXPECT_EQ(post(owner_, review + "/claim").status, 200);
  EXPECT_EQ(post(owner_, review + "/decide", {{"lines", json::array()}}).status, 200);
  wait_for_payment(session, "released");
  EXPECT_EQ(statement().captured_minor, 0);
  expect_balanced();
}

}  // namespace
}  // namespace tally::serve::testing
