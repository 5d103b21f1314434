// What can go wrong outside of the server, and that a session still comes to its right end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/door_token.hpp"
#include "platform/jobs.hpp"
#include "server/serve/operator.hpp"
#include "server/serve/testing_serve.hpp"

namespace tally::serve::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(Outside, AnOperatorIsSetUpOnceAndItsOwnerSignsInToAnEmptyHouse) {
  const auto made = set_up_operator(*server_, "Second Coolers", "new@tally.example", world_);
  ASSERT_TRUE(made) << made.error().message;
  const json body = {{"tenant", made->tenant.text()},
                     {"email", "new@tally.example"},
                     {"password", made->password}};
  const Answer signed_in = post("", "/v1/sign_in/users", body);
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  EXPECT_THAT(get(signed_in.body.at("token"), "/v1/cabinets").body.at("data"), IsEmpty());
  const auto again = set_up_operator(*server_, "Second Coolers", "else@tally.example", world_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->tenant, made->tenant);
  EXPECT_THAT(again->password, IsEmpty());
  EXPECT_FALSE(set_up_operator(*server_, "Third", "no address", world_));
}

TEST_F(Outside, AProviderThatIsDownForAnHourIsAskedUntilItIsBackAndChargesOnce) {
  const SessionId session = shop();
  sandbox_->set_down(true);
  close(session, {"one"});
  see(session, 2);
  wait_for_state(session, "settled");
  EXPECT_EQ(total(session), 2 * kPrice);
  for (int minute = 0; minute < 60; ++minute) {
    const std::uint32_t before = attempts(session);
    pass(minutes(1));
    wait_for("another attempt", [&] { return attempts(session) > before; });
  }
  EXPECT_EQ(payment(session).at("state"), "capturing");
  EXPECT_EQ(statement().captured_minor, 0);
  EXPECT_THAT(alerts(), ::testing::Contains("payment_no_answer"));
  sandbox_->set_down(false);
  pass(minutes(1));
  wait_for_payment(session, "captured");
  EXPECT_EQ(payment(session).at("captured").at("minor"), 2 * kPrice);
  EXPECT_EQ(statement().captured_minor, 2 * kPrice);
  EXPECT_EQ(statement().held_minor, 0);
  EXPECT_THAT(get(sam_, "/v1/debts").body.at("data"), IsEmpty());
  expect_balanced();
}

// The receipt says less at once; the card gets it back when the capture has its answer.
TEST_F(Outside, ADisputeThatIsGrantedBeforeTheCaptureIsAnsweredIsPaidBackAfterIt) {
  const SessionId session = shop();
  sandbox_->set_down(true);
  close(session, {"one"});
  see(session, 2);
  wait_for_state(session, "settled");
  const std::string receipt = this->session(session).at("receipt");
  const json line = {{"sku", "p02"}, {"quantity", 1}};
  const Answer opened = post(sam_, "/v1/receipts/" + receipt + "/disputes",
                             {{"words", "I took one"}, {"lines", json::array({line})}});
  ASSERT_EQ(opened.status, 201) << opened.body.dump();
  const std::string dispute = opened.body.at("id");
  const Answer decided =
      post(owner_, "/v1/disputes/" + dispute + "/decide", {{"lines", json::array({line})}});
  ASSERT_EQ(decided.body.value("state", ""), "granted") << decided.body.dump();
  EXPECT_EQ(total(session), kPrice);
  EXPECT_EQ(payment(session).at("state"), "capturing");
  sandbox_->set_down(false);
  pass(minutes(1));
  wait_for_payment(session, "captured");
  wait_for("the refund", [&] { return statement().refunded_minor == kPrice; });
  EXPECT_EQ(statement().captured_minor, 2 * kPrice);
  expect_balanced();
}

TEST_F(Outside, AProviderThatIsDownAtTheScanOpensNothingAndKeepsNothing) {
  sandbox_->set_down(true);
  const SessionId session = scan();
  pass(seconds(31));
  wait_for_state(session, "ended");
  EXPECT_EQ(this->session(session).at("end"), "no_answer");
  sandbox_->set_down(false);
  pass(minutes(1));
  wait_for_payment(session, "released");
  EXPECT_EQ(statement().held_minor, 0);
  EXPECT_EQ(statement().captured_minor, 0);
  expect_balanced();
}

// It tells ages, not times; after a loss of power it takes them from its clock. That may have been
// before the door was opened, or while it was open.
TEST_F(Outside, ACabinetWhoseClockIsADayOffTellsARightSession) {
  std::int64_t charged = 0;
  for (const Duration off : {Duration(hours(24)), Duration(0)}) {
    const SessionId session = scan();
    open(session, off);
    EXPECT_EQ(cabinet_->put_segment(session, 0, "one").status, 200);
    EXPECT_THAT(alerts(), IsEmpty());  // The door has not been open for a day.
    close(session, {"one"}, hours(24));
    see(session, 1);
    wait_for_payment(session, "captured");
    const json settled = this->session(session);
    EXPECT_LE(settled.value("begun_at", "?"), settled.value("opened_at", ""));
    EXPECT_LE(settled.value("opened_at", "?"), settled.value("closed_at", ""));
    charged += kPrice;
    EXPECT_EQ(statement().captured_minor, charged);
    EXPECT_THAT(alerts(), IsEmpty());
  }
}

TEST_F(Outside, ACodeOpensOnceWhileItIsValidAndOnlyIfItIsOurs) {
  const auto scan_as = [&](const std::string& who, const std::string& method,
                           const std::string& token) {
    const Answer answer =
        post(who, "/v1/sessions", {{"door_token", token}, {"payment_method", method}});
    return answer.status == 201 ? answer.body.value("id", "")
                                : fmt::format("{} {}", answer.status, answer.code());
  };
  const std::string eve = sign_in("eve@example.com");
  const std::string card =
      post(eve, "/v1/payment_methods", {{"provider_token", kDemoCard}}).body.value("id", "");
  const std::string token = cabinet_->token();
  const std::string session = scan_as(sam_, method_, token);
  ASSERT_THAT(session, HasSubstr("ses_"));
  EXPECT_EQ(scan_as(eve, card, token), "409 cabinet_in_use");
  EXPECT_EQ(scan_as(sam_, method_, cabinet_->token()), "409 shopping_already");
  EXPECT_EQ(post(sam_, "/v1/sessions/" + session + "/cancel").status, 200);
  EXPECT_EQ(scan_as(eve, card, token), "410 door_token_used");
  EXPECT_EQ(scan_as(sam_, method_, token), "410 door_token_used");

  const std::string late = cabinet_->token();
  std::string forged = late;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(scan_as(eve, card, forged), "404 door_token_unknown");
  EXPECT_EQ(get(eve, "/v1/doors/" + forged).code(), "door_token_unknown");
  EXPECT_EQ(get(eve, "/v1/doors/" + late).status, 200);
  pass(commerce::kDoorTokenLife + seconds(1));
  EXPECT_EQ(scan_as(eve, card, late), "410 door_token_expired");
  EXPECT_EQ(get(eve, "/v1/doors/" + late).code(), "door_token_expired");
  EXPECT_EQ(statement().captured_minor, 0);
}

TEST_F(Outside, WhoOpenedACodeInTimeMaySignInAfterItHasChangedAndOpensOnce) {
  const auto claim_on = [&](const std::string& token) {
    const json claim = get("", "/v1/doors/" + token).body.at("claim");
    return claim.is_null() ? std::string() : claim.value("door_token", "");
  };
  const auto scan_with = [&](const std::string& token) {
    return post(sam_, "/v1/sessions", {{"door_token", token}, {"payment_method", method_}});
  };
  const auto cancel = [&](const Answer& begun) {
    ASSERT_EQ(begun.status, 201) << begun.body.dump();
    const std::string session = begun.body.value("id", "");
    EXPECT_EQ(post(sam_, "/v1/sessions/" + session + "/cancel").status, 200);
  };
  const std::string claimed = cabinet_->token();
  const std::string claim = claim_on(claimed);
  EXPECT_EQ(claim_on(claim), "");  // It is not prolonged.
  cancel(scan_with(claim));
  EXPECT_EQ(scan_with(claim).code(), "door_token_used");
  EXPECT_EQ(scan_with(claimed).code(), "door_token_used");

  const std::string used = cabinet_->token();
  const std::string left = claim_on(used);
  cancel(scan_with(used));
  EXPECT_EQ(scan_with(left).code(), "door_token_used");

  const std::string old = cabinet_->token();
  const std::string kept = claim_on(old);
  pass(commerce::kDoorTokenLife + seconds(1));
  EXPECT_EQ(get("", "/v1/doors/" + old).code(), "door_token_expired");
  EXPECT_EQ(get("", "/v1/doors/" + kept).status, 200);
  pass(commerce::kDoorClaimLife);
  EXPECT_EQ(get("", "/v1/doors/" + kept).code(), "door_token_expired");
}

TEST_F(Outside, ASegmentThatTheCabinetHasLostBringsAHumanAndChargesNothing) {
  const SessionId session = shop();
  close(session, {"one", ""});
  see(session, 1);  // However sure the cart is that was made of the rest.
  wait_for_state(session, "review");
  expect_nothing_taken(session);
  const std::string review = "/v1/reviews/" + this->session(session).value("review", "");
  EXPECT_THAT(get(owner_, review).body.at("reasons").dump(), HasSubstr("cam0"));
  EXPECT_EQ(post(owner_, review + "/claim").status, 200);
  EXPECT_EQ(post(owner_, review + "/decide", {{"lines", json::array()}}).status, 200);
  wait_for_payment(session, "released");
  EXPECT_EQ(total(session), 0);
  EXPECT_EQ(statement().held_minor, 0);
  EXPECT_EQ(statement().captured_minor, 0);
  expect_balanced();
}

TEST_F(Outside, ASegmentThatNeverComesBringsAHumanWhenNobodyWaitsLonger) {
  const SessionId session = shop();
  close(session, {"one", "two"});
  wait_for_state(session, "deciding");
  EXPECT_EQ(this->session(session).at("late"), false);
  pass(seconds(61));
  wait_for("news of the delay", [&] { return this->session(session).at("late") == true; });
  pass(hours(73));
  sam_ = sign_in("sam@example.com");
  owner_ = post("", "/v1/sign_in/users", {{"email", kDemoOwner}, {"password", kDemoPassword}})
               .body.value("token", "");
  wait_for_state(session, "review");
  EXPECT_EQ(this->session(session).at("late"), false);
  expect_nothing_taken(session);
}

TEST_F(Outside, WhereThereIsOneOperatorAShopperSignsInWithoutAScanByALetterThatNamesThem) {
  json who = {{"email", "new@example.com"}};
  EXPECT_EQ(post("", "/v1/sign_in/codes", who).status, 202);
  const mail::Letter letter = letter_to("new@example.com");
  who["code"] = letter.code;
  EXPECT_THAT(letter.text, HasSubstr(fmt::format("Your code is {}. ", letter.code)));
  EXPECT_THAT(letter.text, HasSubstr("Corner Coolers"));
  EXPECT_THAT(letter.text, HasSubstr("valid for 10 minutes"));
  const Answer signed_in = post("", "/v1/sign_in/shoppers", who);
  EXPECT_EQ(signed_in.status, 200) << signed_in.body.dump();
  EXPECT_EQ(get(signed_in.body.value("token", ""), "/v1/receipts").status, 200);
}

TEST_F(Outside, ACodeIsMailedInTheLanguageThatThePageAsksFor) {
  json who = {{"email", "nueva@example.com"}, {"language", "es"}};
  EXPECT_EQ(post("", "/v1/sign_in/codes", who).status, 202);
  const mail::Letter letter = letter_to("nueva@example.com");
  EXPECT_THAT(letter.text, HasSubstr(fmt::format("Tu código es {}. ", letter.code)));
  EXPECT_THAT(letter.text, HasSubstr("Corner Coolers"));
  who["language"] = "fr-FR";
  EXPECT_EQ(post("", "/v1/sign_in/codes", who).status, 400);
}

TEST_F(Outside, ASessionThatNobodyCanWatchIsDecidedByAHumanAndChargesNothing) {
  const SessionId session = shop();
  close(session, {"one"});
  wait_for_state(session, "deciding");
  const std::string note = "/v1/sessions/" + session.text();
  // Whoever watches it is killed each time; the claim after the last finds out.
  for (std::int64_t tries = 0; tries <= platform::kJobTriesMax; ++tries) {
    EXPECT_EQ(get(sam_, note).body.value("state", ""), "deciding");
    const auto claimed =
        server_->office().store().write_and_wait([&](platform::Transaction& transaction) {
          return platform::claim_jobs(transaction,
                                      {.queue = std::string(core::kPipelineQueue),
                                       .worker = "killed",
                                       .count = 10,
                                       .lease = seconds(2)},
                                      world_.now());
        });
    ASSERT_TRUE(claimed) << claimed.error().message;
    pass(seconds(3));
  }
  wait_for_state(session, "review");
  expect_nothing_taken(session);
  EXPECT_THAT(alerts(), ::testing::Contains("watch_failed"));
  const json dead = get(owner_, "/v1/dead_work").body.at("data");
  ASSERT_THAT(dead, ::testing::Not(IsEmpty()));
  EXPECT_EQ(dead.at(0).at("object"), session.text());
  const std::string review = "/v1/reviews/" + this->session(session).value("review", "");
  EXPECT_EQ(post(owner_, review + "/claim").status, 200);
  EXPECT_EQ(post(owner_, review + "/decide", {{"lines", json::array()}}).status, 200);
  wait_for_payment(session, "released");
  EXPECT_EQ(statement().captured_minor, 0);
  expect_balanced();
}

TEST_F(Outside, AKeyThatWasRevokedOpensNothingMore) {
  const SessionId session = shop();
  EXPECT_EQ(cabinet_->link_status(), 426);
  const std::string cabinet = "/v1/cabinets/" + demo_.cabinets[0].id.text();
  EXPECT_EQ(post(owner_, cabinet + "/revoke_keys").status, 200);
  cabinet_->wait_until_gone();
  EXPECT_EQ(cabinet_->link_status(), 401);
  EXPECT_EQ(cabinet_->put_segment(session, 1, "two").status, 401);
}

TEST_F(Outside, ALiveKeyIsNotMadeForTestMoney) {
  const auto make = [&](bool live) {
    return post(owner_, "/v1/api_keys", {{"name", "till"}, {"role", "owner"}, {"livemode", live}});
  };
  const std::string test = make(false).body.value("secret", "");
  EXPECT_EQ(get(test, "/v1/me").body.value("livemode", true), false);
  const Answer refused = make(true);
  EXPECT_EQ(refused.code(), "key_mode_wrong");
  EXPECT_THAT(refused.body.value("message", ""), HasSubstr("make a test key"));
}

TEST_F(Outside, SegmentsThatAreDamagedDoubledOrOutOfOrderCountOnce) {
  const SessionId session = scan();
  EXPECT_EQ(cabinet_->put_segment(session, 0, "one").code(), "busy");  // Nothing records yet.
  open(session);
  EXPECT_EQ(cabinet_->put_segment(session, 1, "two").status, 200);
  const Answer damaged = cabinet_->put_segment(session, 0, "on3", std::string(64, 'a'));
  EXPECT_EQ(damaged.status, 422);
  EXPECT_EQ(damaged.code(), "upload_invalid");
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(cabinet_->put_segment(session, 0, "one").status, 200);
  }
  EXPECT_EQ(cabinet_->put_segment(session, 0, "other").code(), "different_content");
  const std::string large((std::size_t{16} << 20U) + 1, 'x');
  const Answer too_large = cabinet_->put_segment(session, 2, large);
  EXPECT_EQ(too_large.status, 413);
  EXPECT_EQ(too_large.code(), "body_too_large");
  close(session, {"one", "two"});
  see(session, 1);
  wait_for_payment(session, "captured");
  const json video = get(owner_, "/v1/sessions/" + session.text() + "/videos").body.at("data");
  EXPECT_EQ(video.at(0).at("bytes"), 6);
  const Answer words = post(sam_, "/v1/sessions", {{"door_token", large}});
  EXPECT_EQ(words.status, 413);
}

TEST_F(Outside, ADemoThatIsThereIsTakenWithAsManyCabinetsAsItHas) {
  const std::vector<fs::path> wanted(3, TALLY_SOURCE_DIR "/demo/take_one");
  const auto demo = set_up_demo(*server_, wanted, 1, world_);
  ASSERT_TRUE(demo) << demo.error().message;
  EXPECT_EQ(demo->tenant, demo_.tenant);
  ASSERT_EQ(demo->cabinets.size(), 1U);
  EXPECT_EQ(demo->cabinets[0].id, demo_.cabinets[0].id);
  EXPECT_FALSE(demo->cabinets[0].provisioning_code.empty());
  const auto more = set_up_demo(*server_, wanted, 2, world_);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("ask for as many"));
}

}  // namespace
}  // namespace tally::serve::testing
