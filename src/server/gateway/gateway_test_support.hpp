// For tests: a gateway on both stores, whose time the test decides, and cabinets' ends of their
// connections.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/device_link.hpp"
#include "server/core/office_test_support.hpp"
#include "server/gateway/gateway.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/schema.hpp"

namespace tally::gateway::testing {

using commerce::SessionState;
using core::Desk;

inline constexpr auto kPatience = std::chrono::seconds(20);

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
  [[nodiscard]] std::size_t messages() {
    const std::lock_guard lock(mutex_);
    return messages_.size();
  }
  [[nodiscard]] bool has_messages() { return messages() > 0; }

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
    open_gateway();
  }
  void open_gateway() {
    gateway_ = std::make_unique<Gateway>(
        *office_, GatewayOptions{"https://tally.example", {{1, {7}}}, "gateway"},
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
  // All threads of the store that write are taken, and its queue is full, until open_store().
  void shut_store() {
    gone_ = go_.get_future().share();
    const auto begun = std::make_shared<std::atomic<int>>(0);
    const auto wait = [gone = gone_, begun](Desk&) -> Result<void> {
      ++*begun;
      gone.wait();
      return {};
    };
    const int threads = GetParam() == platform::Engine::kSqlite ? 1 : options_.threads;
    for (int i = 0; i < threads; ++i) office_->act(wait, [](const Result<void>&) {});
    while (*begun < threads) std::this_thread::yield();
    const auto refused = std::make_shared<std::atomic<bool>>(false);
    while (!*refused) {
      office_->act(wait, [refused](const Result<void>& done) {
        if (!done) *refused = true;
      });
    }
  }
  // Returns when the queue is empty.
  void open_store() {
    go_.set_value();
    while (store_->queued() > 0) std::this_thread::yield();
  }
  // Looks around until it is so, for as long as the test may run.
  template <typename Condition>
  void until(Condition condition) {
    while (!condition() && !HasFatalFailure()) {
      gateway_->look_around();
      act([](Desk&) { return Result<void>{}; });
    }
  }
  std::int64_t version() {
    return count_of("SELECT version FROM aggregates WHERE kind = 'cabinet_health' AND id = '" +
                    id_.text() + "'");
  }
  void beat(const Cabinet& cabinet, std::optional<double> celsius,
            std::vector<std::string> problems = {}) {
    cabinet.say(link::Heartbeat{.celsius = celsius, .camera_problems = std::move(problems)});
  }
  // Until what this cabinet has said before is worked off.
  void settle(const Cabinet& cabinet, std::int64_t number) {
    report(cabinet, number, {}, link::DoorClosed{});
  }

  CabinetId id_ = core::testing::id_of<CabinetKind>(1);
  std::unique_ptr<Gateway> gateway_;
  std::promise<void> go_;
  std::shared_future<void> gone_;
};

}  // namespace tally::gateway::testing
