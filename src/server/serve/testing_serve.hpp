// For tests: tally as a whole in this process, mostly but for the watching of video, with what is
// outside of it in the test's hands: a clock that can be put forward, a provider that can be down,
// a cabinet at the end of a real WebSocket, and a shopper with a test card.
//
// Waiting is for the event itself, at most kPatience.
#pragma once

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/device_link.hpp"
#include "base/temporary_folder.hpp"
#include "platform/blobs.hpp"
#include "platform/http/client.hpp"
#include "server/payments/sandbox.hpp"
#include "server/serve/demo.hpp"
#include "server/serve/serve.hpp"

namespace tally::serve::testing {

using nlohmann::json;

inline constexpr std::chrono::seconds kPatience{60};

// Time passes as it does, and can be put forward.
class PassingWorld : public server::World {
 public:
  Instant now() override { return server::real_world().now() + Duration(ahead_.load()); }
  void fill_random(std::span<std::uint8_t> bytes) override {
    server::real_world().fill_random(bytes);
  }
  void pass(Duration time) { ahead_ += time.count(); }

 private:
  std::atomic<Duration::rep> ahead_ = 0;
};

struct Answer {
  int status = 0;  // 0: none came.
  json body;
  [[nodiscard]] std::string code() const { return body.is_object() ? body.value("code", "") : ""; }
};
// One request; `who` is a token, or empty.
Answer ask(http::HttpClient& client, http::Method method, const std::string& url,
           const std::string& who, const json& body = nullptr, const std::string& key = "");

class TestCabinet {
 public:
  // Provisions itself and connects.
  TestCabinet(http::HttpClient& client, std::string server, const DemoCabinet& as);
  ~TestCabinet();

  // The token on its screen: a new one each time.
  std::string token();
  // Obeys the next command to unlock, and says so.
  void unlock();
  // Until it is acknowledged.
  void report(const SessionId& session, link::ReportBody body, Duration age = {});
  Answer put_segment(const SessionId& session, int number, const std::string& content,
                     const std::string& sha256 = "");
  // What a request for its link is answered: 401 where its key is none, 426 as it upgrades nothing.
  int link_status();
  // Until the server has ended its connection.
  void wait_until_gone();

 private:
  template <typename Found>
  void wait_for(const char* what, Found found);

  http::HttpClient& client_;
  std::string server_;
  CabinetId id_;
  std::string key_;
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::shared_ptr<http::WebSocket> socket_;
  std::vector<link::Command> unlocks_;
  std::set<std::string> used_;
  std::string token_;
  bool gone_ = false;
  std::int64_t seen_ = -1;  // Of the reports; -1 until it is welcome.
  std::int64_t number_ = 0;
};

// A demo tenant with one cabinet; "p02" costs kPrice.
inline constexpr std::int64_t kPrice = 429;
inline constexpr std::string_view kCamera = "cam0";

class ServeTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  // What a test wants otherwise of its server.
  virtual void change(config::Config&) {}

  [[nodiscard]] Answer get(const std::string& who, const std::string& path);
  [[nodiscard]] Answer post(const std::string& who, const std::string& path,
                            const json& body = nullptr);
  std::string sign_in(const std::string& email);
  // The last one; empty where there is none.
  mail::Letter letter_to(const std::string& email);

  // ---- A session: scanned and unlocked; opened, with one segment of video; closed.

  SessionId scan();
  void open(const SessionId& session, Duration age = {});
  void close(const SessionId& session, const std::vector<std::string>& segments, Duration age = {});
  // What the cameras saw: so many of "p02".
  void see(const SessionId& session, int quantity);

  [[nodiscard]] json session(const SessionId& session);
  [[nodiscard]] json payment(const SessionId& session);
  [[nodiscard]] std::uint32_t attempts(
      const SessionId& session);  // To be answered by the provider.
  template <typename Found>
  void wait_for(const std::string& what, Found found);
  void wait_for_state(const SessionId& session, const std::string& state);
  void wait_for_payment(const SessionId& session, const std::string& state);
  // Also wakes who would look by itself within a second.
  void pass(Duration time);
  // What the provider has of us.
  [[nodiscard]] payments::SandboxStatement statement();
  void expect_balanced();

  TemporaryFolder folder_;
  PassingWorld world_;
  std::mutex mutex_;
  std::map<std::string, mail::Letter> letters_;  // The last to each address.
  payments::Sandbox* sandbox_ = nullptr;
  std::unique_ptr<Serve> server_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<TestCabinet> cabinet_;
  Demo demo_;
  std::string owner_;
  std::string sam_;
  std::string method_;  // Sam's card.
  int keys_ = 0;
};

template <typename Found>
void ServeTest::wait_for(const std::string& what, Found found) {
  core::HintBoard& board = server_->office().board();
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    const std::uint64_t seen = board.count(core::Topic::kEvents);
    if (found()) return;
    ASSERT_LT(std::chrono::steady_clock::now() - begin, kPatience) << what;
    board.wait(core::Topic::kEvents, seen, std::chrono::milliseconds(200));
  }
}

// What tests of a session's way share.
class Outside : public ServeTest {
 protected:
  // Scanned, opened, and recorded in one segment.
  SessionId shop() {
    const SessionId session = scan();
    open(session);
    EXPECT_EQ(cabinet_->put_segment(session, 0, "one").status, 200);
    return session;
  }
  std::int64_t total(const SessionId& session) {
    const std::string receipt = this->session(session).value("receipt", "");
    const Answer answer = get(sam_, "/v1/receipts/" + receipt);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? answer.body.at("total").at("gross").at("minor").get<int>() : -1;
  }
  std::vector<std::string> alerts() {
    std::vector<std::string> kinds;
    const Answer all = get(owner_, "/v1/alerts");
    for (const json& alert : all.body.at("data")) kinds.push_back(alert.at("kind"));
    return kinds;
  }
  // Of one of the session's blobs: kept beyond its time, for whoever decides.
  bool is_held(const SessionId& session, const std::string& name) {
    const auto blob = server_->office().look_and_wait([&](platform::Transaction& transaction) {
      return platform::find_blob(transaction, {demo_.tenant, session.text(), name});
    });
    EXPECT_TRUE(blob && *blob) << name;
    return blob && *blob && (*blob)->held_until.has_value();
  }
  void expect_nothing_taken(const SessionId& session) {
    EXPECT_EQ(this->session(session).at("receipt"), nullptr);
    EXPECT_EQ(payment(session).at("state"), "held");
    EXPECT_EQ(statement().captured_minor, 0);
  }
};

}  // namespace tally::serve::testing
