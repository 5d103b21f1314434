#include "server/gateway/gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/gateway/gateway_test_support.hpp"

namespace tally::gateway {
namespace {

using testing::Cabinet;
using testing::Desk;
using testing::GatewayTest;
using testing::SessionState;
using ::testing::StartsWith;

TALLY_ON_BOTH_STORES(GatewayTest);

TEST_P(GatewayTest, WelcomesACabinetAndShowsItACode) {
  const Cabinet cabinet = greeted(id_);
  const auto token = cabinet.socket->token(0);
  EXPECT_THAT(std::get<link::ShowToken>(token.body).url, StartsWith("https://tally.example/d/"));
  EXPECT_TRUE(health().connected);
  EXPECT_EQ(gateway_->counts().connected, 1);
}

TEST_P(GatewayTest, HearsHelloFirstAndOnce) {
  const Cabinet rude = connect(id_);
  rude.say(link::Heartbeat{});
  EXPECT_EQ(rude.socket->closed_with(), http::kClosePolicy);
  const Cabinet twice = greeted(id_);
  twice.say(link::Hello{.cabinet = id_, .version = "1", .cameras = {}});
  EXPECT_EQ(twice.socket->closed_with(), http::kClosePolicy);
}

TEST_P(GatewayTest, HearsNothingMoreOfACabinetThatItRefused) {
  const SessionId open = unlocking(id_);
  const link::Hello others{
      .cabinet = core::testing::id_of<CabinetKind>(2), .version = "1", .cameras = {}};
  const link::Hello newer{
      .protocol = link::kProtocol + 1, .cabinet = id_, .version = "9", .cameras = {}};
  for (const link::Hello& hello : {others, newer}) {
    const Cabinet cabinet = connect(id_);
    cabinet.say(hello);
    EXPECT_EQ(cabinet.socket->closed_with(), http::kClosePolicy);
    cabinet.say(link::Report{1, open, 0, link::DoorOpened{}});
  }
  greeted(id_);  // With no report seen.
  EXPECT_EQ(session(open).state, SessionState::kUnlocking);
}

TEST_P(GatewayTest, ClosesOnWhatIsNoMessageButAcknowledgesAReportThatCantBeRead) {
  const Cabinet cabinet = greeted(id_);
  cabinet.events.on_message(R"({"kind": "report", "number": 1, "what": "door_melted"})");
  EXPECT_EQ(cabinet.socket->next<link::ReportSeen>().number, 1);
  EXPECT_EQ(refusals(), 1);
  EXPECT_THAT(reason(), ::testing::MatchesRegex("[a-z_]+\\.[a-z_]+"));  // A code, no words.
  EXPECT_TRUE(cabinet.socket->is_open());
  cabinet.events.on_message("}{");
  EXPECT_EQ(cabinet.socket->closed_with(), http::kClosePolicy);
}

TEST_P(GatewayTest, ANewConnectionOfACabinetClosesTheOlder) {
  const Cabinet older = greeted(id_);
  const Cabinet newer = greeted(id_);
  EXPECT_EQ(older.socket->closed_with(), http::kClosePolicy);
  older.events.on_close(http::kCloseLost, "");
  settle(newer, 1);
  EXPECT_TRUE(health().connected);
  EXPECT_EQ(gateway_->counts().connected, 1);
}

TEST_P(GatewayTest, SendsACommandOnceAndAgainAfterAReconnectUntilItIsAnswered) {
  Cabinet cabinet = greeted(id_);
  const SessionId open = unlocking(id_);
  const auto first = cabinet.socket->next<link::Command>();
  EXPECT_EQ(std::get<link::Unlock>(first.body).session, open);
  world_.pass(kCommandsLooked);
  gateway_->look_around();
  settle(cabinet, 1);
  EXPECT_FALSE(cabinet.socket->has_messages());

  cabinet = greeted(id_, 1);
  const auto again = cabinet.socket->next<link::Command>();
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.counter, first.counter);
  EXPECT_EQ(again.valid_ms, first.valid_ms - kCommandsLooked.count());
  EXPECT_GT(cabinet.socket->token(0).counter, again.counter);
  cabinet.say(link::CommandAnswer{again.id, true, ""});
  cabinet.say(link::CommandAnswer{again.id, false, "obeyed before"});  // Said twice: no effect.
  settle(cabinet, 2);
  EXPECT_EQ(session(open).state, SessionState::kUnlocking);

  cabinet = greeted(id_, 2);
  settle(cabinet, 3);
  EXPECT_FALSE(cabinet.socket->has_messages());
}

TEST_P(GatewayTest, DoesNotSendACommandThatIsTooLate) {
  unlocking(id_);
  world_.pass(std::chrono::seconds(20));
  const Cabinet cabinet = greeted(id_);
  settle(cabinet, 1);
  EXPECT_FALSE(cabinet.socket->has_messages());
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM device_commands WHERE state = 'expired'"), 1);
}

TEST_P(GatewayTest, AnUnlockThatTheCabinetRefusesEndsTheSession) {
  const Cabinet cabinet = greeted(id_);
  const SessionId open = unlocking(id_);
  const auto command = cabinet.socket->next<link::Command>();
  cabinet.say(link::CommandAnswer{command.id, false, "out of order"});
  settle(cabinet, 1);
  EXPECT_EQ(session(open).end, commerce::SessionEnd::kUnlockRefused);
}

TEST_P(GatewayTest, TakesEachReportOnceAndOldOnesNotAtAll) {
  const SessionId open = unlocking(id_);
  const Cabinet cabinet = greeted(id_);
  cabinet.socket->next<link::Command>();
  world_.pass(std::chrono::seconds(5));
  report(cabinet, 2, open, link::DoorOpened{}, 3'000);
  EXPECT_EQ(session(open).state, SessionState::kOpen);
  EXPECT_EQ(session(open).last_opened, world_.now() - std::chrono::seconds(3));
  report(cabinet, 2, open, link::DoorClosed{});  // A number twice,
  report(cabinet, 1, open, link::DoorClosed{});  // and one that comes too late.
  EXPECT_EQ(session(open).state, SessionState::kOpen);
  EXPECT_EQ(refusals(), 0);
  report(cabinet, 3, open, link::DoorClosed{});
  EXPECT_EQ(session(open).state, SessionState::kGrace);
  greeted(id_, 3);
}

TEST_P(GatewayTest, ReportsOfAnothersSessionAreAcknowledgedAndToldToTheOperator) {
  const SessionId others = unlocking(core::testing::id_of<CabinetKind>(2));
  const Cabinet cabinet = greeted(id_);
  report(cabinet, 1, others, link::DoorOpened{});
  EXPECT_EQ(refusals(), 1);
  EXPECT_THAT(reason(), ::testing::MatchesRegex("[a-z_]+\\.[a-z_]+"));
  EXPECT_EQ(session(others).state, SessionState::kUnlocking);
}

TEST_P(GatewayTest, EndsAConnectionThatHasSaidNothingForThreeHeartbeats) {
  const Cabinet talks = greeted(id_);
  const Cabinet silent = greeted(core::testing::id_of<CabinetKind>(2));
  const Cabinet never = connect(core::testing::id_of<CabinetKind>(3));  // Not even hello.
  world_.pass(kSilentMost - Duration(1));
  talks.say(link::Heartbeat{});
  gateway_->look_around();
  EXPECT_TRUE(silent.socket->is_open());
  EXPECT_TRUE(never.socket->is_open());
  world_.pass(Duration(1));
  gateway_->look_around();
  EXPECT_TRUE(talks.socket->is_open());
  EXPECT_EQ(silent.socket->closed_with(), http::kClosePolicy);
  EXPECT_EQ(never.socket->closed_with(), http::kClosePolicy);
}

TEST_P(GatewayTest, ClosesAConnectionWhoseKeyHasEnded) {
  const CabinetId other = core::testing::id_of<CabinetKind>(2);
  set_up(id_);
  set_up(other);
  const Cabinet revoked = greeted(id_);
  const Cabinet replaced = greeted(other);
  world_.pass(kKeysLooked);
  gateway_->look_around();
  EXPECT_TRUE(revoked.socket->is_open());
  EXPECT_TRUE(replaced.socket->is_open());
  act([&](Desk& desk) -> Result<void> {
    const auto ended = identity::revoke_device_keys(desk.transaction(), tenant_, id_, world_.now());
    return ended ? Result<void>{} : std::unexpected(ended.error());
  });
  set_up(other);
  const Cabinet anew = connect(core::testing::id_of<CabinetKind>(3));
  world_.pass(kKeysLooked);
  gateway_->look_around();
  EXPECT_EQ(revoked.socket->closed_with(), http::kClosePolicy);
  EXPECT_EQ(replaced.socket->closed_with(), http::kClosePolicy);
  EXPECT_TRUE(anew.socket->is_open());
  const Cabinet again = connect(other);  // With its new key.
  world_.pass(kKeysLooked);
  gateway_->look_around();
  EXPECT_TRUE(again.socket->is_open());
  gateway_->close(other);
  EXPECT_EQ(again.socket->closed_with(), http::kClosePolicy);
}

TEST_P(GatewayTest, ShowsANewCodeInTimeAndWhenTheOldOneWasUsed) {
  const Cabinet cabinet = greeted(id_);
  const auto first = cabinet.socket->token(0);
  world_.pass(kTokenEvery);
  gateway_->look_around();
  const auto second = cabinet.socket->token(1);
  EXPECT_GT(second.counter, first.counter);
  core::Hints hints;
  hints.cabinets.push_back(id_);
  board_.poke(hints);
  EXPECT_GT(cabinet.socket->token(2).counter, second.counter);
}

TEST_P(GatewayTest, ClosesAConnectionWhoseMessagesPileUp) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  const Cabinet cabinet = greeted(id_);
  // As many as the store has threads that write: all are busy.
  for (int i = 0; i < options_.threads; ++i) {
    office_->act(
        [gone](Desk&) -> Result<void> {
          gone.wait();
          return {};
        },
        [](const Result<void>&) {});
  }
  for (std::int64_t i = 1; i <= static_cast<std::int64_t>(kReportsWaitingMax) + 2; ++i) {
    cabinet.say(link::Report{i, {}, 0, link::DoorClosed{}});
  }
  EXPECT_EQ(cabinet.socket->closed_with(), http::kClosePolicy);
  go.set_value();
}

TEST_P(GatewayTest, StoppedItClosesWhatIsConnectedAndHearsNothingMore) {
  const Cabinet cabinet = greeted(id_);
  gateway_.reset();
  EXPECT_EQ(cabinet.socket->closed_with(), http::kCloseGoingAway);
  cabinet.say(link::Report{1, {}, 0, link::DoorOpened{}});
  cabinet.events.on_close(http::kCloseGoingAway, "");
  EXPECT_EQ(count_of("SELECT COUNT(*) FROM device_links"), 0);
}

}  // namespace
}  // namespace tally::gateway
