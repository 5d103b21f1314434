// Bursts of equal requests to a route of the test's own, of which there can be many. Those of real
// routes: server/routes/routes_bursts_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <thread>
#include <vector>

#include "platform/aggregates.hpp"
#include "server/api/testing_bursts.hpp"

namespace tally::api::testing {
namespace {

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

  void run(int burst) {
    run_burst(server_->port(), static_cast<std::uint64_t>(burst),
              {.target = "/v1/sessions",
               .who = "a.shopper",
               .key = fmt::format("burst-{}", burst),
               .body = fmt::format(R"({{"name": "burst-{}"}})", burst),
               .other_body = R"({"name": "other"})"});
  }
};
TALLY_ON_BOTH_STORES(Bursts);

TEST_P(Bursts, OfEqualRequestsHaveOneEffectAndEqualReplies) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      for (int burst = thread; burst < kBursts && !HasFailure(); burst += kThreads) {
        run(burst);
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
