#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "platform/aggregates.hpp"
#include "server/api/testing_api.hpp"

namespace tally::api::testing {
namespace {

using http::TestPeer;
using http::TestResponse;

constexpr int kBursts = 2'000;
constexpr int kThreads = 2;

class Bursts : public ApiTest {
 protected:
  void add_routes(Api& api) override {
    api.add({.operation = "begin_session", .run = [](ApiCall& call) -> Result<ApiAnswer> {
               const auto id = call.world.new_id<SessionId>();
               const auto made =
                   platform::insert_aggregate(call.transaction(),
                                              {call.tenant(),
                                               "session",
                                               id.text(),
                                               0,
                                               call.body().at("name").get<std::string>(),
                                               "{}",
                                               {},
                                               {}},
                                              call.now);
               if (!made) return std::unexpected(made.error());
               return answer(201, {{"id", id.text()}});
             }});
  }

  static std::string request(int burst, std::string_view body) {
    return http::request_text(
        "POST", "/v1/sessions",
        headers_for("a.shopper", body, fmt::format("Idempotency-Key: burst-{}\r\n", burst)), body);
  }

  void run_burst(int burst);
  // Asks until the first request is done.
  TestResponse settle(int burst, std::string_view body);
};
TALLY_ON_BOTH_STORES(Bursts);

TestResponse Bursts::settle(int burst, std::string_view body) {
  TestPeer connection = peer();
  while (true) {
    connection.send(request(burst, body));
    TestResponse response = connection.read_response();
    if (response.status != 409 && response.status != 503) return response;
  }
}

// Up to 20 equal requests, of which some connections are cut before, within or after their sending.
void Bursts::run_burst(int burst) {
  std::mt19937_64 random(static_cast<std::uint64_t>(burst));
  const std::string body = fmt::format(R"({{"name": "burst-{}"}})", burst);
  const std::string text = request(burst, body);
  const int count = 1 + static_cast<int>(random() % 20);
  std::vector<std::optional<TestPeer>> peers(static_cast<std::size_t>(count));
  for (auto& one : peers) {
    one.emplace(server_->port());
    const bool cut_within = random() % 8 == 0;
    one->send(cut_within ? text.substr(0, random() % text.size()) : text);
    if (cut_within || random() % 4 == 0) {
      one->reset();
      one.reset();
    }
  }
  std::vector<std::string> replies;
  for (auto& one : peers) {
    if (!one) continue;
    const TestResponse response = one->read_response();
    if (response.status == 201) replies.push_back(response.body);
    ASSERT_TRUE(response.status == 201 || response.status == 409 || response.status == 503)
        << response.status << response.body;
  }
  const TestResponse last = settle(burst, body);
  ASSERT_EQ(last.status, 201) << last.body;
  for (const std::string& reply : replies) ASSERT_EQ(reply, last.body);
  const TestResponse other = settle(burst, R"({"name": "other"})");
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, ::testing::HasSubstr("idempotency_key_reused"));
}

TEST_P(Bursts, OfEqualRequestsHaveOneEffectAndEqualReplies) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (int burst = thread; burst < kBursts && !HasFatalFailure(); burst += kThreads) {
        run_burst(burst);
      }
    });
  }
  threads.clear();
  const auto effects = store_->read_and_wait([](platform::Transaction& transaction) {
    return transaction.query<std::string, std::int64_t>(
        "SELECT state, COUNT(*) FROM aggregates GROUP BY state");
  });
  ASSERT_TRUE(effects);
  EXPECT_EQ(effects->size(), static_cast<std::size_t>(kBursts));
  for (const auto& [name, count] : *effects) EXPECT_EQ(count, 1) << name;
}

}  // namespace
}  // namespace tally::api::testing
