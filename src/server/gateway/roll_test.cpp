#include "server/gateway/roll.hpp"

#include <gtest/gtest.h>

#include "server/core/gateway_book.hpp"
#include "server/gateway/gateway_test_support.hpp"

namespace tally::gateway {
namespace {

using testing::Cabinet;
using testing::Desk;

class RollTest : public testing::GatewayTest {
 protected:
  // With a store whose queue is soon full.
  void SetUp() override {
    GatewayTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    gateway_.reset();
    office_.reset();
    store_.reset();
    options_.queued_max = 100;
    auto store = platform::Store::open(options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    office_ = std::make_unique<core::Office>(*store_, world_, board_);
    open_gateway();
  }
};
TALLY_ON_BOTH_STORES(RollTest);

TEST_P(RollTest, StoresHeartbeatsThoughAnotherCabinetsCantBe) {
  const CabinetId broken = core::testing::id_of<CabinetKind>(0);
  const Cabinet first = greeted(broken);
  const Cabinet second = greeted(id_);
  const auto spoiled = store_->write_and_wait([&](platform::Transaction& transaction) {
    return transaction.execute("UPDATE aggregates SET body = 'broken' WHERE id = $1", broken);
  });
  ASSERT_TRUE(spoiled);
  first.say(link::Heartbeat{.celsius = 3, .camera_problems = {}});
  second.say(link::Heartbeat{.celsius = 4, .camera_problems = {}});
  until([&] { return health().celsius == 4; });
}

TEST_P(RollTest, StoresWhatIsNewsAtOnceAndTheRestSeldom) {
  const Cabinet cabinet = greeted(id_);
  beat(cabinet, 4.0);
  until([&] { return health().celsius == 4.0; });
  const std::int64_t before = version();
  for (int i = 0; i < 8; ++i) {
    world_.pass(kHeartbeatEvery);
    beat(cabinet, i % 2 == 0 ? 4.4 : 3.8);
  }
  const Instant warmed = world_.now();
  beat(cabinet, 5.1);
  until([&] { return health().warm_since == warmed; });
  EXPECT_EQ(version(), before + 1);
  beat(cabinet, 5.2, {"cam1 is dark"});
  until([&] { return !health().camera_problems.empty(); });
  EXPECT_EQ(version(), before + 2);

  beat(cabinet, 5.3, {"cam1 is dark"});
  const Instant seen = world_.now();
  for (Duration time{}; time < kSeenStored; time += kSilentMost / 3) {
    world_.pass(kSilentMost / 3);
    beat(cabinet, 5.3, {"cam1 is dark"});
  }
  until([&] { return health().celsius == 5.3; });
  EXPECT_EQ(version(), before + 3);
  EXPECT_GT(*health().last_seen, seen);
  EXPECT_EQ(health().warm_since, warmed);
}

TEST_P(RollTest, TellsWhenACabinetThatIsGoneWasHeardLast) {
  const Cabinet cabinet = greeted(id_);
  beat(cabinet, 4.0);
  world_.pass(std::chrono::seconds(20));
  beat(cabinet, 4.1);
  const Instant heard = world_.now();
  world_.pass(std::chrono::seconds(10));
  cabinet.events.on_close(http::kCloseLost, "");
  until([&] { return !health().connected; });
  EXPECT_EQ(health().last_seen, heard);
  EXPECT_EQ(health().celsius_at, heard);
  EXPECT_TRUE(health().alerts.empty());
}

TEST_P(RollTest, AStoreThatIsBusyCostsNoConnection) {
  constexpr int kMany = 250;
  const Cabinet known = greeted(id_);
  shut_store();
  std::vector<Cabinet> cabinets;
  for (int i = 2; i < 2 + kMany; ++i) {
    const auto id = core::testing::id_of<CabinetKind>(i);
    cabinets.push_back(connect(id));
    cabinets.back().say(link::Hello{.cabinet = id, .version = "1", .cameras = {"cam0"}});
    cabinets.back().say(link::Report{1, {}, 0, link::DoorClosed{}});
  }
  known.say(link::Report{1, {}, 0, link::DoorClosed{}});
  for (int seconds = 0; seconds < 300; ++seconds) gateway_->look_around();
  EXPECT_EQ(gateway_->counts().connected, kMany + 1);
  open_store();
  const auto all = [&] {
    return std::ranges::all_of(cabinets,
                               [](const Cabinet& one) { return one.socket->messages() >= 2; });
  };
  until(all);
  for (const Cabinet& one : cabinets) {
    EXPECT_TRUE(one.socket->is_open());
    EXPECT_EQ(one.socket->next<link::Welcome>().report_seen, 0);
    EXPECT_EQ(one.socket->next<link::ReportSeen>().number, 1);
  }
  EXPECT_EQ(known.socket->next<link::ReportSeen>().number, 1);
  // In batches, however many came.
  EXPECT_LE(gateway_->counts().word_transactions, kMany / kCabinetsAtATime + 8);
}

TEST_P(RollTest, KeepsEachCrossingOfTheLimitWhileTheStoreIsBusy) {
  const Cabinet cabinet = greeted(id_);
  shut_store();
  beat(cabinet, 6.0);
  world_.pass(std::chrono::seconds(5));
  beat(cabinet, 4.0);
  world_.pass(std::chrono::seconds(5));
  beat(cabinet, 6.0);
  const Instant warmed = world_.now();
  for (int i = 0; i < 40; ++i) {
    world_.pass(std::chrono::seconds(1));
    beat(cabinet, 6.0 + (i % 2));
  }
  open_store();
  until([&] { return health().celsius == 7.0; });
  EXPECT_EQ(health().warm_since, warmed);
  EXPECT_EQ(health().last_seen, world_.now());
}

TEST_P(RollTest, TakenForLostItSaysAnewWhomItHolds) {
  const Cabinet cabinet = greeted(id_);
  const Cabinet other = greeted(core::testing::id_of<CabinetKind>(2));
  act([&](Desk& desk) -> Result<void> {
    const auto lost = desk.transaction().execute("UPDATE gateways SET lost = 1");
    if (!lost) return std::unexpected(lost.error());
    return desk.tell(
        tenant_, id_,
        commerce::FleetEvent(commerce::GatewayLost{desk.now(), "gateway", desk.now()}));
  });
  EXPECT_FALSE(health().connected);
  world_.pass(core::kGatewaySeen);
  until([&] { return health().connected; });
  EXPECT_EQ(health().gateway, "gateway.2");
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM gateway_cabinets WHERE gateway = 'gateway.2'"), 2);
  EXPECT_TRUE(cabinet.socket->is_open());
}

}  // namespace
}  // namespace tally::gateway
