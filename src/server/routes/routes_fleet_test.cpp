// What an operator of cabinets needs of the public API beside money and sessions, on both stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

#include "server/core/facts.hpp"
#include "server/core/models.hpp"
#include "server/core/photo_book.hpp"
#include "server/routes/testing_business.hpp"
#include "server/webhooks/deliveries.hpp"

namespace tally::routes::testing {
namespace {

using ::testing::ElementsAre;

class Fleet : public BusinessTest {
 protected:
  std::vector<std::string> ids(std::string_view who, const std::string& target) {
    std::vector<std::string> ids;
    const json page = get(who, target);
    for (const json& one : page.at("data")) ids.push_back(one.at("id"));
    return ids;
  }
  // Its row is none that can be read.
  void spoil(const std::string& kind, const std::string& id) {
    act([&](Desk& desk) -> Result<void> {
      const auto done = desk.transaction().execute(
          "UPDATE aggregates SET body = 'none' WHERE kind = $1 AND id = $2", kind, id);
      return done ? Result<void>{} : std::unexpected(done.error());
    });
  }
  json patch(int status, const std::string& target, const json& body) {
    return call(status, owner_, "PATCH", target, body);
  }
};
TALLY_ON_BOTH_STORES(Fleet);

TEST_P(Fleet, SaysWhatToBring) {
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

TEST_P(Fleet, SetsUpACabinetWithoutCalibrations) {
  const json site = post(
      owner_, "/v1/sites",
      {{"name", "Gym"}, {"latitude", 52.5}, {"longitude", 13.4}, {"time_zone", "Europe/Berlin"}});
  EXPECT_EQ(site.at("time_zone"), "Europe/Berlin");
  const std::string place = "/v1/sites/" + site.at("id").get<std::string>();
  EXPECT_EQ(patch(200, place, {{"latitude", nullptr}, {"longitude", nullptr}}).at("latitude"),
            nullptr);
  EXPECT_EQ(patch(422, place, {{"latitude", 1}}).at("code"), "value_invalid");
  EXPECT_EQ(patch(422, place, {{"time_zone", "Mars"}}).at("code"), "unknown_reference");
  const json market =
      post(owner_, "/v1/markets",
           {{"name", "DE"}, {"currency", "EUR"}, {"hold", {{"minor", 2000}, {"currency", "EUR"}}}});
  const json size = {{"width_mm", 66}, {"depth_mm", 66}, {"height_mm", 122}};
  const json water =
      post(owner_, "/v1/products", {{"name", "Water still"}, {"sku", "water"}, {"size", size}});
  EXPECT_EQ(water.at("size"), size);
  const std::string cola = post(owner_, "/v1/products", {{"name", "Cola"}, {"sku", "c1"}}).at("id");
  EXPECT_THAT(ids(owner_, "/v1/products?q=WATER"), ElementsAre(water.at("id")));
  EXPECT_THAT(ids(owner_, "/v1/products?q=c1"), ElementsAre(cola));
  call(400, owner_, "GET", "/v1/products?q=" + std::string(101, 'a'));
  const std::string cabinet =
      post(owner_, "/v1/cabinets",
           {{"site", site.at("id")}, {"market", market.at("id")}, {"name", "Fridge"}})
          .at("id");
  EXPECT_THAT(ids(owner_, "/v1/cabinets?site=" + site.at("id").get<std::string>()),
              ElementsAre(cabinet));
  const auto shelves = [](const json& product) {
    const json facing = {{"id", "a1"}, {"product", product}, {"capacity", 8}, {"par_level", 2}};
    return json{{"shelves", json::array({{{"id", "a"}, {"facings", json::array({facing})}}})}};
  };
  const json draft =
      post(owner_, "/v1/cabinets/" + cabinet + "/planograms", shelves(water.at("id")));
  const auto layout = [&](const json& planogram) {
    return ask("GET", "/v1/camera_layouts/" + planogram.at("camera_layout").get<std::string>(),
               owner_)
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

TEST_P(Fleet, ShowsWhatAWalletAndAFleetShow) {
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
  EXPECT_EQ(get("", "/v1/doors/" + door_token()).at("closed_codes"), json::array({"busy"}));
}

TEST_P(Fleet, SellsNothingWhereNoCameraWorks) {
  set_up_shop();
  const auto say = [&](std::int64_t working) {
    tell(*CabinetId::parse(cabinet_), commerce::FleetEvent(commerce::Heartbeat{
                                          world_.now(), 1, 4.0, {"cam0: no frames"}, working}));
  };
  const auto raised = [&] {
    int blind = 0;
    const json alerts = get(owner_, "/v1/alerts?state=raised").at("data");
    for (const json& alert : alerts) blind += alert.at("kind") == "cabinet_blind";
    return blind;
  };
  say(0);
  const json body = {{"door_token", door_token()}, {"payment_method", method_}};
  const json refused = call(409, sam_, "POST", "/v1/sessions", body);
  EXPECT_EQ(refused.at("code"), "cabinet_closed");
  EXPECT_THAT(refused.at("detail").get<std::string>(), ::testing::HasSubstr("cameras"));
  const json cabinet = get(owner_, "/v1/cabinets/" + cabinet_);
  EXPECT_EQ(cabinet.at("opens"), false);
  EXPECT_EQ(cabinet.at("health").at("cameras_working"), 0);
  EXPECT_EQ(raised(), 1);
  restock(4);
  say(1);
  EXPECT_EQ(raised(), 0);
  call(201, sam_, "POST", "/v1/sessions",
       {{"door_token", door_token()}, {"payment_method", method_}});
}

TEST_P(Fleet, GrantsDisputesByItsMarket) {
  set_up_shop();
  const std::string path = "/v1/markets/" + market_;
  const json before = get(owner_, path);
  EXPECT_EQ(before.at("dispute_grant_max").at("minor"), 300);  // Of a hold of 2000.
  const auto change = [&](const json& amount, int status = 200) {
    return call(status, owner_, "PATCH", path, {{"dispute_grant_max", amount}});
  };
  change({{"minor", 100}, {"currency", "JPY"}}, 422);
  change({{"minor", 249}, {"currency", "EUR"}});
  EXPECT_EQ(get(owner_, path).at("hold"), before.at("hold"));
  const auto dispute = [&] {
    const json line = {{"sku", "water"}, {"quantity", 0}};
    const std::string receipt = get(sam_, path_of(buy(1))).at("receipt");
    return post(sam_, "/v1/receipts/" + receipt + "/disputes",
                {{"words", "I took nothing"}, {"lines", json::array({line})}})
        .at("state");
  };
  EXPECT_EQ(dispute(), "open");
  change({{"minor", 250}, {"currency", "EUR"}});
  EXPECT_EQ(dispute(), "granted");
}

TEST_P(Fleet, NamesAllModelsThatACabinetsLastCartWasMadeWith) {
  set_up_shop();
  const std::string path = "/v1/cabinets/" + cabinet_;
  EXPECT_TRUE(get(owner_, path).at("model").is_null());
  buy(1);
  const json model = get(owner_, path).at("model");
  EXPECT_EQ(model.at("name"), "detector");
  EXPECT_EQ(model.at("models").size(), 2U);
  EXPECT_EQ(model.at("models").at(1).at("role"), "embed");
  EXPECT_EQ(get(owner_, "/v1/models").at("cabinets").at(0).at("model"), model);
  act([](Desk& desk) -> Result<void> {  // As an older program left it.
    const auto gone = desk.transaction().execute("DELETE FROM session_models");
    return gone ? Result<void>{} : std::unexpected(gone.error());
  });
  const json older = get(owner_, path).at("model").at("models");
  EXPECT_EQ(
      older,
      json::array({{{"role", "detect"}, {"name", "detector"}, {"sha256", std::string(64, 'a')}}}));
}

TEST_P(Fleet, ReviewsACostlyDoubtByItsMarket) {
  set_up_shop();
  const std::string path = "/v1/markets/" + market_;
  EXPECT_EQ(get(owner_, path).at("review_error_max").at("minor"), 50);  // Of a hold of 2000.
  const auto change = [&](const json& amount, int status = 200) {
    call(status, owner_, "PATCH", path, {{"review_level", 4}, {"review_error_max", amount}});
  };
  change({{"minor", 100}, {"currency", "JPY"}}, 422);
  change({{"minor", -1}, {"currency", "EUR"}}, 422);
  change({{"minor", 99}, {"currency", "EUR"}});
  Decision doubt{.kind = DecisionKind::kReview, .probability = 0.8, .reasons = {"in doubt"}};
  doubt.expected_error_minor = 100;
  const auto state = [&] {
    const SessionId session = shop();
    see(session, 1, doubt);
    return get(owner_, path_of(session)).at("state");
  };
  EXPECT_EQ(state(), "review");
  change({{"minor", 100}, {"currency", "EUR"}});
  EXPECT_EQ(state(), "settled");
}

// A cabinet's planograms and a shopper's disputes are found by an index. So what others have is not
// read, which shows where it can't be read.
TEST_P(Fleet, IsNotHeldUpByAnothersPlanogram) {
  set_up_shop();
  const json first = get(owner_, "/v1/cabinets/" + cabinet_ + "/planograms").at("data");
  fill_cabinet();
  spoil("planogram", first.at(0).at("id"));
  EXPECT_EQ(get("", "/v1/doors/" + door_token()).at("opens"), true);
  EXPECT_EQ(stock(), 10);
  buy(1);
  const std::string mine = "/v1/cabinets/" + cabinet_ + "/planograms";
  EXPECT_EQ(get(owner_, mine).at("data").size(), 1U);
  const std::string next = draft_planogram();
  EXPECT_EQ(call(200, owner_, "POST", "/v1/planograms/" + next + "/publish").at("version"), 2);
  restock(4);
  const json after = get(owner_, mine).at("data");
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after.at(0).at("id"), next);
  EXPECT_EQ(after.at(0).at("state"), "applied");
  EXPECT_EQ(after.at(1).at("state"), "replaced");
  EXPECT_THAT(ids(owner_, mine + "?limit=1&starting_after=" + next),
              ElementsAre(after.at(1).at("id")));
}

TEST_P(Fleet, FindsThePlanogramsOfAnOlderProgram) {
  set_up_shop();
  act([&](Desk& desk) -> Result<void> {
    const auto gone = desk.transaction().execute("DELETE FROM planogram_facts");
    if (!gone) return std::unexpected(gone.error());
    const auto filled = core::fill_facts(desk.transaction());
    return filled ? Result<void>{} : std::unexpected(filled.error());
  });
  EXPECT_EQ(get("", "/v1/doors/" + door_token()).at("opens"), true);
}

TEST_P(Fleet, IsNotHeldUpByAnothersDisputes) {
  set_up_shop();
  services_->dispute_grants_max = 2;
  const auto dispute = [&](const SessionId& session, int quantity) {
    const json line = {{"sku", "water"}, {"quantity", quantity}};
    const std::string receipt = get(sam_, path_of(session)).at("receipt");
    pass(std::chrono::seconds(1));
    return post(sam_, "/v1/receipts/" + receipt + "/disputes",
                {{"words", "I took fewer"}, {"lines", json::array({line})}});
  };
  const json of_sam = dispute(buy(2), 1);
  EXPECT_EQ(of_sam.at("state"), "granted");
  const std::string eve = sign_in("eve@example.com");
  const std::string sam = std::exchange(sam_, eve);
  method_ = add_method(eve);
  spoil("dispute", of_sam.at("id"));
  const SessionId session = buy(3);
  EXPECT_EQ(dispute(session, 2).at("state"), "granted");
  const json second = dispute(session, 1);
  EXPECT_EQ(second.at("state"), "granted");
  const json third = dispute(session, 0);  // Two were granted lately; a human looks.
  EXPECT_EQ(third.at("state"), "open");
  EXPECT_THAT(ids(eve, "/v1/disputes?limit=2"), ElementsAre(third.at("id"), second.at("id")));
  EXPECT_EQ(
      ids(eve, "/v1/disputes?limit=2&starting_after=" + second.at("id").get<std::string>()).size(),
      1U);
  EXPECT_THAT(ids(eve, "/v1/disputes?state=open"), ElementsAre(third.at("id")));
  EXPECT_EQ(ids(owner_, "/v1/disputes?state=open").size(), 1U);
  EXPECT_EQ(call(500, sam, "GET", "/v1/disputes").at("code"), "internal_error");
}

TEST_P(Fleet, SaysWhatPhotosAreGoodFor) {
  set_up_shop();
  const std::string path = "/v1/products/" + product_;
  const json photo = json::parse(
      ask("POST", path + "/photos", owner_, "\x89PNG\r\n\x1a\n one", "Content-Type: image/png\r\n")
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

TEST_P(Fleet, SendsEventsToAnEndpointAgain) {
  const json made = post(owner_, "/v1/webhook_endpoints", {{"url", "https://example.com/hook"}});
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
  EXPECT_EQ(
      call(404, owner_, "POST", path + "/deliveries/" + EventId::from_bits({5}).text() + "/resend")
          .at("code"),
      "not_found");
  patch(200, path, {{"disabled", true}});
  call(409, owner_, "POST", again);
}

}  // namespace
}  // namespace tally::routes::testing
