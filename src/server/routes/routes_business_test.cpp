// Whole sessions through the public API, on both stores.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

#include "server/records/event_json.hpp"
#include "server/routes/testing_business.hpp"
#include "server/webhooks/signature.hpp"

namespace tally::routes::testing {
namespace {

using http::TestPeer;
using ::testing::HasSubstr;

class Business : public BusinessTest {};
TALLY_ON_BOTH_STORES(Business);

TEST_P(Business, RestocksWhatWasDeclaredAndAppliesThePlanogram) {
  set_up_shop();
  EXPECT_EQ(stock(), 10);
  const std::string again = restock(4);  // Nothing was left, says its count.
  EXPECT_EQ(stock(), 4);
  const json planograms = get(owner_, "/v1/cabinets/" + cabinet_ + "/planograms").at("data");
  EXPECT_EQ(planograms.at(0).at("state"), "applied");
  call(409, owner_, "POST", "/v1/restocks/" + again + "/lines", {{"lines", json::array()}});
  call(404, other_owner_, "POST", "/v1/cabinets/" + cabinet_ + "/restocks");
  const json line = {{"product", ProductId::from_bits({}).text()}, {"loaded", 1}};
  const std::string open = post(owner_, "/v1/cabinets/" + cabinet_ + "/restocks").at("id");
  call(422, owner_, "POST", "/v1/restocks/" + open + "/lines", {{"lines", json::array({line})}});
  EXPECT_EQ(books(), (std::map<std::string, std::int64_t>{}));
}

TEST_P(Business, SellsWhatTheCamerasSaw) {
  set_up_shop();
  EXPECT_EQ(get("", "/v1/doors/" + door_token()).at("opens"), true);
  const SessionId session = buy(2);
  const json settled = get(sam_, path_of(session));
  EXPECT_EQ(settled.at("state"), "settled");
  const std::string receipt = "/v1/receipts/" + settled.at("receipt").get<std::string>();
  EXPECT_EQ(get(sam_, receipt).at("total").at("gross").at("minor"), 500);
  call(200, owner_, "PATCH", "/v1/sites/" + site_, {{"time_zone", "Europe/Berlin"}});
  EXPECT_EQ(get(sam_, receipt).at("time_zone"), "Europe/Berlin");
  EXPECT_EQ(get(sam_, "/v1/receipts").at("data").at(0).at("time_zone"), "Europe/Berlin");
  const std::string payment = "/v1/payments/" + core::payment_id(session, 1).text();
  EXPECT_EQ(get(sam_, payment).at("captured").at("minor"), 500);
  EXPECT_EQ(get(sam_, payment).at("released").at("minor"), 1500);
  EXPECT_EQ(get(owner_, "/v1/payments").at("data").size(), 1U);
  EXPECT_EQ(get(owner_, path_of(session) + "/cart").at("schema"), "tally.cart.v1");
  EXPECT_EQ(stock(), 8);
  EXPECT_EQ(books(), (std::map<std::string, std::int64_t>{{"provider_clearing", 500},
                                                          {"sales_revenue", -420},
                                                          {"shopper_receivable", 0},
                                                          {"tax_payable", -80}}));
  expect_no_such(path_of(session));
  expect_no_such(receipt);
  expect_no_such(payment);
}

TEST_P(Business, RefundsWhatADisputeFindsAndNoMore) {
  set_up_shop();
  const SessionId session = buy(3);
  const std::string receipt =
      "/v1/receipts/" + get(sam_, path_of(session)).at("receipt").get<std::string>();
  const auto dispute = [&](int status, int quantity) {
    const json line = {{"sku", "water"}, {"quantity", quantity}};
    return call(status, sam_, "POST", receipt + "/disputes",
                {{"words", "I took fewer"}, {"lines", json::array({line})}});
  };
  const json granted = dispute(201, 2);  // A small sum.
  EXPECT_EQ(granted.at("state"), "granted");
  EXPECT_EQ(granted.at("by_policy"), true);
  EXPECT_EQ(granted.at("lines").at(0).at("unit_price").at("minor"), 250);
  EXPECT_EQ(get(sam_, receipt).at("version"), 2);
  EXPECT_EQ(stock(), 8);
  const PaymentId paid = core::payment_id(session, 1);
  const std::string payment = "/v1/payments/" + paid.text();
  const json refund = get(sam_, payment).at("refunds").at(0);
  EXPECT_EQ(refund.at("amount").at("minor"), 250);
  tell(paid, commerce::PaymentEvent(payment_event::RefundDone{
                 world_.now(), *RefundId::parse(refund.at("id").get<std::string>())}));
  EXPECT_EQ(books().at("provider_clearing"), 500);

  const std::string open = "/v1/disputes/" + dispute(201, 1).at("id").get<std::string>();
  EXPECT_EQ(get(sam_, open).at("state"), "open");  // The second one a human looks at.
  EXPECT_TRUE(is_held(session));                   // For whoever decides.
  expect_no_such(open);
  EXPECT_EQ(dispute(409, 0).at("code"), "invalid_state");
  const auto alert = [&] { return get(owner_, "/v1/alerts").at("data").at(0); };
  EXPECT_EQ(alert().at("kind"), "dispute_open");
  call(200, owner_, "PATCH", "/v1/sites/" + site_, {{"time_zone", "Europe/Madrid"}});
  EXPECT_EQ(get(owner_, "/v1/disputes").at("data").at(0).at("time_zone"), "Europe/Madrid");
  EXPECT_EQ(alert().at("state"), "raised");
  EXPECT_EQ(call(200, sam_, "POST", open + "/withdraw").at("state"), "withdrawn");
  EXPECT_FALSE(is_held(session));
  EXPECT_EQ(alert().at("state"), "cleared");
  const std::string last = "/v1/disputes/" + dispute(201, 1).at("id").get<std::string>();
  const json decision = {{"lines", json::array({{{"sku", "water"}, {"quantity", 2}}})}};
  call(403, sam_, "POST", last + "/decide", decision);
  EXPECT_EQ(call(200, owner_, "POST", last + "/decide", decision).at("state"), "refused");
  EXPECT_EQ(get(sam_, "/v1/disputes").at("data").size(), 3U);

  const auto give_back = [&](int status, std::int64_t minor) {
    return call(status, owner_, "POST", payment + "/refunds",
                {{"amount", {{"minor", minor}, {"currency", "EUR"}}}, {"reason", "It was warm"}});
  };
  EXPECT_EQ(give_back(201, 100).at("state"), "pending");
  EXPECT_EQ(give_back(422, 401).at("code"), "amount_invalid");
  EXPECT_EQ(give_back(201, 400).at("state"), "pending");
  books();
}

TEST_P(Business, LetsAReviewerDecide) {
  set_up_shop();
  const SessionId session = shop();
  see(session, 2, {DecisionKind::kReview, 0.5, {}, {"a hand hid it"}});
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "review");
  const json waiting = get(owner_, "/v1/reviews").at("data").at(0);
  EXPECT_EQ(waiting.at("suggested"), json::array({{{"sku", "water"}, {"quantity", 2}}}));
  const std::string review = "/v1/reviews/" + waiting.at("id").get<std::string>();
  EXPECT_EQ(call(200, owner_, "POST", review + "/claim").at("state"), "claimed");
  const json unknown = {{"lines", json::array({{{"sku", "beer"}, {"quantity", 1}}})}};
  EXPECT_EQ(call(422, owner_, "POST", review + "/decide", unknown).at("code"), "unknown_reference");
  EXPECT_EQ(call(200, owner_, "POST", review + "/unclaim").at("state"), "waiting");
  const json decision = {{"lines", json::array({{{"sku", "water"}, {"quantity", 1}}})}};
  EXPECT_EQ(call(409, owner_, "POST", review + "/decide", decision).at("code"), "invalid_state");
  call(200, owner_, "POST", review + "/claim");
  call(404, other_owner_, "POST", review + "/decide", decision);
  EXPECT_EQ(call(200, owner_, "POST", review + "/decide", decision).at("state"), "decided");
  call(409, owner_, "POST", review + "/decide", decision);
  EXPECT_EQ(get(sam_, path_of(session)).at("state"), "settled");
  EXPECT_EQ(stock(), 9);
  EXPECT_EQ(get(owner_, "/v1/payments/" + core::payment_id(session, 1).text()).at("state"),
            "capturing");
  books();
}

TEST_P(Business, LocksOutWhoOwesUntilItIsPaid) {
  set_up_shop();
  const SessionId session = shop();
  see(session, 2, sure());
  tell(core::payment_id(session, 1),
       commerce::PaymentEvent(payment_event::CaptureRefused{world_.now(), "expired"}));
  const json owes = get(sam_, "/v1/debts").at("data").at(0);
  EXPECT_EQ(owes.at("standing"), "locked_out");
  EXPECT_EQ(owes.at("owed").at(0).at("minor"), 500);
  EXPECT_EQ(scan(402).at("code"), "locked_out");
  EXPECT_EQ(books().at("debt_receivable"), 500);
  const json wish = {{"payment_method", method_}, {"currency", "EUR"}};
  const json first = post(sam_, "/v1/debts/payments", wish);
  EXPECT_EQ(first.at("purpose"), "debt");
  EXPECT_EQ(call(409, sam_, "POST", "/v1/debts/payments", wish).at("code"), "invalid_state");
  tell(*PaymentId::parse(first.at("id").get<std::string>()),
       commerce::PaymentEvent(payment_event::HoldDeclined{world_.now(), "no_funds"}));
  const PaymentId second =
      *PaymentId::parse(post(sam_, "/v1/debts/payments", wish).at("id").get<std::string>());
  place_hold(second, 500);
  EXPECT_EQ(get(sam_, "/v1/payments/" + second.text()).at("state"), "capturing");
  tell(second, commerce::PaymentEvent(payment_event::CaptureDone{world_.now(), euros(500)}));
  EXPECT_EQ(get(sam_, "/v1/debts").at("data").at(0).at("standing"), "clear");
  EXPECT_EQ(books().at("debt_receivable"), 0);
  EXPECT_EQ(call(409, sam_, "POST", "/v1/debts/payments", wish).at("code"), "invalid_state");
  EXPECT_EQ(get(sign_in("eve@example.com"), "/v1/debts").at("data").size(), 0U);
  scan();
}

TEST_P(Business, TellsNobodyTheTokenOfACard) {
  set_up_shop();
  const SessionId session = buy(1);
  const std::string payment = core::payment_id(session, 1).text();
  const auto stored = store_->read_and_wait([&](platform::Transaction& transaction) {
    return core::find_row<commerce::Payment>(transaction, tenant(), payment);
  });
  ASSERT_TRUE(stored && *stored);
  const std::string token = (*stored)->value.method;
  ASSERT_FALSE(token.empty());
  const json events = get(owner_, "/v1/events?limit=100&object=" + payment);
  ASSERT_GE(events.at("data").size(), 2U);
  EXPECT_EQ(events.dump().find(token), std::string::npos);
  const json history = get(owner_, path_of(session) + "/history");
  EXPECT_NE(history.dump().find(payment), std::string::npos);
  EXPECT_EQ(history.dump().find(token), std::string::npos);
  EXPECT_EQ(get(owner_, "/v1/payments/" + payment).dump().find(token), std::string::npos);
  // What a webhook sends is made of the same text.
  EXPECT_EQ(records::event_json(1, "evt", "payment.held", payment, 1, world_.now(),
                                records::to_text((*stored)->value), "")
                .find(token),
            std::string::npos);
}

TEST_P(Business, LetsInWhoseDebtIsGivenUp) {
  set_up_shop();
  const SessionId session = shop();
  see(session, 2, sure());
  const PaymentId unpaid = core::payment_id(session, 1);
  tell(unpaid, commerce::PaymentEvent(payment_event::CaptureRefused{world_.now(), "expired"}));
  const json owes = get(owner_, "/v1/debts").at("data").at(0);
  const std::string path = "/v1/debts/" + owes.at("shopper").get<std::string>() + "/write_off";
  const std::string debt = owes.at("debts").at(0).at("key");
  json wish = {{"debt", debt},
               {"amount", {{"minor", 501}, {"currency", "EUR"}}},
               {"reason", "The card was stolen"}};
  EXPECT_EQ(call(422, owner_, "POST", path, wish).at("code"), "amount_invalid");
  wish["amount"]["minor"] = 200;
  call(403, sam_, "POST", path, wish);
  call(404, other_owner_, "POST", path, wish);
  const json part = call(200, owner_, "POST", path, wish);
  EXPECT_EQ(part.at("standing"), "locked_out");
  EXPECT_EQ(part.at("debts").at(0).at("left").at("minor"), 300);
  EXPECT_EQ(books().at("debt_written_off"), 200);
  EXPECT_EQ(scan(402).at("code"), "locked_out");
  wish.erase("amount");
  EXPECT_EQ(call(200, owner_, "POST", path, wish).at("standing"), "clear");
  EXPECT_EQ(books().at("debt_written_off"), 500);
  EXPECT_EQ(books().at("debt_receivable"), 0);
  EXPECT_EQ(call(409, owner_, "POST", path, wish).at("code"), "invalid_state");
  wish["debt"] = "another";
  EXPECT_EQ(call(422, owner_, "POST", path, wish).at("code"), "unknown_reference");
  scan();

  std::vector<json> told;
  for (const json& event :
       get(owner_, "/v1/events?limit=100&object=" + owes.at("shopper").get<std::string>())
           .at("data")) {
    if (event.at("type") == "debts.written_off") told.push_back(event);
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.at(1).at("by"), get(owner_, "/v1/me").at("id"));
  EXPECT_EQ(told.at(1).at("data").at("reason"), "The card was stolen");
  EXPECT_EQ(told.at(1).at("data").at("amount").at("minor"), 300);
}

TEST_P(Business, BeginsAnewWhereADebtsPaymentWasLeftAtTheBanksPage) {
  set_up_shop();
  const SessionId session = shop();
  see(session, 2, sure());
  tell(core::payment_id(session, 1),
       commerce::PaymentEvent(payment_event::CaptureRefused{world_.now(), "expired"}));
  const json wish = {{"payment_method", method_}, {"currency", "EUR"}};
  const auto pay = [&] {
    return *PaymentId::parse(post(sam_, "/v1/debts/payments", wish).at("id").get<std::string>());
  };
  const auto state = [&](const PaymentId& payment) {
    return get(sam_, "/v1/payments/" + payment.text()).at("state");
  };
  const PaymentId left = pay();
  ask_bank(left, 500);
  EXPECT_EQ(state(left), "action_needed");
  const PaymentId anew = pay();
  EXPECT_NE(anew, left);
  EXPECT_EQ(state(left), "releasing");
  call(409, sam_, "POST", "/v1/debts/payments", wish);  // The new one is under way.
  // The shopper was there after all: what the bank allows goes back.
  place_hold(left, 500);
  EXPECT_EQ(state(left), "releasing");
  place_hold(anew, 500);
  tell(anew, commerce::PaymentEvent(payment_event::CaptureDone{world_.now(), euros(500)}));
  EXPECT_EQ(get(sam_, "/v1/debts").at("data").at(0).at("standing"), "clear");
  EXPECT_EQ(get(sam_, "/v1/payments/" + left.text()).at("captured").at("minor"), 0);
  EXPECT_EQ(books().at("debt_receivable"), 0);
}

TEST_P(Business, CorrectsStockByWhatWasCounted) {
  set_up_shop();
  const std::string cabinet = "/v1/cabinets/" + cabinet_;
  const auto count = [&](int counted) {
    pass(std::chrono::minutes(1));
    const json one = {{"product", product_}, {"counted", counted}};
    return post(owner_, cabinet + "/counts", {{"counts", json::array({one})}}).at("data").at(0);
  };
  EXPECT_EQ(count(1).at("low"), true);
  const auto alert = [&] { return get(owner_, "/v1/alerts").at("data").at(0); };
  EXPECT_EQ(alert().at("kind"), "stock_low");
  EXPECT_EQ(alert().at("cabinet"), cabinet_);
  EXPECT_EQ(count(7).at("predicted"), 7);
  EXPECT_EQ(alert().at("state"), "cleared");
  std::set<std::string> seen;
  std::string after;
  while (true) {
    const json page = get(owner_, cabinet + "/movements?limit=1" + after);
    for (const json& one : page.at("data")) seen.insert(one.at("id").get<std::string>());
    if (page.at("has_more") == false) break;
    after = "&starting_after=" + page.at("data").back().at("id").get<std::string>();
  }
  EXPECT_EQ(seen.size(), 4U);  // Counted and loaded by the restock; counted twice.
  EXPECT_EQ(ask("GET", cabinet + "/movements", other_owner_).status, 404);
  EXPECT_EQ(ask("GET", cabinet + "/stock", other_owner_).status, 404);
}

TEST_P(Business, JoinsACamerasSegments) {
  set_up_shop();
  const SessionId session = shop();
  upload(session, {"one", "two"});
  const json video = get(owner_, path_of(session) + "/videos").at("data").at(0);
  EXPECT_EQ(video, (json{{"camera", "cam0"}, {"bytes", 6}, {"start_ms", 40}, {"purged", false}}));
  const std::string path = path_of(session) + "/videos/cam0";
  for (int time = 0; time < 2; ++time) EXPECT_EQ(ask("GET", path, owner_).body, "onetwo");
  EXPECT_EQ(ask("GET", path, owner_, "", "Range: bytes=3-\r\n").status, 206);
  EXPECT_EQ(ask("GET", path_of(session) + "/videos/cam9", owner_).status, 404);
  EXPECT_EQ(ask("GET", path, other_owner_).status, 404);
  EXPECT_EQ(ask("GET", path, sam_).status, 403);
  pass(std::chrono::hours(73));
  act([&](Desk& desk) -> Result<void> {
    const auto purged = platform::purge_blobs(desk.transaction(), *blobs_, {}, desk.now());
    return purged ? Result<void>{} : std::unexpected(purged.error());
  });
  EXPECT_EQ(ask("GET", path, owner_).status, 410);
}

TEST_P(Business, ShowsASessionAsItChanges) {
  set_up_shop();
  const SessionId session = *SessionId::parse(scan().at("id").get<std::string>());
  TestPeer reader = peer();
  reader.send(
      http::request_text("GET", path_of(session) + "/stream", api::testing::headers_for(sam_, "")));
  EXPECT_THAT(reader.read_until("\"holding\""), HasSubstr("event: session"));
  place_hold(core::payment_id(session, 1), 2000);
  EXPECT_THAT(reader.read_until("\"unlocking\""), HasSubstr("unlocking"));
  reader.reset();
  expect_no_such(path_of(session) + "/stream");
}

TEST_P(Business, AsksTheSandboxesBank) {
  set_up_shop();
  method_ = add_method(sam_, "pm_card_authenticationRequired");
  const PaymentId payment =
      core::payment_id(*SessionId::parse(scan().at("id").get<std::string>()), 1);
  const std::string action = "/v1/sandbox/actions/" + payment.text();
  const json approve = {{"outcome", "approve"}};
  call(409, sam_, "POST", action, approve);
  ask_bank(payment, 2000);
  call(404, sign_in("eve@example.com"), "POST", action, approve);
  EXPECT_EQ(call(400, sam_, "POST", action, {{"outcome", "maybe"}}).at("param"), "outcome");
  EXPECT_EQ(call(200, sam_, "POST", action, approve).at("state"), "holding");
}

TEST_P(Business, LooksAgainWhereStripeSaysSo) {
  set_up_shop();
  const PaymentId payment =
      core::payment_id(*SessionId::parse(scan().at("id").get<std::string>()), 1);
  tell(payment, commerce::PaymentEvent(
                    payment_event::ActionNeeded{world_.now(), "https://bank.example", "pi_1"}));
  const auto state = [&] { return get(sam_, "/v1/payments/" + payment.text()).at("state"); };
  EXPECT_EQ(state(), "action_needed");
  const std::string notices = "/v1/providers/stripe/notices";
  const auto notice = [&](const std::string& of, const std::string& secret) {
    const json intent = {{"id", "pi_1"}, {"metadata", {{"tally_payment", of}}}};
    const std::string body =
        json({{"type", "payment_intent.amount_capturable_updated"}, {"data", {{"object", intent}}}})
            .dump();
    return ask("POST", notices, "", body,
               fmt::format("Stripe-Signature: {}\r\n",
                           webhooks::signature_of(secret, world_.now(), body)))
        .status;
  };
  EXPECT_EQ(notice(payment.text(), "whsec_1"), 404);  // There is no Stripe here.
  services_->stripe_webhook_secret = "whsec_1";
  EXPECT_EQ(notice(payment.text(), "whsec_2"), 401);
  EXPECT_EQ(call(401, "", "POST", notices, json::object()).at("status"), 401);
  EXPECT_EQ(notice(core::payment_id(SessionId::from_bits({9}), 1).text(), "whsec_1"), 204);
  EXPECT_EQ(notice("pay_of_another_program", "whsec_1"), 204);
  EXPECT_EQ(state(), "action_needed");
  EXPECT_EQ(notice(payment.text(), "whsec_1"), 204);
  EXPECT_EQ(state(), "holding");
}

TEST_P(Business, SaysHowTheServerIs) {
  EXPECT_EQ(get("", "/healthz").at("status"), "ok");
  EXPECT_EQ(get("", "/readyz").at("status"), "ready");
  ready_ = false;
  EXPECT_EQ(call(503, "", "GET", "/readyz").at("status"), "unready");
  const TestResponse metrics = ask("GET", "/metrics", "");
  EXPECT_THAT(metrics.head, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_EQ(metrics.body, "tally_up 1\n");
}

}  // namespace
}  // namespace tally::routes::testing
