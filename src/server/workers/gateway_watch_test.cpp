#include "server/workers/gateway_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/core/office_test_support.hpp"

namespace tally::workers {
namespace {

using commerce::CabinetAlert;
using commerce::FleetEvent;
using core::Desk;

class GatewayWatchTest : public core::testing::OfficeTest {
 protected:
  void SetUp() override {
    OfficeTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    watch_ = std::make_unique<GatewayWatch>(
        *office_, [](server::LogLevel, std::string_view, std::string_view) {});
  }

  // It lives, and holds the cabinet.
  void hold(const std::string& gateway, const CabinetId& cabinet, bool first = true) {
    act([&](Desk& desk) -> Result<void> {
      const auto seen = core::see_gateway(desk.transaction(), gateway, first, desk.now());
      if (!seen) return std::unexpected(seen.error());
      const commerce::CabinetConnected connected{desk.now(), ++connection_, "1", {}, gateway};
      return desk.tell(tenant_, cabinet, FleetEvent(connected));
    });
  }
  bool says_that_it_lives(const std::string& gateway) {
    bool lives = false;
    act([&](Desk& desk) -> Result<void> {
      const auto seen = core::see_gateway(desk.transaction(), gateway, false, desk.now());
      if (!seen) return std::unexpected(seen.error());
      lives = *seen;
      return {};
    });
    return lives;
  }
  commerce::CabinetHealth health(const CabinetId& cabinet) {
    return stored<commerce::CabinetHealth>(cabinet.text());
  }
  bool is_offline(const CabinetId& cabinet) {
    return health(cabinet).alerts.contains(CabinetAlert::kOffline);
  }
  // Looks as often as a word is said.
  void pass_and_look(Duration time) {
    for (Duration step; time > Duration(0); time -= step) {
      step = std::min<Duration>(time, core::kGatewaySeen);
      world_.pass(step);
      watch_->look();
    }
  }

  CabinetId id_ = core::testing::id_of<CabinetKind>(1);
  CabinetId other_ = core::testing::id_of<CabinetKind>(2);
  std::int64_t connection_ = 0;
  std::unique_ptr<GatewayWatch> watch_;
};
TALLY_ON_BOTH_STORES(GatewayWatchTest);

TEST_P(GatewayWatchTest, CabinetsOfAGatewayThatIsGoneAreOffline) {
  hold("dead", id_);
  const Instant seen = world_.now();
  hold("alive", other_);
  watch_->look();
  pass_and_look(core::kGatewayLost - Duration(1));
  EXPECT_TRUE(says_that_it_lives("alive"));
  watch_->look();
  EXPECT_TRUE(health(id_).connected);
  pass_and_look(Duration(1));
  EXPECT_FALSE(health(id_).connected);
  EXPECT_EQ(health(id_).last_seen, seen);
  EXPECT_TRUE(is_offline(id_));
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM alerts WHERE kind = 'cabinet_offline'"), 1);
  EXPECT_TRUE(health(other_).connected);
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM gateways"), 1);
  EXPECT_FALSE(says_that_it_lives("dead"));
}

// As after a restart: the word is old, but whoever reads it first has waited for nothing yet.
TEST_P(GatewayWatchTest, WhoHasJustBegunToLookWaitsAsLong) {
  hold("one", id_);
  world_.pass(10 * core::kGatewayLost);
  watch_->look();
  EXPECT_TRUE(health(id_).connected);
  pass_and_look(core::kGatewayLost);
  EXPECT_TRUE(is_offline(id_));
}

TEST_P(GatewayWatchTest, AClockThatJumpsMakesNobodyLost) {
  hold("one", id_);
  watch_->look();
  world_.pass(10 * core::kGatewayLost);
  watch_->look();
  EXPECT_TRUE(says_that_it_lives("one"));
  EXPECT_TRUE(health(id_).connected);
}

TEST_P(GatewayWatchTest, ACabinetThatCameBackElsewhereIsNotTouched) {
  hold("dead", id_);
  watch_->look();
  pass_and_look(core::kGatewayLost - Duration(1));
  hold("alive", id_);
  pass_and_look(Duration(1));
  EXPECT_TRUE(health(id_).connected);
  EXPECT_EQ(health(id_).gateway, "alive");
}

TEST_P(GatewayWatchTest, AllAreToldThoughOneCantBe) {
  const auto all = core::kCabinetsLost + 3;
  for (int i = 1; i <= all; ++i) hold("dead", core::testing::id_of<CabinetKind>(i), i == 1);
  const auto spoiled = store_->write_and_wait([&](platform::Transaction& transaction) {
    return transaction.execute("UPDATE aggregates SET body = 'broken' WHERE id = $1", id_);
  });
  ASSERT_TRUE(spoiled);
  watch_->look();
  pass_and_look(core::kGatewayLost);
  for (int i = 0; i < 3; ++i) watch_->look();
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM gateway_cabinets"), 0);
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM gateways"), 0);
  EXPECT_TRUE(is_offline(core::testing::id_of<CabinetKind>(all)));
}

}  // namespace
}  // namespace tally::workers
