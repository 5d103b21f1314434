#include "server/gateway/gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <optional>

#include "base/device_link.hpp"
#include "server/core/office_test_support.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/schema.hpp"

namespace tally::gateway {
namespace {

using commerce::SessionState;
using core::Desk;
using ::testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

// A cabinet's end: what the gateway says, but codes for the screen, which come at any time.
class Socket : public http::WebSocket {
 public:
  bool send(std::string text) override {
    const auto message = link::parse_from_gateway(text);
    EXPECT_TRUE(message) << text;
    const std::lock_guard lock(mutex_);
    const auto* command = std::get_if<link::Command>(&*message);
    if (command != nullptr && std::holds_alternative<link::ShowToken>(command->body)) {
      tokens_.push_back(*command);
    } else {
      messages_.push_back(*message);
    }
    changed_.notify_all();
    return code_ == 0;
  }
  void close(std::uint16_t code, std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    if (code_ == 0) code_ = code;
    if (reason_.empty()) reason_ = reason;
    changed_.notify_all();
  }

  template <typename T>
  T next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return !messages_.empty(); });
    if (messages_.empty() || !std::holds_alternative<T>(messages_.front())) {
      ADD_FAILURE() << "another message, or none";
      return {};
    }
    T message = std::get<T>(messages_.front());
    messages_.pop_front();
    return message;
  }
  link::Command token(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return tokens_.size() > index; });
    EXPECT_GT(tokens_.size(), index);
    return tokens_.size() > index ? tokens_[index] : link::Command{};
  }
  std::uint16_t closed_with() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return code_ != 0; });
    return code_;
  }
  [[nodiscard]] bool is_open() {
    const std::lock_guard lock(mutex_);
    return code_ == 0;
  }
  [[nodiscard]] bool has_messages() {
    const std::lock_guard lock(mutex_);
    return !messages_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<link::FromGateway> messages_;
  std::vector<link::Command> tokens_;
  std::uint16_t code_ = 0;
  std::string reason_;
};

struct Cabinet {
  std::shared_ptr<Socket> socket;
  http::WebSocketEvents events;

  void say(const link::FromCabinet& message) const { events.on_message(link::to_json(message)); }
};

class GatewayTest : public core::testing::OfficeTest {
 protected:
  void SetUp() override {
    OfficeTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto migrated = platform::migrate(
        *connection_, "identity", identity::identity_migrations(), platform::testing::at(0));
    ASSERT_TRUE(migrated) << migrated.error().message;
    gateway_ =
        std::make_unique<Gateway>(*office_, GatewayOptions{"https://tally.example", {{1, {7}}}},
                                  [](server::LogLevel, std::string_view, std::string_view) {});
  }
  void TearDown() override {
    gateway_.reset();
    OfficeTest::TearDown();
  }

  Cabinet connect(const CabinetId& id) {
    auto socket = std::make_shared<Socket>();
    return {socket, gateway_->connect(tenant_, id, socket)};
  }
  // Welcomed, with its first code on the screen.
  Cabinet greeted(const CabinetId& id, std::int64_t reports_seen = 0) {
    Cabinet cabinet = connect(id);
    cabinet.say(link::Hello{.cabinet = id, .version = "1", .cameras = {"cam0"}});
    EXPECT_EQ(cabinet.socket->next<link::Welcome>().report_seen, reports_seen);
    return cabinet;
  }
  void report(const Cabinet& cabinet, std::int64_t number, const SessionId& session,
              link::ReportBody body, std::int64_t age_ms = 0) {
    cabinet.say(link::Report{number, session, age_ms, std::move(body)});
    EXPECT_EQ(cabinet.socket->next<link::ReportSeen>().number, number);
  }
  // Provisioned; what keys it had end.
  void set_up(const CabinetId& id) {
    act([&](Desk& desk) -> Result<void> {
      const auto code = identity::issue_provisioning_code(desk.transaction(), world_, tenant_, id);
      if (!code) return std::unexpected(code.error());
      const auto key = identity::redeem_provisioning_code(desk.transaction(), world_, code->code);
      return key ? Result<void>{} : std::unexpected(key.error());
    });
  }
  commerce::CabinetHealth health() { return stored<commerce::CabinetHealth>(id_.text()); }
  commerce::Session session(const SessionId& id) { return stored<commerce::Session>(id.text()); }
  std::int64_t refusals() {
    return count_of("SELECT COUNT(*) FROM alerts WHERE kind = 'cabinet_report_refused'");
  }
  // What events and alerts tell of the newest one.
  std::string reason() {
    const auto found = store_->read_and_wait([](platform::Transaction& transaction) {
      return transaction.query_one<std::string, std::string>(
          "SELECT alerts.words, events.body FROM alerts JOIN events "
          "ON events.object_id = alerts.object AND events.type = 'alert.cabinet_report_refused' "
          "WHERE alerts.kind = 'cabinet_report_refused' LIMIT 1");
    });
    if (!found || !*found) return "none";
    const auto& [words, body] = **found;
    return body.find("\"detail\":\"" + words + "\"") == std::string::npos ? body : words;
  }
  // Until what this cabinet has said before is worked off.
  void settle(const Cabinet& cabinet, std::int64_t number) {
    report(cabinet, number, {}, link::DoorClosed{});
  }

  CabinetId id_ = core::testing::id_of<CabinetKind>(1);
  std::unique_ptr<Gateway> gateway_;
};
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

TEST_P(GatewayTest, StoresHeartbeatsThoughAnotherCabinetsCantBe) {
  const CabinetId broken = core::testing::id_of<CabinetKind>(0);
  const Cabinet first = greeted(broken);
  const Cabinet second = greeted(id_);
  const auto spoiled = store_->write_and_wait([&](platform::Transaction& transaction) {
    return transaction.execute("UPDATE aggregates SET body = '{}' WHERE id = $1", broken);
  });
  ASSERT_TRUE(spoiled);
  first.say(link::Heartbeat{.celsius = 3, .camera_problems = {}});
  second.say(link::Heartbeat{.celsius = 4, .camera_problems = {}});
  gateway_->look_around();
  // The gateway's own thread may have been quicker; it stores the same.
  for (int i = 0; i < 500 && !health().celsius; ++i) gateway_->look_around();
  EXPECT_EQ(health().celsius, 4);
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
