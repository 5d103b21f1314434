// Equal requests at the same time to the routes that money hangs on: one effect in the store, of
// each thing that follows from it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

#include "server/api/testing_bursts.hpp"
#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

constexpr int kBursts = 120;      // Unless TALLY_BURSTS says how many, of both kinds together.
constexpr int kRefundsMost = 60;  // Of one payment; commerce takes little more.

int bursts() {
  const char* text = std::getenv("TALLY_BURSTS");
  return text == nullptr ? kBursts : std::atoi(text);
}
int refunds() { return std::min(bursts() / 6, kRefundsMost); }

class RouteBursts : public BusinessTest {
 protected:
  json burst(int number, const std::string& target, const std::string& who, const json& body,
             const json& other) {
    return json::parse(api::testing::run_burst(server_->port(), static_cast<std::uint64_t>(number),
                                               {.target = target,
                                                .who = who,
                                                .key = fmt::format("burst-{}", number),
                                                .body = body.dump(),
                                                .other_body = other.dump()}));
  }
  template <typename... Parameters>
  std::int64_t count(std::string_view rows, const Parameters&... parameters) {
    const auto row = store_->read_and_wait([&](platform::Transaction& transaction) {
      return transaction.query_one<std::int64_t>(fmt::format("SELECT COUNT(*) FROM {}", rows),
                                                 parameters...);
    });
    EXPECT_TRUE(row && *row) << rows;
    return row && *row ? std::get<0>(**row) : -1;
  }
  std::int64_t messages(const PaymentId& payment) {
    return count("outbox WHERE message_key = $1", payment);
  }
};
TALLY_ON_BOTH_STORES(RouteBursts);

TEST_P(RouteBursts, OfScansBeginOneSession) {
  set_up_shop();
  const int wanted = bursts() - refunds();
  const std::int64_t sessions = count("aggregates WHERE kind = 'session'");
  for (int number = 0; number < wanted && !HasFailure(); ++number) {
    const json scan = {{"door_token", door_token()}, {"payment_method", method_}};
    const json other = {{"door_token", door_token()}, {"payment_method", method_}};
    const json begun = burst(number, "/v1/sessions", sam_, scan, other);
    const SessionId session = *SessionId::parse(begun.at("id").get<std::string>());
    const PaymentId hold = core::payment_id(session, 1);
    EXPECT_EQ(count("aggregates WHERE kind = 'session'"), sessions + number + 1);
    EXPECT_EQ(count("aggregates WHERE kind = 'payment'"), number + 1);
    EXPECT_EQ(count("used_door_tokens"), number + 1);
    EXPECT_EQ(count("busy_cabinets WHERE cabinet = $1 AND session = $2", cabinet_, session), 1);
    EXPECT_EQ(count("busy_cabinets"), 1);
    EXPECT_EQ(count("busy_shoppers WHERE session = $1", session), 1);
    EXPECT_EQ(messages(hold), 1);  // It is asked for once.
    EXPECT_EQ(count("outbox"), number + 1);
    EXPECT_EQ(count("events WHERE object_id = $1", session), 1);
    call(200, sam_, "POST", path_of(session) + "/cancel");
  }
}

TEST_P(RouteBursts, OfRefundsGiveBackOnce) {
  set_up_shop();
  const PaymentId payment = core::payment_id(buy(8), 1);
  const int wanted = refunds();
  const std::int64_t before = messages(payment);
  const std::string path = "/v1/payments/" + payment.text();
  const auto wish = [](std::int64_t minor) {
    return json{{"amount", {{"minor", minor}, {"currency", "EUR"}}}, {"reason", "It was warm"}};
  };
  for (int number = 0; number < wanted && !HasFailure(); ++number) {
    const json made = burst(number, path + "/refunds", owner_, wish(10), wish(11));
    const json refunds = get(owner_, path).at("refunds");
    EXPECT_EQ(refunds.size(), static_cast<std::size_t>(number) + 1);
    EXPECT_EQ(refunds.back().at("id"), made.at("id"));
    EXPECT_EQ(messages(payment), before + number + 1);
  }
}

}  // namespace
}  // namespace tally::routes::testing
