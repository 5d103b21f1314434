// What a console needs of the public API, on both stores.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

#include "server/core/alert_book.hpp"
#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Console : public BusinessTest {
 protected:
  // A session that waits for a human.
  SessionId doubt() {
    const SessionId session = shop();
    see(session, 2, {DecisionKind::kReview, 0.5, {}, {"a hand hid it"}});
    return session;
  }
  std::vector<std::string> ids(std::string_view who, const std::string& target) {
    std::vector<std::string> ids;
    const json page = get(who, target);
    for (const json& one : page.at("data")) ids.push_back(one.at("id"));
    return ids;
  }
  json patch(int status, const std::string& target, const json& body) {
    return call(status, owner_, "PATCH", target, body);
  }
};
TALLY_ON_BOTH_STORES(Console);

TEST_P(Console, ListsTheSessionsThatAreAskedFor) {
  set_up_shop();  // With a restock.
  const std::string bought = buy(2).text();
  pass(std::chrono::minutes(10));
  const std::string between = to_string(world_.now());
  pass(std::chrono::minutes(10));
  const std::string doubted = doubt().text();
  const std::string list = "/v1/sessions?kind=shopping";
  EXPECT_THAT(ids(owner_, "/v1/sessions?limit=2"), ElementsAre(doubted, bought));
  EXPECT_THAT(ids(owner_, list + "&state=settled"), ElementsAre(bought));
  EXPECT_THAT(ids(owner_, list + "&decision=review"), ElementsAre(doubted));
  EXPECT_THAT(ids(owner_, list + "&reviewed=true"), ElementsAre(doubted));
  EXPECT_THAT(ids(owner_, list + "&reviewed=false"), ElementsAre(bought));
  EXPECT_THAT(ids(owner_, list + "&to=" + between), ElementsAre(bought));
  EXPECT_THAT(ids(owner_, list + "&from=" + between), ElementsAre(doubted));
  EXPECT_THAT(ids(owner_, list + "&least_minor=500&most_minor=500"), ElementsAre(bought));
  EXPECT_THAT(ids(owner_, list + "&least_minor=501"), IsEmpty());
  EXPECT_THAT(ids(owner_, list + "&disputed=true"), IsEmpty());
  EXPECT_THAT(ids(owner_, list + "&cabinet=" + cabinet_), ElementsAre(doubted, bought));
  EXPECT_THAT(ids(owner_, list + "&starting_after=" + doubted), ElementsAre(bought));
  EXPECT_THAT(ids(other_owner_, list), IsEmpty());
  const json shown = get(owner_, "/v1/sessions/" + bought);
  EXPECT_EQ(shown.at("decision"), "charge");
  EXPECT_EQ(shown.at("items"), 2);
  EXPECT_EQ(shown.at("total").at("minor"), 500);
  EXPECT_THAT(ids(owner_, "/v1/receipts?cabinet=" + cabinet_), ElementsAre(shown.at("receipt")));
  for (const std::string wrong : {"state=gone", "from=yesterday", "reviewed=maybe", "cabinet=x"}) {
    EXPECT_EQ(call(400, owner_, "GET", list + "&" + wrong).at("code"), "parameter_invalid");
  }
  const std::string eve = sign_in("eve@example.com");
  EXPECT_THAT(ids(eve, "/v1/sessions"), IsEmpty());
  EXPECT_THAT(ids(eve, "/v1/receipts"), IsEmpty());
  const std::string sam = get(sam_, "/v1/me").at("id");
  EXPECT_THAT(ids(eve, "/v1/sessions?shopper=" + sam),
              IsEmpty());  // It is their own that they ask.
  EXPECT_THAT(ids(sam_, "/v1/sessions"), ElementsAre(doubted, bought));
  EXPECT_THAT(ids(sam_, "/v1/receipts"), ElementsAre(shown.at("receipt")));
}

TEST_P(Console, GivesEachReviewToOne) {
  set_up_shop();
  const std::string queue = "/v1/review_queue/claim";
  const std::string second = tokens(true).at("reviewer");
  EXPECT_EQ(ask("POST", queue, owner_, "{}").status, 204);
  const std::string oldest = get(owner_, path_of(doubt())).at("review");
  const std::string newer = get(owner_, path_of(doubt())).at("review");
  const auto next = [&](std::string_view who, const json& body) {
    return call(200, who, "POST", queue, body).at("id").get<std::string>();
  };
  EXPECT_EQ(next(owner_, json::object()), oldest);
  EXPECT_EQ(next(second, json::object()), newer);
  EXPECT_EQ(next(owner_, {{"after", nullptr}}), oldest);  // One's own again, as after a reload.
  EXPECT_EQ(ask("POST", queue, second, json({{"after", newer}}).dump()).status, 204);
  EXPECT_THAT(ids(owner_, "/v1/reviews?state=claimed"), ElementsAre(newer, oldest));
  EXPECT_THAT(ids(owner_, "/v1/reviews?state=waiting"), IsEmpty());
  pass(commerce::kClaimTime);  // Both claims have run out, though no tick has said so.
  EXPECT_EQ(next(second, {{"after", newer}}), oldest);
  EXPECT_EQ(next(owner_, json::object()), newer);

  const json review = get(second, "/v1/reviews/" + oldest);
  EXPECT_EQ(review.at("cabinet"), cabinet_);
  EXPECT_EQ(review.at("offers").at(0).at("sku"), "water");
  EXPECT_EQ(review.at("offers").at(0).at("here"), true);
  pass(std::chrono::seconds(8));
  const json decision = {{"lines", json::array({{{"sku", "water"}, {"quantity", 1}}})}};
  call(409, owner_, "POST", "/v1/reviews/" + oldest + "/decide", decision);
  const json decided = call(200, second, "POST", "/v1/reviews/" + oldest + "/decide", decision);
  EXPECT_EQ(decided.at("decided_by"), review.at("claimed_by"));
  const json spread = get(owner_, "/v1/statistics").at("total").at("review");
  EXPECT_EQ(spread, (json{{"count", 1}, {"median_ms", 8000}, {"p99_ms", 8000}}));
  const json reviewers = get(owner_, "/v1/statistics").at("reviewers");
  EXPECT_EQ(reviewers.at(0).at("user"), review.at("claimed_by"));
}

TEST_P(Console, HasAlertsAcknowledged) {
  set_up_shop();
  const json one = {{"product", product_}, {"counted", 0}};
  pass(std::chrono::minutes(1));
  post(owner_, "/v1/cabinets/" + cabinet_ + "/counts", {{"counts", json::array({one})}});
  std::map<std::string, std::string> raised;
  const json alerts = get(owner_, "/v1/alerts?state=raised&cabinet=" + cabinet_);
  for (const json& alert : alerts.at("data")) raised[alert.at("kind")] = alert.at("id");
  ASSERT_TRUE(raised.contains("stock_low"));
  ASSERT_TRUE(raised.contains("stock_out"));
  const std::string low = "/v1/alerts/" + raised.at("stock_low");
  const json seen = patch(200, low, {{"acknowledged", true}});
  EXPECT_EQ(seen.at("acknowledged_at"), to_string(world_.now()));
  EXPECT_EQ(seen.at("subject"), product_);
  EXPECT_EQ(seen.at("clearable"), false);
  EXPECT_EQ(patch(409, low, {{"cleared", true}}).at("code"), "invalid_state");
  EXPECT_EQ(patch(200, low, {{"acknowledged", false}}).at("acknowledged_by"), nullptr);
  call(404, other_owner_, "PATCH", low, {{"acknowledged", true}});
  pass(std::chrono::minutes(1));
  act([&](Desk& desk) -> Result<void> {
    desk.alert(tenant(), "door_left_open", cabinet_, "ses_1");
    return {};
  });
  const std::string door =
      get(owner_, "/v1/alerts?state=raised").at("data").at(0).at("id").get<std::string>();
  EXPECT_EQ(patch(200, "/v1/alerts/" + door, {{"cleared", true}}).at("state"), "cleared");
  EXPECT_EQ(get(owner_, "/v1/alerts?state=cleared").at("data").at(0).at("id"), door);
}

TEST_P(Console, HasAForcedDoorToldOnceClearedByAPersonAndToldAgain) {
  set_up_shop();
  const SessionId session = buy(1);
  const auto force = [&] {
    pass(std::chrono::minutes(1));
    tell(session, SessionEvent(commerce::DoorOpened{world_.now()}));
  };
  const auto doors = [&] {
    std::vector<json> doors;
    const json alerts = get(owner_, "/v1/alerts?state=raised&cabinet=" + cabinet_);
    for (const json& alert : alerts.at("data")) {
      if (alert.at("kind").get<std::string>().contains("door")) doors.push_back(alert);
    }
    return doors;
  };
  const auto health = [&] { return get(owner_, "/v1/cabinets/" + cabinet_).at("health"); };
  force();
  ASSERT_EQ(doors().size(), 1U);
  EXPECT_EQ(doors()[0].at("clearable"), true);
  EXPECT_EQ(health().at("alerts"), json::array({"door_forced"}));
  call(200, owner_, "POST", "/v1/cabinets/" + cabinet_ + "/lock");
  const std::string first = doors()[0].at("id");
  EXPECT_EQ(patch(200, "/v1/alerts/" + first, {{"cleared", true}}).at("state"), "cleared");
  EXPECT_TRUE(doors().empty());
  EXPECT_TRUE(health().at("alerts").empty());
  EXPECT_EQ(health().at("locked_by_operator"), true);
  force();
  ASSERT_EQ(doors().size(), 1U);
  EXPECT_NE(doors()[0].at("id"), first);
}

TEST_P(Console, HasARefusedReportClearedByAPerson) {
  set_up_shop();
  act([&](Desk& desk) -> Result<void> {
    desk.alert(tenant(), core::kReportRefused, cabinet_, "there is no session ses_1");
    return {};
  });
  const json alert = get(owner_, "/v1/alerts?state=raised").at("data").at(0);
  EXPECT_EQ(alert.at("clearable"), true);
  const std::string path = "/v1/alerts/" + alert.at("id").get<std::string>();
  EXPECT_EQ(patch(200, path, {{"cleared", true}}).at("state"), "cleared");
}

TEST_P(Console, TellsWhatBecameOfASession) {
  set_up_shop();
  const SessionId session = buy(2);
  const json history = get(owner_, path_of(session) + "/history");
  EXPECT_EQ(history.at("payments").size(), 1U);
  EXPECT_EQ(history.at("receipt").at("total").at("gross").at("minor"), 500);
  EXPECT_EQ(history.at("review"), nullptr);
  std::set<std::string> reasons;
  for (const json& transfer : history.at("transfers")) reasons.insert(transfer.at("reason"));
  EXPECT_THAT(reasons, ElementsAre("capture", "hold", "sale"));
  const json& events = history.at("events");
  EXPECT_EQ(events.at(0).at("type"), "session.holding");
  EXPECT_EQ(events.at(0).at("by"), get(sam_, "/v1/me").at("id"));
  std::int64_t last = 0;
  std::set<std::string> types;
  for (const json& event : events) {
    EXPECT_GT(event.at("sequence").get<std::int64_t>(), last);
    last = event.at("sequence");
    types.insert(event.at("type"));
  }
  EXPECT_TRUE(types.contains("receipt.changed") && types.contains("payment.captured"));
  const json own = get(owner_, "/v1/events?limit=100&object=" + session.text()).at("data");
  for (const json& event : own) EXPECT_EQ(event.at("object_id"), session.text());
  EXPECT_EQ(ask("GET", path_of(session) + "/history", other_owner_).status, 404);
  EXPECT_EQ(ask("GET", path_of(session) + "/boxes", owner_).status, 404);
  act([&](Desk& desk) -> Result<void> {
    const auto digest = blobs_->put(R"({"schema":"tally.boxes.v1","cameras":[]})");
    if (!digest) return std::unexpected(digest.error());
    auto kept =
        platform::add_blob(desk.transaction(), *blobs_, {tenant(), session.text(), "boxes.json"},
                           platform::BlobKind::kEvidence, *digest, desk.now());
    if (!kept) return kept;
    return platform::add_blob(desk.transaction(), *blobs_,
                              {tenant(), session.text(), "evidence/0001_cam0.mp4"},
                              platform::BlobKind::kEvidence, *digest, desk.now());
  });
  EXPECT_EQ(get(owner_, path_of(session) + "/boxes").at("schema"), "tally.boxes.v1");
  EXPECT_EQ(ask("GET", path_of(session) + "/clips/0001_cam0.mp4", owner_).status, 200);
  EXPECT_EQ(ask("GET", path_of(session) + "/clips/0002_cam0.mp4", owner_).status, 404);
}

TEST_P(Console, CountsWhatHappened) {
  set_up_shop();
  buy(2);
  const SessionId session = buy(1);
  const std::string receipt =
      "/v1/receipts/" + get(sam_, path_of(session)).at("receipt").get<std::string>();
  const json line = {{"sku", "water"}, {"quantity", 0}};
  post(sam_, receipt + "/disputes", {{"words", "no"}, {"lines", json::array({line})}});
  doubt();
  const json statistics =
      get(owner_, "/v1/statistics?time_zone=Europe/Berlin&step=hour&cabinet=" + cabinet_ +
                      "&from=" + to_string(world_.now() - std::chrono::hours(5)));
  const json& total = statistics.at("total");
  EXPECT_EQ(statistics.at("cabinets"), 1);
  EXPECT_EQ(total.at("sessions"), 3);
  EXPECT_EQ(total.at("opened"), 3);
  EXPECT_EQ(total.at("carts"), 3);
  EXPECT_EQ(total.at("reviewed"), 1);
  EXPECT_NEAR(total.at("review_rate").get<double>(), 1.0 / 3, 1e-9);
  EXPECT_EQ(total.at("dispute_rate"), 0.5);
  EXPECT_EQ(total.at("items"), 2);  // One was given back.
  EXPECT_EQ(total.at("sales"), json::array({{{"minor", 500}, {"currency", "EUR"}}}));
  EXPECT_EQ(total.at("receipt").at("count"), 2);
  EXPECT_EQ(total.at("receipt").at("median_ms"), 2000);  // The grace, in which time passes here.
  std::int64_t sum = 0;
  for (const json& bucket : statistics.at("buckets")) sum += bucket.at("sessions").get<int>();
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(get(other_owner_, "/v1/statistics").at("total").at("sessions"), 0);
  EXPECT_EQ(get(owner_, "/v1/statistics").at("time_zone"), "UTC");
  call(404, other_owner_, "GET", "/v1/statistics?cabinet=" + cabinet_);
  call(400, owner_, "GET", "/v1/statistics?time_zone=Europe/Atlantis");
  EXPECT_EQ(call(422, owner_, "GET",
                 "/v1/statistics?step=hour&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")
                .at("code"),
            "limit_exceeded");
  EXPECT_TRUE(get(owner_, "/v1/models").at("data").empty());
}

TEST_P(Console, TellsForHowLongAlertsWereOpen) {
  set_up_shop();
  const auto alert = [&](bool raised) {
    tell(*CabinetId::parse(cabinet_),
         commerce::FleetEvent(commerce::Heartbeat{
             world_.now(), 1, 4.0,
             raised ? std::vector<std::string>{"cam0: dark"} : std::vector<std::string>{}}));
  };
  alert(true);
  pass(std::chrono::minutes(90));
  alert(false);
  const json statistics = get(
      owner_, "/v1/statistics?step=hour&from=" + to_string(world_.now() - std::chrono::hours(4)) +
                  "&to=" + to_string(world_.now() + std::chrono::hours(1)));
  const json whole = {{"kind", "cabinet_camera"}, {"raised", 1}, {"seconds", 5400}};
  EXPECT_THAT(statistics.at("total").at("alerts"), ::testing::Contains(whole));
  int buckets = 0;
  for (const json& bucket : statistics.at("buckets")) {
    for (const json& one : bucket.at("alerts")) buckets += one.at("kind") == "cabinet_camera";
  }
  EXPECT_GE(buckets, 2);
}

TEST_P(Console, ShowsTheLedgerAndItsTables) {
  set_up_shop();
  const SessionId session = buy(2);
  const std::string list = "/v1/ledger/transfers?limit=100";
  const auto size = [&](const std::string& filter) {
    return get(owner_, list + filter).at("data").size();
  };
  const std::size_t all = size("");
  EXPECT_GT(all, 3U);
  EXPECT_EQ(size("&session=" + session.text()), all);
  EXPECT_EQ(size("&payment=" + core::payment_id(session, 1).text()), all);
  EXPECT_EQ(size("&account=tax_payable"), 1U);
  EXPECT_EQ(size("&account=bank"), 0U);
  EXPECT_EQ(size("&session=" + SessionId::from_bits({9}).text()), 0U);
  EXPECT_EQ(get(other_owner_, list).at("data").size(), 0U);
  const json first = get(owner_, "/v1/ledger/transfers?limit=1");
  EXPECT_EQ(first.at("has_more"), true);
  EXPECT_EQ(size("&starting_after=" + first.at("data").at(0).at("id").get<std::string>()), all - 1);

  const auto payout = [&](int status, std::int64_t minor) {
    return call(status, owner_, "POST", "/v1/payouts",
                {{"reference", "po_1"}, {"amount", {{"minor", minor}, {"currency", "EUR"}}}});
  };
  const json made = payout(201, 400);
  EXPECT_EQ(made.at("reference"), "po_1");
  EXPECT_EQ(payout(201, 400).at("id"), made.at("id"));
  EXPECT_EQ(payout(409, 300).at("code"), "duplicate");
  EXPECT_EQ(payout(400, 0).at("param"), "amount.minor");
  EXPECT_EQ(get(owner_, "/v1/payouts").at("data"), json::array({made}));
  EXPECT_EQ(books().at("bank"), 400);
  EXPECT_EQ(books().at("provider_clearing"), 100);

  const std::string payment = "/v1/payments/" + core::payment_id(session, 1).text();
  post(owner_, payment + "/refunds",
       {{"amount", {{"minor", 100}, {"currency", "EUR"}}}, {"reason", "=HYPERLINK(\"x\")"}});
  EXPECT_EQ(get(owner_, "/v1/refunds?state=pending").at("data").at(0).at("session"),
            session.text());
  EXPECT_EQ(get(owner_, "/v1/refunds?state=done").at("data").size(), 0U);
  EXPECT_EQ(get(other_owner_, "/v1/refunds").at("data").size(), 0U);
  const auto table = [&](const std::string& name) {
    return ask("GET", "/v1/exports/" + name, owner_);
  };
  const TestResponse refunds = table("refunds");
  EXPECT_THAT(refunds.head, HasSubstr("text/csv"));
  EXPECT_THAT(refunds.head, HasSubstr("attachment; filename=\"refunds.csv\""));
  EXPECT_THAT(refunds.body, HasSubstr("\"'=HYPERLINK(\"\"x\"\")\"\r\n"));
  EXPECT_THAT(table("receipts").body, HasSubstr(",water,Water,2,250,1900,420,80,500,EUR\r\n"));
  EXPECT_THAT(table("sessions").body, HasSubstr(session.text() + ",shopping,settled,"));
  EXPECT_THAT(table("payouts").body, HasSubstr(",po_1,400,EUR\r\n"));
  EXPECT_THAT(table("ledger").body, HasSubstr(",single,payout,bank,provider_clearing,400,EUR"));
  EXPECT_EQ(table("users").status, 404);
  EXPECT_THAT(ask("GET", "/v1/exports/sessions", other_owner_).body,
              Not(HasSubstr(session.text())));
  EXPECT_EQ(ask("GET", "/v1/payments?state=captured", owner_).status, 200);
}

}  // namespace
}  // namespace tally::routes::testing
