// Every limit of the server, with times that are short instead of waits that are long.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <future>
#include <thread>
#include <vector>

#include "platform/http/http_error.hpp"
#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class ServerLimit : public testing::Test {
 protected:
  void start() { server_ = start_server(options_, handler_); }

  ServerOptions options_;
  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ServerLimit, HeadersThatAreTooLargeAre431) {
  options_.limits.header_bytes_max = 4096;
  start();
  const std::string fits = "X-Long: " + std::string(3900, 'x') + "\r\n";
  TestPeer small(server_->port());
  small.send(request_text("GET", "/", fits));
  EXPECT_EQ(small.read_response().status, 200);
  TestPeer large(server_->port());
  large.send(request_text("GET", "/", fits + "X-More: " + std::string(200, 'x') + "\r\n"));
  const TestResponse response = large.read_response();
  EXPECT_EQ(response.status, 431);
  EXPECT_THAT(response.body, HasSubstr("headers_too_large"));
  EXPECT_EQ(large.read_to_end(), "");
}

TEST_F(ServerLimit, SilentSlowAndIdleConnectionsAreClosed) {
  options_.limits.header_time = milliseconds(50);
  options_.limits.idle_time = milliseconds(50);
  start();
  TestPeer silent(server_->port());
  TestPeer slow(server_->port());
  slow.send("GET / HTTP/1.1\r\nHost:");
  TestPeer idle(server_->port());
  idle.send(request_text("GET", "/"));
  EXPECT_EQ(idle.read_response().status, 200);
  EXPECT_TRUE(silent.closes_silently());
  EXPECT_TRUE(slow.closes_silently());
  EXPECT_TRUE(idle.closes_silently());
  server_->stop(Duration::zero());
  EXPECT_EQ(server_->counts().timeouts, 3U);
}

TEST_F(ServerLimit, DrippingHeadersDoNotLengthenTheirTime) {
  options_.limits.header_time = milliseconds(100);
  start();
  TestPeer peer(server_->port());
  TestPeer pace(server_->port());  // One answer for each byte that drips.
  pace.send(request_text("GET", "/"));
  const auto began = std::chrono::steady_clock::now();
  while (pace.read_response().status == 200 && server_->counts().timeouts == 0 &&
         std::chrono::steady_clock::now() - began < kPatience) {
    peer.send("X");
    pace.send(request_text("GET", "/"));
  }
  EXPECT_EQ(server_->counts().timeouts, 1U);
  EXPECT_TRUE(peer.closes_silently());
}

TEST_F(ServerLimit, ABodyThatComesTooSlowlyIsCutOff) {
  options_.limits.body_grace = milliseconds(50);
  start();
  TestPeer peer(server_->port());
  peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_TRUE(peer.closes_silently());
  server_->stop(Duration::zero());
  EXPECT_EQ(server_->counts().timeouts, 1U);
}

TEST(BodyTime, GrowsWithWhatCame) {
  ServerLimits limits;
  limits.body_grace = seconds(10);
  limits.body_bytes_per_second_min = 1000;
  EXPECT_EQ(body_time(limits, 0), seconds(10));
  EXPECT_EQ(body_time(limits, 5999), seconds(15));
}

TEST_F(ServerLimit, AHandlerThatDoesNotAnswerIs503AndItsAnswerIsDropped) {
  options_.limits.handler_time = milliseconds(50);
  std::vector<Reply> kept;
  std::vector<Admit> admits;
  handler_->when_admitting = [&](const Request& head, Admit admit) {
    if (head.target.path == "/admit") return admits.push_back(std::move(admit));
    admit({AcceptBody{}});
  };
  handler_->when_handling = [&](const Request&, Reply reply) { kept.push_back(std::move(reply)); };
  start();
  for (const auto* path : {"/handle", "/admit"}) {
    TestPeer peer(server_->port());
    peer.send(request_text("GET", path));
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.body, HasSubstr("handler_timeout"));
  }
  kept.at(0)(json_response(200, "{}"));
  server_.reset();
  admits.at(0)({AcceptBody{}});  // Even when the server is gone.
}

TEST_F(ServerLimit, AClientThatDoesNotReadItsResponseIsCutOff) {
  options_.limits.write_time = milliseconds(100);
  std::promise<Exchange> ended;
  options_.observe = [&](const Exchange& exchange) { ended.set_value(exchange); };
  handler_->when_handling = [](const Request&, Reply reply) {
    reply({200, {}, std::string(64U << 20U, 'x')});
  };
  start();
  TestPeer peer(server_->port());
  peer.send(request_text("GET", "/"));
  EXPECT_FALSE(ended.get_future().get().complete);
  EXPECT_EQ(server_->counts().timeouts, 1U);
}

TEST_F(ServerLimit, RequestsOfOneConnectionAreCounted) {
  options_.limits.requests_per_connection_max = 2;
  start();
  TestPeer peer(server_->port());
  peer.send(request_text("GET", "/1") + request_text("GET", "/2") + request_text("GET", "/3"));
  EXPECT_THAT(peer.read_response().head, HasSubstr("keep-alive"));
  EXPECT_THAT(peer.read_response().head, HasSubstr("Connection: close"));
  peer.finish_sending();
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(ServerLimit, FullTheLongestSilentMakesRoom) {
  options_.limits.connections_max = 2;
  start();
  TestPeer first(server_->port());
  first.send(request_text("GET", "/"));
  EXPECT_EQ(first.read_response().status, 200);
  TestPeer second(server_->port());
  second.send(request_text("GET", "/"));
  EXPECT_EQ(second.read_response().status, 200);
  TestPeer third(server_->port());
  third.send(request_text("GET", "/"));
  EXPECT_EQ(third.read_response().status, 200);
  EXPECT_TRUE(first.closes_silently());
  second.send(request_text("GET", "/"));
  EXPECT_EQ(second.read_response().status, 200);
  EXPECT_EQ(server_->counts().crowded_out, 1U);
}

TEST_F(ServerLimit, FullOfWorkItTurnsAway) {
  options_.limits.connections_max = 1;
  std::promise<Reply> promise;
  handler_->when_handling = [&](const Request&, Reply reply) {
    promise.set_value(std::move(reply));
  };
  start();
  TestPeer busy(server_->port());
  busy.send(request_text("GET", "/"));
  Reply reply = promise.get_future().get();
  TestPeer second(server_->port());
  const TestResponse refused = second.read_response();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(second.read_to_end(), "");
  reply(json_response(200, "{}"));
  EXPECT_EQ(busy.read_response().status, 200);
  EXPECT_EQ(server_->counts().turned_away, 1U);
}

TEST_F(ServerLimit, WhoeverIsTurnedAwayWhileSendingHearsOfIt) {
  options_.limits.connections_max = 1;
  std::promise<Reply> promise;
  handler_->when_handling = [&](const Request&, Reply reply) {
    promise.set_value(std::move(reply));
  };
  start();
  TestPeer busy(server_->port());
  busy.send(request_text("GET", "/"));
  Reply reply = promise.get_future().get();
  TestPeer second(server_->port());
  EXPECT_TRUE(second.send(request_text("POST", "/", "", std::string(16U << 20U, 'x'))));
  EXPECT_EQ(second.read_response().status, 503);
  TestPeer third(server_->port());
  EXPECT_EQ(third.read_response().status, 503);
  server_->stop(Duration::zero());  // Those that linger do not hold it up.
  EXPECT_EQ(third.read_to_end(), "");
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
constexpr std::size_t kSilentBytesMax = 8192;

std::size_t resident_bytes() {
  std::size_t pages = 0;
  std::size_t resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  const int read = file == nullptr ? 0 : std::fscanf(file, "%zu %zu", &pages, &resident);
  if (file != nullptr) std::fclose(file);
  return read == 2 ? resident * static_cast<std::size_t>(::getpagesize()) : 0;
}

TEST_F(ServerLimit, ThousandsThatSayNothingCostLittleAndGo) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  // Both ends of each connection are of this process.
  const std::size_t count = std::min<std::size_t>(10'000, (files.rlim_max - 200) / 2);
  if (files.rlim_max < 4200) GTEST_SKIP() << "too few file descriptors are allowed";
  options_.limits.header_time = seconds(60);
  start();
  TestPeer customer(server_->port());
  customer.send(request_text("GET", "/"));
  EXPECT_EQ(customer.read_response().status, 200);
  std::vector<TestPeer> peers;
  peers.reserve(count);
  const std::size_t before = resident_bytes();
  for (std::size_t i = 0; i < count; ++i) peers.emplace_back(server_->port());
  TestPeer last(server_->port());
  for (TestPeer* asking : {&last, &customer}) {
    asking->send(request_text("GET", "/"));
    EXPECT_EQ(asking->read_response().status, 200);
  }
  EXPECT_EQ(server_->counts().connections, count + 2);
  const std::size_t each = (resident_bytes() - before) / count;
  RecordProperty("connections", static_cast<int>(count));
  RecordProperty("bytes_per_connection", static_cast<int>(each));
  if (!kSanitized) EXPECT_LT(each, kSilentBytesMax);
  server_->stop(Duration::zero());
  for (TestPeer& peer : peers) EXPECT_TRUE(peer.closes_silently());
}

TEST_F(ServerLimit, OutOfDescriptorsItWaitsWithoutSpinningAndRecovers) {
  start();
  TestPeer warm(server_->port());
  warm.send(request_text("GET", "/"));
  EXPECT_EQ(warm.read_response().status, 200);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t allowed = files.rlim_cur;

  // A socket that exists connects without a descriptor more; only the server's accept needs one.
  const int next = ::dup(0);
  ::close(next);
  TestPeer pending(server_->port(), [&] {
    files.rlim_cur = static_cast<rlim_t>(next) + 1;
    ::setrlimit(RLIMIT_NOFILE, &files);
  });
  pending.send(request_text("GET", "/"));
  const auto began = std::chrono::steady_clock::now();
  while (server_->counts().accept_pauses == 0 &&
         std::chrono::steady_clock::now() - began < kPatience) {
    std::this_thread::yield();
  }
  const auto pauses = server_->counts().accept_pauses;
  files.rlim_cur = allowed;
  ::setrlimit(RLIMIT_NOFILE, &files);
  EXPECT_EQ(pending.read_response().status, 200);
  const auto waited = std::chrono::steady_clock::now() - began;
  EXPECT_GE(pauses, 1U);
  EXPECT_LE(server_->counts().accept_pauses,
            2 + static_cast<std::uint64_t>(waited / milliseconds(50)));
}

}  // namespace
}  // namespace tally::http
