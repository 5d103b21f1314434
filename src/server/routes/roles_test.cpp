// The authorisation matrix (tests/api_roles.py) on a tenant that has one of everything, on both
// stores.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>

#include "base/digest.hpp"
#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

class Roles : public BusinessTest {
 protected:
  // The tenant's things, by what the matrix calls them. Of what a request uses up there are as many
  // as there are roles that may.
  json own_things();
  // What another tenant's bodies may name.
  json other_things(const std::string& shopper);

  std::string made(std::string_view what, const json& body, std::string_view within = "") {
    const json answer = call(201, owner_, "POST", fmt::format("/v1/{}", what), body);
    return (within.empty() ? answer : answer.at(std::string(within))).at("id");
  }
  std::string photo(const std::string& content) {
    return json::parse(ask("POST", "/v1/products/" + product_ + "/photos", owner_, content,
                           "Content-Type: image/jpeg\r\n")
                           .body)
        .at("sha256");
  }
  std::string receipt_of(const SessionId& session) {
    return get(sam_, path_of(session)).at("receipt");
  }
  std::string dispute() {
    const json line = {{"sku", "water"}, {"quantity", 0}};
    return post(sam_, "/v1/receipts/" + receipt_of(buy(1)) + "/disputes",
                {{"words", "I put it back"}, {"lines", json::array({line})}})
        .at("id");
  }
  std::string review() {
    see(shop(), 1, {DecisionKind::kReview, 0.5, {}, {"a hand hid it"}});
    return get(owner_, "/v1/reviews").at("data").at(0).at("id");
  }
  // Of a shopper whose card paid nothing.
  std::string debtor(json& things) {
    const std::string sam = std::exchange(sam_, sign_in("debtor@example.com"));
    const std::string method = std::exchange(method_, add_method(sam_));
    const SessionId session = shop();
    see(session, 1, sure());
    tell(core::payment_id(session, 1),
         commerce::PaymentEvent(payment_event::CaptureRefused{world_.now(), "expired"}));
    things["pay_debts.payment_method"] = std::exchange(method_, method);
    const json owes = get(owner_, "/v1/debts").at("data").at(0);
    things["write_off_debt.shopper"] = owes.at("shopper");
    things["write_off_debt.debt"] = owes.at("debts").at(0).at("key");
    return std::exchange(sam_, sam);
  }
  // Of a shopper who is at the bank's page.
  std::string asked_by_bank(json& things) {
    const std::string sam = std::exchange(sam_, sign_in("asked@example.com"));
    const std::string method = std::exchange(method_, add_method(sam_));
    const PaymentId payment =
        core::payment_id(*SessionId::parse(scan().at("id").get<std::string>()), 1);
    ask_bank(payment, 2000);
    things["complete_sandbox_action.payment"] = payment.text();
    method_ = method;
    return std::exchange(sam_, sam);
  }
  // What the pipeline keeps of a session that it has watched.
  void keep_evidence(const SessionId& session) {
    act([&](Desk& desk) -> Result<void> {
      const auto digest = blobs_->put(R"({"schema":"tally.boxes.v1","cameras":[]})");
      if (!digest) return std::unexpected(digest.error());
      for (const std::string name : {"boxes.json", "evidence/0001_cam0.mp4"}) {
        auto kept =
            platform::add_blob(desk.transaction(), *blobs_, {tenant(), session.text(), name},
                               platform::BlobKind::kEvidence, *digest, desk.now());
        if (!kept) return kept;
      }
      return {};
    });
  }
  std::string device_of(const std::string& cabinet) {
    const json code = post(owner_, "/v1/cabinets/" + cabinet + "/provisioning_codes");
    return call(200, "", "POST", "/v1/device/provision", {{"code", code.at("code")}}).at("key");
  }
};
TALLY_ON_BOTH_STORES(Roles);

json Roles::own_things() {
  services_->dispute_grants_max = 0;  // A human decides all of them.
  services_->begin_card = [](const payments::CardWish& wish) -> Result<payments::CardPage> {
    return payments::CardPage{"cs_" + wish.key, "https://checkout.stripe.com/c/pay/1", {}};
  };
  services_->look_at_card = [](const std::string&) -> Result<payments::CardFound> {
    return payments::CardFound{};
  };
  json things;
  things["CardSetupId"] = post(sam_, "/v1/card_setups").at("id");
  const SessionId sold = buy(3);
  upload(sold, {"x"});
  things["SessionId"] = sold.text();
  things["PaymentId"] = core::payment_id(sold, 1).text();
  things["ReceiptId"] = receipt_of(sold);
  things["put_segment.sha256"] = sha256_hex("x");
  things["DisputeId"] = {dispute(), dispute(), dispute()};
  things["withdraw_dispute.id"] = dispute();
  for (int i = 0; i < 3; ++i)
    review();  // The longest waiting ones are whoever's asks for the next.
  things["ReviewId"] = {review(), review(), review()};
  keep_evidence(sold);
  things["get_session_clip.clip"] = "0001_cam0.mp4";
  things["update_alert.id"] = get(owner_, "/v1/alerts").at("data").at(0).at("id");
  things["resend_webhook_delivery.event"] = EventId::from_bits({5}).text();  // There is none.
  things["revive_dead_work.id"] = dead_message("pay_revived");
  things["discard_dead_work.id"] = dead_message("pay_discarded");
  things["begin_session.payment_method"] = method_;
  things["PaymentMethodId"] = add_method(sam_, "pm_other");
  things["begin_session.door_token"] = things["DoorToken"] = door_token();
  const std::string second = made("products", {{"name", "Cola"}, {"sku", "cola"}});
  call(200, owner_, "PUT", fmt::format("/v1/markets/{}/prices/{}", market_, second),
       {{"amount", {{"minor", 250}, {"currency", "EUR"}}}, {"tax_rate_bp", 1900}});
  things["SiteId"] = site_;
  things["MarketId"] = market_;
  things["ProductId"] = product_;
  things["remove_price.product"] = {product_, second};
  things["get_product_photo.sha256"] = things["remove_product_photo.sha256"] = {
      photo("\xff\xd8\xff one"), photo("\xff\xd8\xff two")};
  things["get_camera_layout.sha256"] = things["camera_layout"] = layout_;
  things["sku"] = "water";
  things["UserId"] = made("users", {{"email", "viewer@example.com"},
                                    {"name", "Viewer"},
                                    {"role", "viewer"},
                                    {"password", "a long enough pass"}});
  things["ApiKeyId"] = made("api_keys", {{"name", "till"}, {"role", "viewer"}}, "api_key");
  things["WebhookEndpointId"] =
      made("webhook_endpoints", {{"url", "https://example.com/h"}}, "webhook_endpoint");
  for (int i = 0; i < 3; ++i) {
    add_cabinet();
    things["begin_restock.id"].push_back(cabinet_);
  }
  things["count_stock.id"] = things["begin_restock.id"];
  add_cabinet();
  things["declare_restock.id"] = post(owner_, "/v1/cabinets/" + cabinet_ + "/restocks").at("id");
  add_cabinet();
  things["CabinetId"] = cabinet_;
  things["PlanogramId"] = {draft_planogram(), draft_planogram()};
  return things;
}

json Roles::other_things(const std::string& shopper) {
  const std::string own = std::exchange(owner_, other_owner_);
  json things;
  things["SiteId"] = made("sites", {{"name", "Gym"}});
  things["MarketId"] =
      made("markets",
           {{"name", "DE"}, {"currency", "EUR"}, {"hold", {{"minor", 2000}, {"currency", "EUR"}}}});
  things["ProductId"] = made("products", {{"name", "Tea"}, {"sku", "tea"}});
  const std::string cabinet = made(
      "cabinets", {{"site", things["SiteId"]}, {"market", things["MarketId"]}, {"name", "Fridge"}});
  things["camera_layout"] = json::parse(ask("POST", "/v1/camera_layouts", owner_, "skus: tea",
                                            "Content-Type: application/toml\r\n")
                                            .body)
                                .at("sha256");
  things["PaymentMethodId"] = add_method(shopper);
  things["debt"] = "pay_another:debt";
  things["door_token"] =
      core::make_door_token(world_, *CabinetId::parse(cabinet), services_->door_keys.front());
  owner_ = own;
  return things;
}

TEST_P(Roles, FindNoHoleInTheAuthorisationMatrix) {
  auto own = tokens(true);
  const auto foreign = tokens(false);
  const json strangers = {{"shopper", own.at("shopper")}, {"device", own.at("device")}};
  set_up_shop();
  json extra;
  const std::string debtor = this->debtor(extra);
  const std::string asked = asked_by_bank(extra);
  fill_cabinet();  // The one before is being used.
  own["shopper"] = sam_;
  own["device"] = device_of(cabinet_);
  json things = own_things();
  things.update(extra);
  const json credentials{
      {"own", own},
      {"stranger", strangers},
      {"foreign", foreign},
      {"as",
       {{"pay_debts", {{"shopper", debtor}}}, {"complete_sandbox_action", {{"shopper", asked}}}}},
      {"ids", things},
      {"foreign_ids", other_things(foreign.at("shopper"))},
      {"uploads", {{"application/toml", "skus: beer"}, {"image/jpeg", "\u00ff\u00d8\u00ff"}}}};
  const auto file = folder_.path() / "credentials.json";
  std::ofstream(file) << credentials;
  ASSERT_FALSE(HasFailure());
  const std::string command =
      fmt::format("'{}/tests/api_roles.py' --url http://127.0.0.1:{} --credentials '{}' 2>&1",
                  TALLY_SOURCE_DIR, server_->port(), file.string());
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
}

TEST_P(Roles, TellACabinetWhatBecameOfItsOwnSessions) {
  set_up_shop();
  const std::string device = device_of(cabinet_);
  const std::string sold = "/v1/device/sessions/" + buy(2).text();
  const json seen = get(device, sold);
  EXPECT_EQ(seen.at("state"), "settled");
  EXPECT_EQ(seen.at("receipt"), json::parse(R"({"lines": [{"sku": "water", "quantity": 2}]})"));
  const std::string open = "/v1/device/sessions/" + shop().text();
  EXPECT_EQ(get(device, open).at("receipt"), nullptr);
  add_cabinet();
  call(404, device_of(cabinet_), "GET", sold);
  call(403, sam_, "GET", sold);
}

}  // namespace
}  // namespace tally::routes::testing
