#include "server/api/api.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <fstream>

#include "platform/aggregates.hpp"
#include "server/api/testing_api.hpp"

namespace tally::api::testing {
namespace {

using http::TestPeer;
using http::TestResponse;
using ::testing::HasSubstr;
using ::testing::Not;

// A few operations with routes of the test's own: sites are rows with a name.
class Framework : public ApiTest {
 protected:
  void add_routes(Api& api) override {
    api.add({.operation = "create_site", .run = [this](ApiCall& call) { return create(call); }});
    api.add({.operation = "begin_session", .run = [this](ApiCall& call) { return create(call); }});
    api.add({.operation = "get_site", .run = [](ApiCall& call) { return get(call); }});
    api.add({.operation = "sign_in_user",
             .run = [](ApiCall&) -> Result<ApiAnswer> { return no_content(); }});
    api.add({.operation = "update_site",
             .run = [](ApiCall& call) -> Result<ApiAnswer> {
               return answer(200, {{"carried", std::any_cast<std::string>(call.carried)}});
             },
             .look = [](ApiCall& call) -> Result<void> {
               const auto one = call.transaction().query_one<std::int64_t>("SELECT 1");
               call.carried = std::string(one ? "looked" : "failed");
               return {};
             },
             .slow = [](ApiCall& call) -> Result<void> {
               call.carried = std::any_cast<std::string>(call.carried) + ", slowly";
               return {};
             }});
    api.add({.operation = "add_product_photo",
             .run = [](ApiCall& call) -> Result<ApiAnswer> {
               const auto& sink = static_cast<http::FileSink&>(*call.request.upload);
               return answer(201, {{"bytes", sink.bytes()}});
             },
             .open_upload = [this](ApiCall& call) -> Result<http::AcceptUpload> {
               const auto id = call.path_id<ProductId>("id");
               if (!id) return std::unexpected(id.error());
               auto sink = http::FileSink::create(folder_.path() / id->text());
               if (!sink) return std::unexpected(sink.error());
               return http::AcceptUpload{*sink, 100};
             }});
    api.add({.operation = "open_device_link",
             .admit_websocket = [](ApiCall& call) -> Result<void> {
               if (call.principal().role == identity::Role::kDevice) return {};
               return fail(ApiError::kForbidden, "only cabinets");
             },
             .on_websocket =
                 [](const identity::Principal& principal, const http::Request&,
                    std::shared_ptr<http::WebSocket> socket) {
                   socket->send(principal.id);
                   return http::WebSocketEvents{};
                 }});
    api.add({.operation = "get_metrics",
             .direct = [](const std::shared_ptr<ApiCall>&, http::Reply reply) {
               reply({200, {}, std::string("up 1\n")});
             }});
    api.add({.operation = "change_password", .run = [this](ApiCall& call) -> Result<ApiAnswer> {
               if (auto made = create(call); !made) return made;
               return refused({code_of(ApiError::kForbidden), "counted"});
             }});
  }

  Result<ApiAnswer> create(ApiCall& call) {
    const auto name = call.body().value("name", std::string());
    if (name == "taken") return fail(ApiError::kConflict, "the name is taken");
    if (name.empty()) return fail(ApiError::kParameterMissing, "body: name: is missing");
    const auto id = call.world.new_id<SiteId>();
    const auto made = platform::insert_aggregate(
        call.transaction(), {call.tenant(), "site", id.text(), 0, "", name, {}, {}}, call.now);
    if (!made) return std::unexpected(made.error());
    call.after_commit([this] { ++hints_; });
    if (name == "late") return fail(ApiError::kPaymentRequired, "after it was written");
    return answer(201, {{"id", id.text()}, {"name", name}});
  }

  static Result<ApiAnswer> get(ApiCall& call) {
    const auto id = call.path_id<SiteId>("id");
    if (!id) return std::unexpected(id.error());
    const auto found =
        platform::find_aggregate(call.transaction(), call.tenant(), "site", id->text());
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(ApiError::kNotFound, "there is no such site");
    return answer(200, {{"name", (*found)->body}});
  }

  std::int64_t rows(std::string_view name) {
    const auto count = store_->read_and_wait([&](platform::Transaction& transaction) {
      return transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM aggregates WHERE body = $1",
                                                 name);
    });
    return count ? std::get<0>(count->value()) : -1;
  }

  static std::string key(std::string_view text) {
    return fmt::format("Idempotency-Key: {}\r\n", text);
  }

  std::atomic<int> hints_ = 0;
};
TALLY_ON_BOTH_STORES(Framework);

TEST_P(Framework, RunsRoutesInTransactionsOfWhoAsks) {
  const TestResponse made = ask("POST", "/v1/sites", "a.operator", R"({"name": "Gym"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(hints_, 1);
  const std::string id = nlohmann::json::parse(made.body).at("id");
  EXPECT_EQ(ask("GET", "/v1/sites/" + id, "a.viewer").body, R"({"name":"Gym"})");
  EXPECT_EQ(ask("GET", "/v1/sites/" + id, "b.viewer").status, 404);
  EXPECT_EQ(ask("GET", "/v1/sites/none", "a.viewer").status, 404);
}

TEST_P(Framework, LetsInOnlyWhoMay) {
  EXPECT_EQ(ask("POST", "/v1/sites", "", R"({"name": "Gym"})").status, 401);
  EXPECT_EQ(ask("POST", "/v1/sites", "a.nonsense", R"({"name": "Gym"})").status, 401);
  EXPECT_EQ(ask("POST", "/v1/sites", "a.viewer", R"({"name": "Gym"})").status, 403);
  EXPECT_EQ(ask("POST", "/v1/sites", "a.shopper", R"({"name": "Gym"})").status, 403);
  EXPECT_EQ(ask("POST", "/v1/sites", "a.owner", R"({"name": "Gym"})").status, 201);
  const std::string cookie = "Cookie: tally_console=a.owner\r\n";
  EXPECT_EQ(ask("POST", "/v1/sites", "", R"({"name": "Gym"})", cookie).status, 403);
  EXPECT_EQ(ask("POST", "/v1/sites", "", R"({"name": "Gym"})",
                cookie + fmt::format("X-CSRF-Token: {}\r\n", csrf_token("a.owner")))
                .status,
            201);
}

TEST_P(Framework, RefusesBeforeTheBodyIsSent) {
  TestPeer connection = peer();
  connection.send(
      "POST /v1/sites HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_response().status, 401);
}

TEST_P(Framework, AnswersWhatIsNoRouteAndWhatIsNoBody) {
  EXPECT_EQ(ask("GET", "/v1/coffee", "a.owner").status, 404);
  const TestResponse wrong = ask("DELETE", "/v1/sites", "a.owner");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.head, HasSubstr("Allow: "));
  const auto code = [&](std::string_view body, std::string_view more = "") {
    const TestResponse response = ask("POST", "/v1/sites", "a.owner", body, more);
    return fmt::format("{} {}", response.status,
                       nlohmann::json::parse(response.body).value("code", ""));
  };
  EXPECT_EQ(code("{"), "400 body_invalid");
  EXPECT_EQ(code("[]"), "400 body_invalid");
  EXPECT_EQ(code(R"({"name": "a", "name": "b"})"), "400 body_invalid");
  EXPECT_EQ(code("{\"name\": \"\xff\"}"), "400 body_invalid");
  EXPECT_EQ(code(std::string(100, '[')), "400 body_invalid");
  EXPECT_EQ(code(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}"),
            "400 body_invalid");
  EXPECT_EQ(code("{}"), "400 parameter_missing");
  EXPECT_EQ(code("{}", "Content-Type: text/plain\r\n"), "415 media_type_unsupported");
  EXPECT_EQ(code(std::string(kJsonBodyBytesMax + 1, ' ')), "413 body_too_large");
  EXPECT_EQ(ask("POST", "/v1/sites?name=b", "a.owner", "{}").status, 400);
  EXPECT_EQ(ask("POST", "/v1/sites", "a.owner").status, 400);
}

TEST_P(Framework, SaysInHeadersWhatBrowsersMayNotDo) {
  for (const TestResponse& response : {ask("GET", "/v1/coffee", ""), ask("GET", "/metrics", "")}) {
    EXPECT_THAT(response.head, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(response.head, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_THAT(response.head, HasSubstr("Request-Id: req_"));
    EXPECT_THAT(response.head, Not(HasSubstr("Access-Control")));
  }
}

TEST_P(Framework, CountsTriesToSignIn) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("POST", "/v1/sign_in/users", "", "{}").status, 204);
  const TestResponse refused = ask("POST", "/v1/sign_in/users", "", "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After"));
  world_.set(world_.now() + std::chrono::seconds(1));
  EXPECT_EQ(ask("POST", "/v1/sign_in/users", "", "{}").status, 204);
}

TEST_P(Framework, TakesStagesInTheirOrder) {
  const std::string path = "/v1/sites/" + SiteId::from_bits({}).text();
  EXPECT_EQ(ask("PATCH", path, "a.owner", "{}").body, R"({"carried":"looked, slowly"})");
}

TEST_P(Framework, GivesTheFirstReplyAgain) {
  const std::string body = R"({"name": "Gym"})";
  const TestResponse first = ask("POST", "/v1/sessions", "a.shopper", body, key("k1"));
  EXPECT_EQ(first.status, 201);
  const TestResponse again =
      ask("POST", "/v1/sessions", "a.shopper", R"({ "name":"Gym" })", key("k1"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_THAT(again.head, HasSubstr("Idempotent-Replayed: true"));
  EXPECT_EQ(rows("Gym"), 1);
  const TestResponse other =
      ask("POST", "/v1/sessions", "a.shopper", R"({"name": "X"})", key("k1"));
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, HasSubstr("idempotency_key_reused"));
  // Another's key is another key.
  EXPECT_EQ(ask("POST", "/v1/sessions", "b.shopper", body, key("k1")).status, 201);
  EXPECT_EQ(rows("Gym"), 2);
}

TEST_P(Framework, NeedsAKeyWhereTheDocumentSaysSo) {
  const TestResponse response = ask("POST", "/v1/sessions", "a.shopper", R"({"name": "Gym"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("idempotency_key_missing"));
  EXPECT_EQ(
      ask("POST", "/v1/sessions", "a.shopper", R"({"name": "Gym"})", key(std::string(256, 'k')))
          .status,
      400);
}

TEST_P(Framework, KeepsWhatWasDecidedAndForgetsWhatWasNot) {
  EXPECT_EQ(ask("POST", "/v1/sessions", "a.shopper", "{}", key("k1")).status, 400);
  EXPECT_EQ(ask("POST", "/v1/sessions", "a.shopper", R"({"name": "Gym"})", key("k1")).status, 201);
  const TestResponse taken =
      ask("POST", "/v1/sessions", "a.shopper", R"({"name": "taken"})", key("k2"));
  EXPECT_EQ(taken.status, 409);
  const TestResponse again =
      ask("POST", "/v1/sessions", "a.shopper", R"({"name": "taken"})", key("k2"));
  EXPECT_EQ(again.body, taken.body);
  EXPECT_THAT(again.head, HasSubstr("application/problem+json"));
}

TEST_P(Framework, LeavesNoTraceOfWhatFailedAndHintsOnlyAtWhatHappened) {
  EXPECT_EQ(ask("POST", "/v1/sites", "a.owner", R"({"name": "late"})").status, 402);
  EXPECT_EQ(rows("late"), 0);
  EXPECT_EQ(hints_, 0);
  EXPECT_EQ(ask("POST", "/v1/me/password", "a.owner", R"({"name": "counted"})").status, 403);
  EXPECT_EQ(rows("counted"), 1);
  EXPECT_EQ(hints_, 1);
}

TEST_P(Framework, TakesUploadsAndWebSocketsFromWhoMay) {
  const std::string path = "/v1/products/" + ProductId::from_bits({}).text() + "/photos";
  const std::string type = "Content-Type: image/png\r\n";
  EXPECT_EQ(ask("POST", path, "a.viewer", "png", type).status, 403);
  EXPECT_EQ(ask("POST", path, "a.owner", "png", type).body, R"({"bytes":3})");
  EXPECT_EQ(ask("POST", path, "a.owner", std::string(101, 'p'), type).status, 413);
  EXPECT_EQ(ask("POST", "/v1/products/none/photos", "a.owner", "png", type).status, 404);

  EXPECT_EQ(ask("GET", "/v1/device/link", "a.owner", "", http::kUpgrade).status, 403);
  EXPECT_EQ(ask("GET", "/v1/device/link", "a.device").status, 426);
  TestPeer cabinet = peer();
  cabinet.send(
      http::request_text("GET", "/v1/device/link", headers_for("a.device", "", http::kUpgrade)));
  EXPECT_THAT(cabinet.read_until("\r\n\r\n"), HasSubstr("101"));
  EXPECT_THAT(http::read_frame(cabinet).payload, HasSubstr("pop_"));
}

TEST_P(Framework, TellsWhichOperationsHaveNoRoute) {
  EXPECT_EQ(api_->missing().size(), operations().size() - 9);
}

}  // namespace
}  // namespace tally::api::testing
