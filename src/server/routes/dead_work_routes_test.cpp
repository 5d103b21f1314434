// Work that was given up, on both stores: what an owner sees and does, and what is told.
#include <algorithm>

#include "base/digest.hpp"
#include "platform/jobs.hpp"
#include "server/core/dead_work.hpp"
#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

class DeadWork : public BusinessTest {
 protected:
  // As the ticker does.
  void tell_of_deaths() {
    const auto dead = store_->read_and_wait(
        [](platform::Transaction& transaction) { return platform::untold_dead(transaction, 100); });
    ASSERT_TRUE(dead) << dead.error().message;
    for (const platform::DeadWork& work : *dead) {
      act([&](Desk& desk) { return core::tell_of_death(desk, work); });
    }
  }
  // Whoever watches sessions ends each time without a word.
  void abandon_watches() {
    for (std::int64_t tries = 0; tries <= platform::kJobTriesMax; ++tries) {
      pass(std::chrono::minutes(2));
      const auto claimed = store_->write_and_wait([&](platform::Transaction& transaction) {
        return platform::claim_jobs(transaction, {.queue = "pipeline", .worker = "w", .count = 100},
                                    world_.now());
      });
      ASSERT_TRUE(claimed) << claimed.error().message;
      ASSERT_EQ(claimed->empty(), tries == platform::kJobTriesMax);
    }
  }
  // The rest of its video came, which is watched again.
  void end_footage(const SessionId& session) {
    upload(session, {"one"});
    tell(session, commerce::FootageEvent(commerce::ManifestTold{{{"cam0", {sha256_hex("one")}}}}));
  }
  // The paths of all that is dead.
  std::vector<std::string> dead_works() {
    std::vector<std::string> paths;
    for (const json& work : get(owner_, "/v1/dead_work").at("data")) {
      paths.push_back("/v1/dead_work/" + work.at("id").get<std::string>());
    }
    return paths;
  }
  json alert_of(std::string_view kind) {
    const json all = get(owner_, "/v1/alerts").at("data");
    const auto found =
        std::ranges::find_if(all, [&](const json& alert) { return alert.at("kind") == kind; });
    return found == all.end() ? json() : *found;
  }
};
TALLY_ON_BOTH_STORES(DeadWork);

TEST_P(DeadWork, OfAMessageIsToldListedAndTriedAnew) {
  const std::string id = dead_message("pay_one");
  tell_of_deaths();
  EXPECT_EQ(alert_of("work_dead").at("object"), "pay_one");
  EXPECT_EQ(alert_of("work_dead").at("words"), id);  // And not what the program said.
  const json alerts = get(owner_, "/v1/events?limit=100&object=pay_one").at("data");
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts.at(0).at("data"),
            (json{{"alert", "work_dead"}, {"object", "pay_one"}, {"detail", id}}));
  const json listed = get(owner_, "/v1/dead_work").at("data");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.at(0).at("id"), id);
  EXPECT_EQ(listed.at(0).at("kind"), "pay_one");  // Its topic.
  EXPECT_EQ(listed.at(0).at("object"), "pay_one");
  EXPECT_EQ(listed.at(0).at("tries"), 1);
  EXPECT_EQ(listed.at(0).at("error"), "it is down");
  EXPECT_EQ(listed.at(0).at("since"), to_string(world_.now()));
  EXPECT_EQ(get(other_owner_, "/v1/dead_work").at("data").size(), 0U);

  const std::string revive = "/v1/dead_work/" + id + "/revive";
  call(404, other_owner_, "POST", revive);
  EXPECT_EQ(call(200, owner_, "POST", revive).at("state"), "revived");
  EXPECT_EQ(alert_of("work_dead").at("state"), "cleared");
  EXPECT_EQ(get(owner_, "/v1/dead_work").at("data").size(), 0U);
  call(404, owner_, "POST", revive);  // It is dead no more.
  const auto claimed = store_->write_and_wait([&](platform::Transaction& transaction) {
    return platform::claim_messages(transaction, {.topic = "pay_one"}, world_.now());
  });
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->size(), 1U);
  const json told = get(owner_, "/v1/events?limit=100&object=" + id).at("data");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(0).at("type"), "dead_work.revived");
  EXPECT_EQ(told.at(0).at("by"), get(owner_, "/v1/me").at("id"));
}

TEST_P(DeadWork, ThatIsDiscardedHoldsUpNothing) {
  const std::string id = dead_message("pay_one");
  const auto next = world_.new_id<platform::MessageId>();
  act([&](Desk& desk) {
    return platform::put_message(desk.transaction(),
                                 {.id = next,
                                  .tenant = tenant(),
                                  .key = "pay_one",
                                  .topic = "pay_one",
                                  .body = "{}",
                                  .due = desk.now()},
                                 desk.now());
  });
  const auto claimed = [&] {
    std::vector<std::string> ids;
    const auto messages = store_->write_and_wait([&](platform::Transaction& transaction) {
      return platform::claim_messages(transaction, {.topic = "pay_one"}, world_.now());
    });
    EXPECT_TRUE(messages);
    if (!messages) return ids;
    for (const platform::Message& message : *messages) ids.push_back(message.lease.id.text());
    return ids;
  };
  EXPECT_EQ(claimed(), std::vector<std::string>());
  call(200, owner_, "POST", "/v1/dead_work/" + id + "/discard");
  EXPECT_EQ(claimed(), std::vector{next.text()});
  EXPECT_EQ(get(owner_, "/v1/dead_work").at("data").size(), 0U);
  call(404, owner_, "POST", "/v1/dead_work/" + id + "/revive");
  call(404, owner_, "POST", "/v1/dead_work/msg_none/discard");
}

TEST_P(DeadWork, OfWatchingLeadsToReviewHoweverItDied) {
  set_up_shop();
  const SessionId session = shop();
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "deciding");
  abandon_watches();
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "deciding");
  tell_of_deaths();
  tell_of_deaths();
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "review");
  EXPECT_EQ(get(owner_, "/v1/reviews").at("data").size(), 1U);
  const PaymentId payment = core::payment_id(session, 1);
  EXPECT_EQ(get(sam_, "/v1/payments/" + payment.text()).at("state"), "held");
  EXPECT_EQ(alert_of("watch_failed").at("object"), session.text());
  const json dead = get(owner_, "/v1/dead_work").at("data");
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead.at(0).at("kind"), "session.watch");
  EXPECT_EQ(dead.at(0).at("object"), session.text());
  EXPECT_EQ(call(200, owner_, "POST",
                 "/v1/dead_work/" + dead.at(0).at("id").get<std::string>() + "/revive")
                .at("state"),
            "revived");
  EXPECT_EQ(alert_of("watch_failed").at("state"), "cleared");
}

TEST_P(DeadWork, OfWatchingThatIsDiscardedBeforeAnybodyWasToldLeadsToReview) {
  set_up_shop();
  const SessionId session = shop();
  abandon_watches();
  for (const std::string& work : dead_works()) call(200, owner_, "POST", work + "/discard");
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "review");
  EXPECT_TRUE(alert_of("watch_failed").is_null());  // Who discards it knows.
}

TEST_P(DeadWork, KeepsItsAlertWhileMoreIsDeadForTheSame) {
  set_up_shop();
  const SessionId session = shop();
  end_footage(session);
  abandon_watches();
  tell_of_deaths();
  const std::vector<std::string> works = dead_works();
  ASSERT_EQ(works.size(), 2U);
  call(200, owner_, "POST", works[0] + "/discard");
  EXPECT_EQ(alert_of("watch_failed").at("state"), "raised");
  call(200, owner_, "POST", works[1] + "/revive");
  EXPECT_EQ(alert_of("watch_failed").at("state"), "cleared");
}

TEST_P(DeadWork, IsEndedInAnEventThatDoesNotTellItsError) {
  for (const auto& [end, ended] :
       {std::pair("revive", "revived"), std::pair("discard", "discarded")}) {
    const std::string id = dead_message(std::string("pay_") + end);
    call(200, owner_, "POST", fmt::format("/v1/dead_work/{}/{}", id, end));
    const json told = get(owner_, "/v1/events?limit=100&object=" + id).at("data");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).at("type"), fmt::format("dead_work.{}", ended));
    const std::string object = std::string("pay_") + end;
    EXPECT_EQ(told.at(0).at("data"), (json{{"id", id}, {"kind", object}, {"object", object}}));
  }
}

}  // namespace
}  // namespace tally::routes::testing
