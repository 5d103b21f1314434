// What a console needs of the public API, on both stores.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

#include "server/core/models.hpp"
#include "server/core/photo_book.hpp"
#include "server/routes/testing_business.hpp"
#include "server/webhooks/deliveries.hpp"

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
  EXPECT_THAT(ids(eve, "/v1/sessions?shopper=" + sam), IsEmpty());  // It is their own that they ask.
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
    auto kept = platform::add_blob(desk.transaction(), *blobs_,
                                   {tenant(), session.text(), "boxes.json"},
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
  const json statistics = get(owner_, "/v1/statistics?time_zone=Europe/Berlin&step=hour&cabinet=" +
                                          cabinet_ + "&from=" +
                                          to_string(world_.now() - std::chrono::hours(5)));
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
    tell(*CabinetId::parse(cabinet_), commerce::FleetEvent(commerce::Heartbeat{
                                          world_.now(), 1, 4.0,
                                          raised ? std::vector<std::string>{"cam0: dark"}
                                                 : std::vector<std::string>{}}));
  };
  alert(true);
  pass(std::chrono::minutes(90));
  alert(false);
  const json statistics = get(owner_, "/v1/statistics?step=hour&from=" +
                                          to_string(world_.now() - std::chrono::hours(4)) + "&to=" +
                                          to_string(world_.now() + std::chrono::hours(1)));
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

TEST_P(Console, SaysWhatToBring) {
  set_up_shop();
  const auto products = [&](const std::string& only) {
    return get(owner_, "/v1/stock" + only).at("data").at(0).at("products");
  };
  const json one = products("").at(0);
  EXPECT_EQ(one.at("sku"), "water");
  EXPECT_EQ(one.at("bring"), 10);
  EXPECT_EQ(one.at("level").at("capacity"), 20);
  EXPECT_TRUE(products("?only=low").empty());
  pass(std::chrono::minutes(1));
  const json count = {{"product", product_}, {"counted", 0}};
  post(owner_, "/v1/cabinets/" + cabinet_ + "/counts", {{"counts", json::array({count})}});
  EXPECT_EQ(products("?only=out").at(0).at("missing"), 10);
  EXPECT_EQ(products("?only=bring&cabinet=" + cabinet_).at(0).at("bring"), 20);
  EXPECT_TRUE(get(owner_, "/v1/stock?site=" + SiteId::from_bits({7}).text()).at("data").empty());
  EXPECT_TRUE(get(other_owner_, "/v1/stock").at("data").empty());
}

TEST_P(Console, SetsUpACabinetWithoutCalibrations) {
  const json site = post(owner_, "/v1/sites", {{"name", "Gym"}, {"latitude", 52.5},
                                               {"longitude", 13.4}, {"time_zone", "Europe/Berlin"}});
  EXPECT_EQ(site.at("time_zone"), "Europe/Berlin");
  const std::string place = "/v1/sites/" + site.at("id").get<std::string>();
  EXPECT_EQ(patch(200, place, {{"latitude", nullptr}, {"longitude", nullptr}}).at("latitude"),
            nullptr);
  EXPECT_EQ(patch(422, place, {{"latitude", 1}}).at("code"), "value_invalid");
  EXPECT_EQ(patch(422, place, {{"time_zone", "Mars"}}).at("code"), "unknown_reference");
  const json market = post(
      owner_, "/v1/markets",
      {{"name", "DE"}, {"currency", "EUR"}, {"hold", {{"minor", 2000}, {"currency", "EUR"}}}});
  const json size = {{"width_mm", 66}, {"depth_mm", 66}, {"height_mm", 122}};
  const json water = post(owner_, "/v1/products",
                          {{"name", "Water still"}, {"sku", "water"}, {"size", size}});
  EXPECT_EQ(water.at("size"), size);
  const std::string cola = post(owner_, "/v1/products", {{"name", "Cola"}, {"sku", "c1"}}).at("id");
  EXPECT_THAT(ids(owner_, "/v1/products?q=WATER"), ElementsAre(water.at("id")));
  EXPECT_THAT(ids(owner_, "/v1/products?q=c1"), ElementsAre(cola));
  const std::string cabinet = post(
      owner_, "/v1/cabinets",
      {{"site", site.at("id")}, {"market", market.at("id")}, {"name", "Fridge"}}).at("id");
  EXPECT_THAT(ids(owner_, "/v1/cabinets?site=" + site.at("id").get<std::string>()),
              ElementsAre(cabinet));
  const auto shelves = [](const json& product) {
    const json facing = {{"id", "a1"}, {"product", product}, {"capacity", 8}, {"par_level", 2}};
    return json{{"shelves", json::array({{{"id", "a"}, {"facings", json::array({facing})}}})}};
  };
  const json draft =
      post(owner_, "/v1/cabinets/" + cabinet + "/planograms", shelves(water.at("id")));
  const auto layout = [&](const json& planogram) {
    return ask("GET",
               "/v1/camera_layouts/" + planogram.at("camera_layout").get<std::string>(), owner_)
        .body;
  };
  EXPECT_EQ(layout(draft), "skus: water");
  // The next is made of the one before.
  const json edited = call(200, owner_, "PUT",
                           "/v1/planograms/" + draft.at("id").get<std::string>(), shelves(cola));
  EXPECT_EQ(layout(edited), "skus: water+c1");
  EXPECT_EQ(call(422, owner_, "POST", "/v1/cabinets/" + cabinet + "/planograms",
                 shelves(ProductId::from_bits({}).text()))
                .at("code"),
            "unknown_reference");
}

TEST_P(Console, ShowsWhatAWalletAndAFleetShow) {
  set_up_shop();
  const json door = get("", "/v1/doors/" + door_token());
  EXPECT_EQ(door.at("sandbox"), true);
  EXPECT_EQ(door.at("offers").at(0).at("name"), "Water");
  EXPECT_EQ(door.at("offers").at(0).at("unit_price").at("minor"), 250);
  tell(*CabinetId::parse(cabinet_),
       commerce::FleetEvent(commerce::CabinetConnected{world_.now(), 2, "1.2.3", {"cam0"}}));
  const json cabinet = get(owner_, "/v1/cabinets").at("data").at(0);
  EXPECT_EQ(cabinet.at("health").at("software"), "1.2.3");
  EXPECT_EQ(cabinet.at("health").at("cameras"), json::array({"cam0"}));
  EXPECT_EQ(cabinet.at("session"), nullptr);
  EXPECT_EQ(cabinet.at("opens"), true);
  const json open = scan();
  EXPECT_EQ(get(owner_, "/v1/cabinets/" + cabinet_).at("session"), open.at("id"));
}

TEST_P(Console, SaysWhatPhotosAreGoodFor) {
  set_up_shop();
  const std::string path = "/v1/products/" + product_;
  const json photo = json::parse(ask("POST", path + "/photos", owner_, "\x89PNG\r\n\x1a\n one",
                                     "Content-Type: image/png\r\n")
                                     .body);
  const auto state = [&] { return get(owner_, path + "/enrolment").at("photos").at(0); };
  EXPECT_EQ(state().at("state"), "waiting");
  act([&](Desk& desk) -> Result<void> {
    const core::RunningModel model{.server = "one",
                                   .task = "embed",
                                   .name = "embedder",
                                   .sha256 = std::string(64, 'a'),
                                   .engine = "test",
                                   .since = desk.now(),
                                   .seen_at = desk.now()};
    return core::note_models(desk.transaction(), {model});
  });
  EXPECT_EQ(get(owner_, "/v1/models").at("data").at(0).at("task"), "embed");
  EXPECT_EQ(state().at("state"), "waiting");
  services_->look_alikes = [](const std::vector<ProductVectors>& all, const std::string& product) {
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.at(0).photos.at(0).vector, (std::vector<float>{0.6F, 0.8F}));
    return Result<std::vector<LookAlike>>({{product, 0.97, false}});
  };
  const auto look = [&](const core::PhotoVector& made) {
    act([&](Desk& desk) {
      return core::put_vector(desk.transaction(), photo.at("sha256").get<std::string>(),
                              std::string(64, 'a'), made);
    });
  };
  look({"", {0.6F, 0.8F}});
  EXPECT_EQ(state().at("state"), "enrolled");
  EXPECT_EQ(get(owner_, path + "/enrolment").at("look_alikes").at(0).at("sku"), "water");
  services_->look_alikes = {};
  look({"too small", {}});
  EXPECT_EQ(state().at("state"), "refused");
  EXPECT_EQ(state().at("problem"), "too small");
  call(404, other_owner_, "GET", path + "/enrolment");
}

TEST_P(Console, SendsEventsToAnEndpointAgain) {
  const json made =
      post(owner_, "/v1/webhook_endpoints", {{"url", "https://example.com/hook"}});
  const std::string id = made.at("webhook_endpoint").at("id");
  const std::string path = "/v1/webhook_endpoints/" + id;
  post(owner_, "/v1/sites", {{"name", "Gym"}});
  const auto endpoint = *webhooks::WebhookEndpointId::parse(id);
  const auto plan = [&](const std::function<Result<void>(platform::Transaction&)>& work) {
    const auto done = store_->write_and_wait(work);
    ASSERT_TRUE(done) << done.error().message;
  };
  plan([&](platform::Transaction& transaction) {
    return webhooks::plan_deliveries(transaction, {tenant(), endpoint}, world_.now());
  });
  const json waiting = get(owner_, path + "/deliveries").at("data").at(0);
  EXPECT_EQ(waiting.at("state"), "waiting");
  EXPECT_EQ(waiting.at("type"), "site.changed");
  plan([&](platform::Transaction& transaction) {
    return webhooks::delivered(
        transaction, {endpoint, waiting.at("sequence").get<std::int64_t>(), 0}, world_.now());
  });
  const json taken = get(owner_, path + "/deliveries?state=delivered").at("data").at(0);
  EXPECT_EQ(taken.at("event"), waiting.at("event"));
  EXPECT_EQ(taken.at("delivered_at"), to_string(world_.now()));
  const std::string again =
      path + "/deliveries/" + taken.at("event").get<std::string>() + "/resend";
  EXPECT_EQ(call(202, owner_, "POST", again).at("state"), "waiting");
  EXPECT_EQ(get(owner_, path + "/deliveries").at("data").size(), 1U);
  call(404, other_owner_, "POST", again);
  EXPECT_EQ(call(404, owner_, "POST",
                 path + "/deliveries/" + EventId::from_bits({5}).text() + "/resend")
                .at("code"),
            "not_found");
  patch(200, path, {{"disabled", true}});
  call(409, owner_, "POST", again);
}

}  // namespace
}  // namespace tally::routes::testing
