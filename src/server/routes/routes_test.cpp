#include "server/routes/routes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/routes/testing_routes.hpp"

namespace tally::routes::testing {
namespace {

using http::TestPeer;
using http::TestResponse;
using nlohmann::json;
using ::testing::HasSubstr;

class Routes : public RoutesTest {
 protected:
  json ok(std::string_view method, std::string_view target, std::string_view body = "",
          std::string_view headers = "") {
    const TestResponse response = ask(method, target, owner_, body, headers);
    EXPECT_THAT(response.status, ::testing::AllOf(::testing::Ge(200), ::testing::Le(204)))
        << method << " " << target << " " << response.body;
    return response.body.empty() ? json() : json::parse(response.body, nullptr, false);
  }
  std::string refused(std::string_view method, std::string_view target, std::string_view body = "",
                      std::string_view who = "?") {
    const TestResponse response = ask(method, target, who == "?" ? owner_ : who, body);
    const json problem = json::parse(response.body, nullptr, false);
    return fmt::format("{} {}", response.status,
                       problem.is_object() ? problem.value("code", "") : response.body);
  }

  std::string make_site() { return ok("POST", "/v1/sites", R"({"name": "Gym"})").at("id"); }
  std::string make_market() {
    return ok("POST", "/v1/markets",
              R"({"name": "DE", "currency": "EUR", "hold": {"minor": 2000, "currency": "EUR"}})")
        .at("id");
  }
  std::string make_product(std::string_view sku) {
    return ok("POST", "/v1/products", fmt::format(R"({{"name": "Water", "sku": "{}"}})", sku))
        .at("id");
  }
  std::string make_cabinet() {
    return ok("POST", "/v1/cabinets",
              fmt::format(R"({{"site": "{}", "market": "{}", "name": "Fridge"}})", make_site(),
                          make_market()))
        .at("id");
  }
  std::string make_layout() {
    return ok("POST", "/v1/camera_layouts", "skus: water", "Content-Type: application/toml\r\n")
        .at("sha256");
  }
};
TALLY_ON_BOTH_STORES(Routes);

TEST_P(Routes, SignPeopleInAndOut) {
  const auto wish = [&](std::string_view password) {
    return json{{"tenant", tenant_}, {"email", "owner@example.com"}, {"password", password}}.dump();
  };
  EXPECT_EQ(refused("POST", "/v1/sign_in/users", wish("wrong password"), ""), "401 password_wrong");
  const std::string right = wish(kPassword);
  const TestResponse response = ask("POST", "/v1/sign_in/users", "", right);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.head, HasSubstr("Set-Cookie: tally_console=tally_session_"));
  const json signed_in = json::parse(response.body);
  const std::string token = signed_in.at("token");
  EXPECT_EQ(signed_in.at("me").at("role"), "owner");
  const json me = json::parse(ask("GET", "/v1/me", token).body);
  EXPECT_EQ(me.at("email"), "owner@example.com");
  EXPECT_EQ(me.at("csrf_token"), signed_in.at("csrf_token"));
  // The page's way: a cookie, and the token of the page.
  const std::string cookie = fmt::format("Cookie: tally_console={}\r\n", token);
  EXPECT_EQ(ask("GET", "/v1/me", "", "", cookie).status, 200);
  EXPECT_EQ(ask("POST", "/v1/sign_out", "", "", cookie).status, 403);
  const std::string csrf =
      fmt::format("X-CSRF-Token: {}\r\n", signed_in.at("csrf_token").get<std::string>());
  EXPECT_EQ(ask("POST", "/v1/sign_out", "", "", cookie + csrf).status, 204);
  EXPECT_EQ(ask("GET", "/v1/me", token).status, 401);
}

TEST_P(Routes, SignShoppersInByCode) {
  const std::string who = fmt::format(R"("tenant": "{}", "email": "Sam@example.com")", tenant_);
  EXPECT_EQ(ask("POST", "/v1/sign_in/codes", "", "{" + who + "}").status, 202);
  ASSERT_EQ(codes_.size(), 1U);
  EXPECT_EQ(codes_[0].email, "sam@example.com");
  // There are two operators here.
  EXPECT_EQ(refused("POST", "/v1/sign_in/codes", R"({"email": "sam@example.com"})", ""),
            "400 parameter_missing");
  const std::string wrong = codes_[0].code == "000000" ? "111111" : "000000";
  EXPECT_EQ(refused("POST", "/v1/sign_in/shoppers",
                    fmt::format(R"({{{}, "code": "{}"}})", who, wrong), ""),
            "401 code_wrong");
  const TestResponse response = ask("POST", "/v1/sign_in/shoppers", "",
                                    fmt::format(R"({{{}, "code": "{}"}})", who, codes_[0].code));
  ASSERT_EQ(response.status, 200) << response.body;
  const std::string token = json::parse(response.body).at("token");
  EXPECT_EQ(json::parse(ask("GET", "/v1/me", token).body).at("role"), "shopper");
  EXPECT_EQ(ask("GET", "/v1/sites", token).status, 403);
  const TestResponse method =
      ask("POST", "/v1/payment_methods", token, R"({"provider_token": "pm_card_approve"})",
          "Idempotency-Key: m1\r\n");
  EXPECT_EQ(method.status, 201) << method.body;
  EXPECT_THAT(ask("GET", "/v1/payment_methods", token).body, HasSubstr("visa"));
}

TEST_P(Routes, KeepAShopperAndAPersonOfTheOperatorApartInOneBrowser) {
  const std::string person =
      json::parse(
          ask("POST", "/v1/sign_in/users", "",
              json{{"tenant", tenant_}, {"email", "owner@example.com"}, {"password", kPassword}}
                  .dump())
              .body)
          .at("token");
  json shopper = {{"tenant", tenant_}, {"email", "sam@example.com"}};
  EXPECT_EQ(ask("POST", "/v1/sign_in/codes", "", shopper.dump()).status, 202);
  shopper["code"] = codes_.back().code;
  const TestResponse signed_in = ask("POST", "/v1/sign_in/shoppers", "", shopper.dump());
  EXPECT_THAT(signed_in.head, HasSubstr("Set-Cookie: tally_wallet=tally_session_"));
  const std::string token = json::parse(signed_in.body).at("token");
  const auto headers = [](std::string_view cookies, std::string_view page) {
    return fmt::format("Cookie: {}\r\n", cookies) +
           (page.empty() ? "" : fmt::format("X-Tally-Page: {}\r\n", page));
  };
  const auto role = [&](std::string_view cookies, std::string_view page) -> std::string {
    const TestResponse me = ask("GET", "/v1/me", "", "", headers(cookies, page));
    if (me.status != 200) return std::to_string(me.status);
    return json::parse(me.body).at("role");
  };
  const std::string both = fmt::format("tally_wallet={}; tally_console={}", token, person);
  EXPECT_EQ(role(both, "wallet"), "shopper");
  EXPECT_EQ(role(both, "console"), "owner");
  EXPECT_EQ(ask("GET", "/v1/sites", "", "", headers(both, "")).status, 200);
  // One cookie of before, whoever it is of: it opens their page, and no other.
  const std::string old = "tally_session=" + person;
  EXPECT_EQ(role(old, "console"), "owner");
  EXPECT_EQ(role(old, "wallet"), "401");
  EXPECT_EQ(role(old + "; tally_wallet=" + token, "wallet"), "shopper");
  // The token of one page is not the other's, and leaving one leaves the other.
  const std::string csrf = fmt::format(
      "X-CSRF-Token: {}\r\n", json::parse(signed_in.body).at("csrf_token").get<std::string>());
  EXPECT_EQ(ask("POST", "/v1/sign_out", "", "", headers(both, "console") + csrf).status, 403);
  const TestResponse left = ask("POST", "/v1/sign_out", "", "", headers(both, "wallet") + csrf);
  EXPECT_EQ(left.status, 204);
  EXPECT_THAT(left.head, HasSubstr("Set-Cookie: tally_wallet=; Path=/"));
  EXPECT_EQ(role(both, "wallet"), "401");
  EXPECT_EQ(role(both, "console"), "owner");
}

TEST_P(Routes, MakeNoKeyForMoneyThatIsNotMovedHere) {
  const auto wish = [](const json& more) {
    json body = {{"name", "till"}, {"role", "viewer"}};
    body.update(more);
    return body.dump();
  };
  for (const bool live : {false, true}) {
    services_->live = live;
    EXPECT_EQ(refused("POST", "/v1/api_keys", wish({{"livemode", !live}})), "422 key_mode_wrong");
    for (const json& more : {json::object(), json{{"livemode", live}}}) {
      EXPECT_EQ(ok("POST", "/v1/api_keys", wish(more)).at("api_key").at("livemode"), live);
    }
  }
}

TEST_P(Routes, KeepPeopleAndKeys) {
  const json user = ok("POST", "/v1/users",
                       R"({"email": "rev@example.com", "name": "Rev", "role": "reviewer",
                           "password": "a long enough pass"})");
  const std::string path = "/v1/users/" + user.at("id").get<std::string>();
  EXPECT_EQ(refused("POST", "/v1/users",
                    R"({"email": "rev@example.com", "name": "Rev", "role": "reviewer",
                        "password": "a long enough pass"})"),
            "409 taken");
  EXPECT_EQ(refused("POST", "/v1/users",
                    R"({"email": "x@example.com", "name": "X", "role": "shopper",
                        "password": "a long enough pass"})"),
            "400 parameter_invalid");
  EXPECT_EQ(ok("PATCH", path, R"({"role": "viewer", "disabled": true})").at("role"), "viewer");
  EXPECT_EQ(refused("PATCH", path, "{}"), "400 parameter_missing");
  EXPECT_EQ(ok("GET", "/v1/users?limit=1").at("has_more"), true);
  EXPECT_EQ(refused("GET", "/v1/users?starting_after=" + std::string(101, '0'), ""),
            "400 parameter_invalid");
  const json made = ok("POST", "/v1/api_keys", R"({"name": "till", "role": "viewer"})");
  const std::string secret = made.at("secret");
  EXPECT_EQ(ask("GET", "/v1/tenant", secret).status, 200);
  EXPECT_EQ(ask("GET", "/v1/users", secret).status, 403);
  ok("DELETE", "/v1/api_keys/" + made.at("api_key").at("id").get<std::string>());
  EXPECT_EQ(ask("GET", "/v1/tenant", secret).status, 401);
  EXPECT_EQ(ok("PATCH", "/v1/tenant", R"({"name": "Better"})").at("name"), "Better");
}

TEST_P(Routes, KeepGoodsAndPrices) {
  const std::string product = make_product("water");
  EXPECT_EQ(refused("POST", "/v1/products", R"({"name": "Water", "sku": "water"})"),
            "409 duplicate");
  EXPECT_EQ(refused("POST", "/v1/products", R"({"name": "W", "sku": "w", "gtin": "123"})"),
            "422 value_invalid");
  EXPECT_EQ(refused("POST", "/v1/products", R"({"name": "W", "sku": "w", "colour": "red"})"),
            "400 parameter_unknown");
  EXPECT_EQ(ok("PATCH", "/v1/products/" + product, R"({"gtin": "4006381333931"})").at("gtin"),
            "04006381333931");
  const std::string market = make_market();
  const std::string price = fmt::format("/v1/markets/{}/prices/{}", market, product);
  ok("PUT", price, R"({"amount": {"minor": 250, "currency": "EUR"}, "tax_rate_bp": 1900})");
  EXPECT_EQ(refused("PUT", price,
                    R"({"amount": {"minor": 250, "currency": "USD"}, "tax_rate_bp": 1900})"),
            "422 value_invalid");
  EXPECT_EQ(ok("GET", "/v1/markets/" + market).at("prices").size(), 1U);
  ok("DELETE", price);
  EXPECT_EQ(refused("DELETE", price), "404 not_found");
}

TEST_P(Routes, KeepPhotos) {
  const std::string path = "/v1/products/" + make_product("water") + "/photos";
  const std::string png = "\x89PNG\r\n\x1a\n and so on";
  const std::string type = "Content-Type: image/png\r\n";
  const std::string sha256 = ok("POST", path, png, type).at("sha256");
  const TestResponse got = ask("GET", path + "/" + sha256, owner_);
  EXPECT_EQ(got.body, png);
  EXPECT_THAT(got.head, HasSubstr("image/png"));
  EXPECT_EQ(ask("POST", path, owner_, "no picture", type).status, 422);
  EXPECT_EQ(ask("POST", path, owner_, png, "Content-Type: text/plain\r\n").status, 415);
  ok("DELETE", path + "/" + sha256);
  EXPECT_EQ(ask("GET", path + "/" + sha256, owner_).status, 404);
}

TEST_P(Routes, SayWhyACabinetDoesNotOpen) {
  const std::string cabinet = make_cabinet();
  const json closed = ok("GET", "/v1/cabinets/" + cabinet);
  EXPECT_EQ(closed.at("opens"), false);
  EXPECT_EQ(closed.at("closed_reasons").at(0).at("code"), "no_planogram");
  EXPECT_EQ(ok("POST", "/v1/cabinets/" + cabinet + "/lock").at("health").at("locked_by_operator"),
            true);
  EXPECT_EQ(ok("POST", "/v1/cabinets/" + cabinet + "/clear").at("health").at("locked_by_operator"),
            false);
  EXPECT_EQ(refused("POST", "/v1/cabinets",
                    fmt::format(R"({{"site": "{}", "market": "{}", "name": "x"}})",
                                SiteId::from_bits({}).text(), make_market())),
            "422 unknown_reference");
  EXPECT_EQ(ok("POST", "/v1/cabinets/" + cabinet + "/provisioning_codes").at("cabinet"), cabinet);
  EXPECT_EQ(refused("GET", "/v1/cabinets/" + cabinet, "", other_owner_), "404 not_found");
}

TEST_P(Routes, TakePlanogramsFromDraftToPublished) {
  const std::string cabinet = make_cabinet();
  const std::string body = fmt::format(
      R"({{"camera_layout": "{}", "shelves": [{{"id": "a", "facings":
          [{{"id": "a1", "product": "{}", "capacity": 8, "par_level": 2}}]}}]}})",
      make_layout(), make_product("water"));
  const std::string list = "/v1/cabinets/" + cabinet + "/planograms";
  const json draft = ok("POST", list, body);
  EXPECT_EQ(draft.at("state"), "draft");
  const std::string path = "/v1/planograms/" + draft.at("id").get<std::string>();
  ok("PUT", path, body);
  EXPECT_EQ(ok("POST", path + "/publish").at("state"), "published");
  EXPECT_EQ(refused("PUT", path, body), "409 invalid_state");
  EXPECT_EQ(ok("POST", list, body).at("version"), 2);
  EXPECT_EQ(ok("GET", list).at("data").size(), 2U);
  EXPECT_EQ(ok("POST", path + "/withdraw").at("state"), "withdrawn");
}

TEST_P(Routes, TellWhatHappened) {
  make_site();
  const json page = ok("GET", "/v1/events?after=0&limit=1");
  EXPECT_EQ(page.at("data").at(0).at("type"), "site.changed");
  EXPECT_EQ(page.at("has_more"), false);
  TestPeer reader = peer();
  reader.send(http::request_text("GET", "/v1/events/stream?after=0",
                                 api::testing::headers_for(owner_, "")));
  EXPECT_THAT(reader.read_until("\r\n\r\n"), HasSubstr("200 OK"));
  const auto event = [&](std::string_view id) {
    return ::testing::AllOf(HasSubstr(id), HasSubstr("site.changed"));
  };
  EXPECT_THAT(reader.read_until("\n\n"), event("id: 1"));
  make_site();
  EXPECT_THAT(reader.read_until("\n\n"), event("id: 2"));
  reader.reset();
}

// Each look costs the store something: so all streams look together.
TEST_P(Routes, LookOnceForAllStreams) {
  constexpr std::size_t kPages = 12;
  make_site();
  std::vector<TestPeer> pages;
  for (std::size_t i = 0; i < kPages; ++i) {
    pages.push_back(peer());
    pages.back().send(http::request_text("GET", "/v1/events/stream?after=0",
                                         api::testing::headers_for(owner_, "")));
    EXPECT_THAT(pages.back().read_until("\r\n\r\n"), HasSubstr("200 OK"));
    EXPECT_THAT(pages.back().read_until("\n\n"), HasSubstr("id: 1"));
  }
  EXPECT_EQ(live_->size(), kPages);
  const std::uint64_t before = live_->looks();
  make_site();
  for (TestPeer& page : pages) EXPECT_THAT(page.read_until("\n\n"), HasSubstr("id: 2"));
  EXPECT_GT(live_->looks(), before);
  EXPECT_LT(live_->looks(), before + kPages / 2);
}

TEST_P(Routes, StreamsThatStandElsewhereHoldUpNoOther) {
  make_site();
  std::vector<std::shared_ptr<http::EventStream>> waiting;
  for (std::size_t i = 0; i < 2 * kPlacesAtATime + 1; ++i) {
    waiting.push_back(
        live_->open(*TenantId::parse(tenant_), 1'000 + static_cast<std::int64_t>(i), {}));
  }
  TestPeer page = peer();
  page.send(http::request_text("GET", "/v1/events/stream?after=0",
                               api::testing::headers_for(owner_, "")));
  EXPECT_THAT(page.read_until("\n\n"), HasSubstr("200 OK"));
  make_site();
  EXPECT_THAT(page.read_until("id: 2"), HasSubstr("id: 2"));
}

TEST_P(Routes, TellMetricsToWhoShowsTheirToken) {
  services_->metrics = [] { return std::string("tally_up 1\n"); };
  const auto status = [&](std::string_view token) { return ask("GET", "/metrics", token).status; };
  EXPECT_EQ(status(""), 200);
  services_->metrics_token = "";
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status(owner_), 401);
  services_->metrics_token = "for-prometheus";
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("for-prometheu"), 401);
  EXPECT_EQ(status(owner_), 401);
  const auto told = ask("GET", "/metrics", "for-prometheus");
  EXPECT_EQ(told.status, 200);
  EXPECT_THAT(told.body, HasSubstr("tally_up"));
}

TEST_P(Routes, KeepWebhookEndpoints) {
  EXPECT_EQ(refused("POST", "/v1/webhook_endpoints", R"({"url": "http://example.com"})"),
            "422 value_invalid");
  const json made = ok("POST", "/v1/webhook_endpoints", R"({"url": "https://example.com/h"})");
  const std::string path =
      "/v1/webhook_endpoints/" + made.at("webhook_endpoint").at("id").get<std::string>();
  EXPECT_EQ(made.at("webhook_endpoint").at("deliveries").at("waiting"), 0);
  EXPECT_EQ(ok("PATCH", path, R"({"disabled": true})").at("disabled"), true);
  EXPECT_NE(ok("POST", path + "/roll_secret").at("secret"), made.at("secret"));
  EXPECT_EQ(refused("GET", path, "", other_owner_), "404 not_found");
  ok("DELETE", path);
  EXPECT_EQ(ok("GET", "/v1/webhook_endpoints").at("data").size(), 0U);
}

}  // namespace
}  // namespace tally::routes::testing
