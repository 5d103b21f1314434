// Callbacks that throw: bugs that cost what they concern, and never the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "platform/http/client.hpp"
#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class FailingCallbacks : public testing::Test {
 protected:
  void start() { server_ = start_server(options_, handler_); }
  std::string url(std::string_view scheme) const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(server_->port()) + "/";
  }

  ServerOptions options_;
  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(FailingCallbacks, OfTheServersOptionsAreDoneWithout) {
  options_.make_request_id = []() -> std::string { throw std::runtime_error("bug"); };
  options_.now = []() -> Instant { throw 1; };
  options_.observe = [](const Exchange&) { throw std::runtime_error("bug"); };
  start();
  TestPeer peer(server_->port());
  for (const auto* number : {"1", "2"}) {
    peer.send(request_text("GET", "/"));
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.head, HasSubstr(std::string("Request-Id: req_") + number));
    EXPECT_THAT(response.head, Not(HasSubstr("Date:")));
  }
  server_->stop(std::chrono::seconds(10));
  EXPECT_EQ(server_->counts().handler_failures, 6U);
}

class ThrowingSink : public BodySink {
 public:
  Result<void> write(std::span<const std::byte>) override { throw std::runtime_error("bug"); }
  Result<void> finish() override { return {}; }
};

TEST_F(FailingCallbacks, OfASinkAreABodyThatIsNotStored) {
  handler_->when_admitting = [](const Request&, Admit admit) {
    admit({AcceptUpload{std::make_shared<ThrowingSink>(), 100}});
  };
  start();
  TestPeer peer(server_->port());
  peer.send(request_text("PUT", "/", "", "body"));
  EXPECT_EQ(peer.read_response().status, 503);
  EXPECT_EQ(server_->counts().handler_failures, 1U);
}

TEST_F(FailingCallbacks, OfAnEventStreamAndAHandlerThrowingAnythingAreCounted) {
  handler_->when_handling = [](const Request& request, Reply reply) {
    if (request.target.path == "/throw") throw 1;
    auto stream = std::make_shared<EventStream>(
        EventStreamOptions{.on_close = [] { throw std::runtime_error("bug"); }});
    stream->close();
    reply({200, {}, stream});
  };
  start();
  TestPeer stream(server_->port());
  stream.send(request_text("GET", "/"));
  EXPECT_THAT(stream.read_to_end().value_or(""), HasSubstr("200 OK"));
  TestPeer peer(server_->port());
  peer.send(request_text("GET", "/throw"));
  EXPECT_EQ(peer.read_response().status, 500);
  EXPECT_EQ(server_->counts().handler_failures, 2U);
}

TEST_F(FailingCallbacks, OfAWebSocketCloseItAndAreCounted) {
  handler_->when_admitting = [](const Request&, Admit admit) { admit({AcceptWebSocket{}}); };
  handler_->when_websocket = [](const Request& request, const std::shared_ptr<WebSocket>&) {
    if (request.target.path == "/never") throw 1;
    return WebSocketEvents{
        [](const std::string&) { throw 1; },
        [](std::uint16_t, std::string_view) { throw std::runtime_error("bug"); }};
  };
  start();
  for (const auto* path : {"/never", "/message"}) {
    TestPeer peer(server_->port());
    peer.send(request_text("GET", path, kUpgrade));
    EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("101 Switching Protocols"));
    peer.send(websocket_frame(1, "hello"));
    EXPECT_EQ(read_frame(peer).payload.substr(0, 2), "\x03\xf3");  // 1011
    peer.send(websocket_frame(8, "\x03\xf3"));
    EXPECT_TRUE(peer.read_to_end());
  }
  server_->stop(std::chrono::seconds(10));
  EXPECT_EQ(server_->counts().handler_failures, 3U);
}

TEST_F(FailingCallbacks, OfAClientAreCountedAndCloseTheirWebSocket) {
  std::promise<std::uint16_t> closed;
  handler_->when_admitting = [](const Request& head, Admit admit) {
    if (head.wants_websocket) return admit({AcceptWebSocket{}});
    admit({AcceptBody{}});
  };
  handler_->when_websocket = [&](const Request&, const std::shared_ptr<WebSocket>&) {
    return WebSocketEvents{[](const std::string&) {},
                           [&](std::uint16_t code, std::string_view) { closed.set_value(code); }};
  };
  start();
  const auto client = std::move(*HttpClient::start({}));
  client->call({.url = url("http")}, [](const CallResult&) { throw std::runtime_error("bug"); });
  client->call({.url = "none"}, [](const CallResult&) { throw 1; });
  client->open_websocket({.url = url("ws")}, [](const OpenResult&) -> WebSocketEvents { throw 1; });
  EXPECT_EQ(closed.get_future().get(), kCloseFailed);
  EXPECT_TRUE(client->call_and_wait({.url = url("http")}));
  const auto began = std::chrono::steady_clock::now();
  while (client->callback_failures() < 3 && std::chrono::steady_clock::now() - began < kPatience) {
    (void)client->call_and_wait({.url = url("http")});
  }
  EXPECT_EQ(client->callback_failures(), 3U);
}

}  // namespace
}  // namespace tally::http
