// For tests: a shop of one cabinet, one product and one shopper, behind the public API on both
// stores. What cabinets, cameras and the provider would say is said at the desk.
//
// The market asks for holds of EUR 20.00; a bottle of water is EUR 2.50, 19 % tax in it; ten are in
// the cabinet, fewer than two are too few.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "platform/blobs.hpp"
#include "platform/outbox.hpp"
#include "server/core/desk.hpp"
#include "server/core/doors.hpp"
#include "server/payments/sandbox.hpp"
#include "server/routes/testing_routes.hpp"

namespace tally::routes::testing {

using commerce::SessionEvent;
using core::Desk;
using http::TestResponse;
using nlohmann::json;
namespace payment_event = commerce::payment_event;

inline Money euros(std::int64_t minor) { return {minor, Currency::parse("EUR").value()}; }

class BusinessTest : public RoutesTest {
 protected:
  void add_routes(api::Api& api) override {
    RoutesTest::add_routes(api);
    const auto migrated =
        migrate(*connection_, "sandbox", payments::sandbox_migrations(), platform::testing::at(0));
    ASSERT_TRUE(migrated) << migrated.error().message;
    services_->sandbox = true;
    services_->dispute_grants_max = 1;
    services_->metrics = [] { return std::string("tally_up 1\n"); };
    services_->ready = [this] { return ready_.load(); };
  }

  // ---- Asking

  json call(int status, std::string_view who, std::string_view method, std::string_view target,
            const json& body = nullptr) {
    const std::string key = fmt::format("Idempotency-Key: k{}\r\n", ++keys_);
    const TestResponse response =
        ask(method, target, who, body.is_null() ? "" : body.dump(), method == "GET" ? "" : key);
    EXPECT_EQ(response.status, status) << method << " " << target << " " << response.body;
    return json::parse(response.body, nullptr, false);
  }
  json post(std::string_view who, std::string_view target, const json& body = nullptr) {
    return call(201, who, "POST", target, body);
  }
  json get(std::string_view who, const std::string& target) {
    return call(200, who, "GET", target);
  }

  // ---- What happens outside

  template <typename Work>
  void act(Work work) {
    core::Hints hints;
    const auto done =
        store_->write_and_wait([&](platform::Transaction& transaction) -> Result<void> {
          Desk desk(transaction, world_);
          if (auto worked = work(desk); !worked) return worked;
          if (auto finished = desk.finish(); !finished) return finished;
          hints = desk.hints();
          return {};
        });
    ASSERT_TRUE(done) << done.error().message;
    board_.poke(hints);
  }
  template <typename SomeId, typename Event>
  void tell(const SomeId& id, const Event& event) {
    act([&](Desk& desk) { return desk.tell(tenant(), id, event); });
  }
  void pass(Duration duration) { world_.set(world_.now() + duration); }
  [[nodiscard]] TenantId tenant() const { return *TenantId::parse(tenant_); }

  void open_and_close(const SessionId& session) {
    tell(session, SessionEvent(commerce::DoorOpened{world_.now()}));
    pass(std::chrono::seconds(5));
    tell(session, SessionEvent(commerce::DoorClosed{world_.now()}));
    pass(std::chrono::seconds(2));
    tell(session, SessionEvent(commerce::Tick{world_.now()}));
  }

  void place_hold(const PaymentId& payment, std::int64_t minor) {
    tell(payment, commerce::PaymentEvent(payment_event::HoldPlaced{
                      world_.now(), euros(minor), world_.now() + std::chrono::days(7), "ref"}));
  }

  void see(const SessionId& session, int quantity, Decision decision) {
    Cart cart;
    cart.events = {{0, EventKind::kTake, "water", quantity, 0.99, {"cam0"}, "clip.mp4"}};
    cart.lines = {{"water", quantity, 0.99, {0}}};
    cart.decision = decision;
    cart.inputs.models = {{"detect", "detector", std::string(64, 'a')},
                          {"embed", "embedder", std::string(64, 'b')}};
    const auto clip = blobs_->put("a clip");
    ASSERT_TRUE(clip);
    const auto digest = blobs_->put(R"({"schema": "tally.cart.v1"})");
    ASSERT_TRUE(digest);
    act([&](Desk& desk) {
      auto kept =
          platform::add_blob(desk.transaction(), *blobs_, {tenant(), session.text(), "cart.json"},
                             platform::BlobKind::kEvidence, *digest, desk.now());
      if (kept) {
        kept =
            platform::add_blob(desk.transaction(), *blobs_, {tenant(), session.text(), "clip.mp4"},
                               platform::BlobKind::kEvidence, *clip, desk.now());
      }
      return kept ? desk.tell_cart(tenant(), session, cart, *digest) : kept;
    });
  }

  // A message that failed as often as it may; its id.
  std::string dead_message(const std::string& key) {
    const auto id = world_.new_id<platform::MessageId>();
    act([&](Desk& desk) -> Result<void> {
      const platform::NewMessage message{.id = id,
                                         .tenant = tenant(),
                                         .key = key,
                                         .topic = key,
                                         .body = "{}",
                                         .due = desk.now(),
                                         .tries_max = 1};
      if (auto put = put_message(desk.transaction(), message, desk.now()); !put) return put;
      const auto claimed = claim_messages(desk.transaction(), {.topic = key}, desk.now());
      if (!claimed) return std::unexpected(claimed.error());
      const auto failed =
          failed_message(desk.transaction(), claimed->at(0).lease,
                         {.error = "it is down", .backoff = {}, .random = 0}, desk.now());
      return failed ? Result<void>{} : std::unexpected(failed.error());
    });
    return id.text();
  }

  // Parts of one camera's video, as an upload keeps them.
  void upload(const SessionId& session, const std::vector<std::string>& segments) {
    act([&](Desk& desk) -> Result<void> {
      auto footage = commerce::begin_footage({{"cam0", 40}});
      if (!footage) return std::unexpected(footage.error());
      desk.add(tenant(), session.text(), *std::move(footage));
      for (int number = 0; number < std::ssize(segments); ++number) {
        const std::string& content = segments[static_cast<std::size_t>(number)];
        const auto digest = blobs_->put(content);
        if (!digest) return std::unexpected(digest.error());
        auto kept =
            platform::add_blob(desk.transaction(), *blobs_,
                               {tenant(), session.text(), fmt::format("cam0/{:04}", number)},
                               platform::BlobKind::kRawVideo, *digest, desk.now());
        if (kept) {
          kept = desk.tell(tenant(), session,
                           commerce::FootageEvent(commerce::SegmentStored{
                               "cam0", number, {*digest, std::ssize(content)}}));
        }
        if (!kept) return kept;
      }
      return {};
    });
  }
  // The shopper's bank wants to be asked first, as the sandbox plays it.
  void ask_bank(const PaymentId& payment, std::int64_t minor) {
    payments::Sandbox sandbox(*store_, world_, {"https://tally.example"});
    payments::ProviderRequest request{.payment = payment,
                                      .refund = {},
                                      .key = payment.text() + ":hold",
                                      .amount = euros(minor),
                                      .method = "pm_card_authenticationRequired",
                                      .reference = {},
                                      .description = {}};
    std::promise<commerce::PaymentEvent> answer;
    sandbox.ask(request, [&](commerce::PaymentEvent event) { answer.set_value(std::move(event)); });
    tell(payment, answer.get_future().get());
  }

  // ---- A shop

  std::string sign_in(const std::string& email) {
    const json who = {{"tenant", tenant_}, {"email", email}};
    EXPECT_EQ(ask("POST", "/v1/sign_in/codes", "", who.dump()).status, 202);
    json with_code = who;
    with_code["code"] = codes_.back().code;
    return json::parse(ask("POST", "/v1/sign_in/shoppers", "", with_code.dump()).body).at("token");
  }

  void set_up_shop() {
    site_ = post(owner_, "/v1/sites", {{"name", "Gym"}}).at("id");
    market_ =
        post(
            owner_, "/v1/markets",
            {{"name", "DE"}, {"currency", "EUR"}, {"hold", {{"minor", 2000}, {"currency", "EUR"}}}})
            .at("id");
    product_ = post(owner_, "/v1/products", {{"name", "Water"}, {"sku", "water"}}).at("id");
    call(200, owner_, "PUT", fmt::format("/v1/markets/{}/prices/{}", market_, product_),
         {{"amount", {{"minor", 250}, {"currency", "EUR"}}}, {"tax_rate_bp", 1900}});
    layout_ = json::parse(ask("POST", "/v1/camera_layouts", owner_, "skus: water",
                              "Content-Type: application/toml\r\n")
                              .body)
                  .at("sha256");
    fill_cabinet();
    sam_ = sign_in("sam@example.com");
    method_ = add_method(sam_);
  }

  // Another one, with ten bottles in it; cabinet_ from here on.
  void fill_cabinet() {
    add_cabinet();
    call(200, owner_, "POST", "/v1/planograms/" + draft_planogram() + "/publish");
    restock(10);
  }
  // Connected and empty, without a planogram; cabinet_ from here on.
  void add_cabinet() {
    cabinet_ =
        post(owner_, "/v1/cabinets", {{"site", site_}, {"market", market_}, {"name", "Fridge"}})
            .at("id");
    tell(*CabinetId::parse(cabinet_),
         commerce::FleetEvent(commerce::CabinetConnected{world_.now(), 1}));
    pass(std::chrono::seconds(1));
  }
  std::string draft_planogram() {
    const json facing = {{"id", "a1"}, {"product", product_}, {"capacity", 20}, {"par_level", 2}};
    return post(owner_, "/v1/cabinets/" + cabinet_ + "/planograms",
                {{"camera_layout", layout_},
                 {"shelves", json::array({{{"id", "a"}, {"facings", json::array({facing})}}})}})
        .at("id");
  }
  std::string add_method(const std::string& shopper, const std::string& token = "pm_card") {
    return post(shopper, "/v1/payment_methods", {{"provider_token", token}}).at("id");
  }

  std::string restock(int loaded) {
    const json session = post(owner_, "/v1/cabinets/" + cabinet_ + "/restocks");
    EXPECT_EQ(session.at("kind"), "restock");
    const std::string id = session.at("id");
    const json line = {{"product", product_}, {"counted", 0}, {"loaded", loaded}};
    const json told = call(200, owner_, "POST", "/v1/restocks/" + id + "/lines",
                           {{"lines", json::array({line})}});
    EXPECT_EQ(told.at("lines").at(0).at("loaded"), loaded);
    open_and_close(*SessionId::parse(id));
    EXPECT_EQ(get(owner_, "/v1/sessions/" + id).at("end"), "restocked");
    return id;
  }

  std::string door_token() {
    return core::make_door_token(world_, *CabinetId::parse(cabinet_), services_->door_keys.front());
  }
  json scan(int status = 201) {
    return call(status, sam_, "POST", "/v1/sessions",
                {{"door_token", door_token()}, {"payment_method", method_}});
  }
  // Until the door is closed for good.
  SessionId shop() {
    const SessionId session = *SessionId::parse(scan().at("id").get<std::string>());
    place_hold(core::payment_id(session, 1), 2000);
    EXPECT_EQ(get(sam_, "/v1/sessions/" + session.text()).at("state"), "unlocking");
    open_and_close(session);
    return session;
  }
  // With `quantity` bottles of water on the receipt, and paid.
  SessionId buy(int quantity) {
    const SessionId session = shop();
    see(session, quantity, sure());
    tell(core::payment_id(session, 1),
         commerce::PaymentEvent(payment_event::CaptureDone{world_.now(), euros(quantity * 250)}));
    return session;
  }
  static Decision sure() { return {DecisionKind::kCharge, 0.99, {}, {}}; }
  static std::string path_of(const SessionId& session) { return "/v1/sessions/" + session.text(); }

  std::int64_t stock() {
    const json levels = get(owner_, "/v1/cabinets/" + cabinet_ + "/stock").at("data");
    EXPECT_EQ(levels.size(), 1U);
    return levels.at(0).at("predicted");
  }
  // Debits less credits, by account. The books balance whenever somebody looks.
  std::map<std::string, std::int64_t> books() {
    const json balances = get(owner_, "/v1/ledger/balances");
    EXPECT_EQ(balances.at("balanced"), true);
    std::map<std::string, std::int64_t> net;
    for (const json& one : balances.at("data")) {
      net[one.at("account")] =
          one.at("debits_minor").get<std::int64_t>() - one.at("credits_minor").get<std::int64_t>();
    }
    return net;
  }
  // Whether what was seen of it is kept beyond its time.
  bool is_held(const SessionId& session) {
    const auto blob = store_->read_and_wait([&](platform::Transaction& transaction) {
      return platform::find_blob(transaction, {tenant(), session.text(), "cart.json"});
    });
    return blob && *blob && (*blob)->held_until.has_value();
  }
  void expect_no_such(const std::string& target) {
    for (const std::string& who : {sign_in("eve@example.com"), other_owner_}) {
      EXPECT_EQ(ask("GET", target, who).status, 404) << target;
    }
  }

  std::string site_;
  std::string market_;
  std::string product_;
  std::string layout_;
  std::string cabinet_;
  std::string sam_;
  std::string method_;
  std::atomic<bool> ready_ = true;
  int keys_ = 0;
};

}  // namespace tally::routes::testing
