#include "platform/http/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <random>

#include "platform/http/client.hpp"
#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using Ended = std::pair<std::uint16_t, std::string>;

// A server that echoes, and tells how each connection ended.
class WebSockets : public testing::Test {
 protected:
  void start() {
    handler_->when_admitting = [](const Request& head, Admit admit) {
      if (head.target.path == "/plain") return admit({AcceptBody{}});
      if (head.target.path == "/closed") {
        return admit({problem({.status = 401, .code = "key_missing", .message = "No."}, head.id)});
      }
      admit({AcceptWebSocket{.subprotocol = "tally.v1"}});
    };
    handler_->when_websocket = [this](const Request&, const std::shared_ptr<WebSocket>& socket) {
      opened_.set_value(socket);
      return WebSocketEvents{[socket](std::string text) {
                               if (text == "throw") throw std::runtime_error("bug");
                               if (text == "bye") return socket->close(4000, "as wished");
                               socket->send(std::move(text));
                             },
                             [this](std::uint16_t code, std::string_view reason) {
                               ended_.set_value({code, std::string(reason)});
                             }};
    };
    server_ = start_server(options_, handler_);
  }
  TestPeer open() {
    TestPeer peer(server_->port());
    peer.send(request_text("GET", "/ws", kUpgrade));
    EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("101 Switching Protocols"));
    return peer;
  }
  std::uint16_t close_code(TestPeer& peer) {
    const TestFrame frame = read_frame(peer);
    if (frame.opcode != 8 || frame.payload.size() < 2) return 0;
    return static_cast<std::uint16_t>(static_cast<unsigned char>(frame.payload[0]) << 8U |
                                      static_cast<unsigned char>(frame.payload[1]));
  }

  ServerOptions options_;
  std::promise<std::shared_ptr<WebSocket>> opened_;
  std::promise<Ended> ended_;
  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(WebSockets, EchoesAndClosesAsThePeerWishes) {
  start();
  TestPeer peer = open();
  peer.send(websocket_frame(1, "hello") + websocket_frame(1, std::string(60'000, 'x')));
  EXPECT_EQ(read_frame(peer).payload, "hello");
  EXPECT_EQ(read_frame(peer).payload, std::string(60'000, 'x'));
  peer.send(websocket_frame(9, "are you there"));
  EXPECT_EQ(read_frame(peer).opcode, 10);
  peer.send(websocket_frame(8, std::string("\x03\xe8") + "done"));
  EXPECT_EQ(close_code(peer), 1000);
  peer.finish_sending();
  EXPECT_EQ(ended_.get_future().get(), Ended(1000, "done"));
}

TEST_F(WebSockets, ClosesWithItsOwnCodeAndReason) {
  start();
  TestPeer peer = open();
  peer.send(websocket_frame(1, "bye"));
  EXPECT_EQ(close_code(peer), 4000);
  peer.send(websocket_frame(8, "\x0f\xa0"));
  peer.finish_sending();
  EXPECT_EQ(ended_.get_future().get().first, 4000);
}

TEST_F(WebSockets, RefusesWhatBreaksItsRules) {
  options_.limits.websocket.message_bytes_max = 1000;
  start();
  const std::pair<std::string, std::uint16_t> cases[] = {
      {websocket_frame(1, std::string(1001, 'x')), 1009},
      {websocket_frame(1, "hello", false), 1002},  // Not masked.
      {websocket_frame(3, "hello"), 1002},         // No such opcode.
      {websocket_frame(0, "hello"), 1002},         // Goes on with nothing.
      {std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff") + "mask", 1002},  // Endless.
      {websocket_frame(1, "\xff\xfe"), 1007},
      {websocket_frame(2, "binary"), 1003},
      {websocket_frame(1, "throw"), 1011},
  };
  for (const auto& [bytes, code] : cases) {
    opened_ = {};
    ended_ = {};
    TestPeer peer = open();
    peer.send(bytes);
    const std::uint16_t sent = close_code(peer);
    EXPECT_TRUE(sent == code || (code == 1002 && sent == 1009)) << sent << " for " << code;
    peer.finish_sending();
    ended_.get_future().get();
  }
}

// The peer said goodbye and then does not close: what it said counts, after handshake_time.
TEST_F(WebSockets, DoesNotWaitForeverForAPeerToHangUp) {
  options_.limits.websocket.handshake_time = milliseconds(50);
  start();
  TestPeer peer = open();
  const auto began = std::chrono::steady_clock::now();
  peer.send(websocket_frame(8, "\x0f\xa0why"));
  EXPECT_EQ(ended_.get_future().get(), Ended(4000, "why"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, options_.limits.websocket.idle_time / 4);
}

TEST_F(WebSockets, SurvivesRandomFrames) {
  start();
  std::mt19937_64 random(3);
  for (int i = 0; i < 100; ++i) {
    opened_ = {};
    ended_ = {};
    TestPeer peer = open();
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    peer.send(bytes);
    peer.reset();
    ended_.get_future().get();
  }
  EXPECT_EQ(server_->counts().handler_failures, 0U);
}

TEST_F(WebSockets, CutsOffAPeerThatAnswersNoPings) {
  options_.limits.websocket.idle_time = milliseconds(100);
  start();
  TestPeer peer = open();
  EXPECT_EQ(read_frame(peer).opcode, 9);
  EXPECT_EQ(ended_.get_future().get().first, kCloseLost);
}

// Its pings show that it lives; what it is sent stays where it is.
TEST_F(WebSockets, CutsOffAPeerThatDoesNotRead) {
  options_.limits.websocket.write_time = milliseconds(100);
  options_.limits.websocket.queue_bytes_max = 64U << 20U;
  start();
  TestPeer peer = open();
  const auto socket = opened_.get_future().get();
  for (int i = 0; i < 300; ++i) socket->send(std::string(60'000, 'x'));
  auto ended = ended_.get_future();
  const auto began = std::chrono::steady_clock::now();
  while (ended.wait_for(milliseconds(5)) != std::future_status::ready &&
         std::chrono::steady_clock::now() - began < kPatience) {
    peer.send(websocket_frame(1, "bye for now"));
  }
  EXPECT_EQ(ended.get().first, kCloseLost);
  EXPECT_FALSE(socket->send("more"));
}

TEST_F(WebSockets, CutsOffAPeerThatDoesNotAnswerAClose) {
  options_.limits.websocket.handshake_time = milliseconds(100);
  start();
  TestPeer peer = open();
  opened_.get_future().get()->close(kClosePolicy, "go");
  EXPECT_EQ(close_code(peer), kClosePolicy);
  auto ended = ended_.get_future();
  const auto began = std::chrono::steady_clock::now();
  while (ended.wait_for(milliseconds(5)) != std::future_status::ready &&
         std::chrono::steady_clock::now() - began < kPatience) {
    peer.send(websocket_frame(1, "I did not hear that"));
  }
  EXPECT_EQ(ended.get().first, kCloseLost);
}

TEST_F(WebSockets, BoundsWhatWaitsForASlowPeer) {
  options_.limits.websocket.queue_messages_max = 8;
  start();
  TestPeer peer = open();
  const auto socket = opened_.get_future().get();
  // The network takes some of them until its own buffers are full.
  const std::string message(60'000, 'x');
  int taken = 0;
  const auto began = std::chrono::steady_clock::now();
  while (socket->send(message) && std::chrono::steady_clock::now() - began < kPatience) ++taken;
  EXPECT_GE(taken, 8);
  socket->close(kClosePolicy, "too slow");
  EXPECT_FALSE(socket->send("more"));
  for (int i = 0; i < taken; ++i) ASSERT_EQ(read_frame(peer).payload.size(), message.size());
  EXPECT_EQ(close_code(peer), kClosePolicy);
  peer.reset();
  ended_.get_future().get();
  server_.reset();
  EXPECT_FALSE(socket->send("the server is gone"));
}

TEST_F(WebSockets, OpensOnlyWhereAndHowItIsMeantTo) {
  start();
  TestPeer plain(server_->port());
  plain.send(request_text("GET", "/ws"));
  const TestResponse required = plain.read_response();
  EXPECT_EQ(required.status, 426);
  EXPECT_THAT(required.head, HasSubstr("Upgrade: websocket\r\n"));
  plain.send(request_text("GET", "/plain", kUpgrade));
  EXPECT_EQ(plain.read_response().body, "GET /plain ");
  TestPeer keyless(server_->port());
  keyless.send(request_text("GET", "/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_EQ(keyless.read_response().status, 400);
  TestPeer early(server_->port());
  early.send(request_text("GET", "/ws", kUpgrade) + websocket_frame(1, "early"));
  EXPECT_EQ(early.read_response().status, 400);
}

class WebSocketClient : public WebSockets {
 protected:
  WebSocketRequest request(std::string_view path) {
    return {.url = "ws://127.0.0.1:" + std::to_string(server_->port()) + std::string(path),
            .headers = {},
            .subprotocol = "tally.v1",
            .limits = {}};
  }
  std::unique_ptr<HttpClient> client_ = std::move(*HttpClient::start({}));
};

TEST_F(WebSocketClient, TalksToAServer) {
  start();
  std::promise<std::string> echoed;
  std::promise<std::uint16_t> closed;
  client_->open_websocket(request("/ws"), [&](OpenResult opened) {
    EXPECT_TRUE(opened);
    if (!opened) return WebSocketEvents{};
    (*opened)->send("hello");
    return WebSocketEvents{[&, socket = *opened](std::string text) {
                             echoed.set_value(std::move(text));
                             socket->close(kCloseNormal, "enough");
                           },
                           [&](std::uint16_t code, std::string_view) { closed.set_value(code); }};
  });
  EXPECT_EQ(echoed.get_future().get(), "hello");
  EXPECT_EQ(closed.get_future().get(), kCloseNormal);
  EXPECT_EQ(ended_.get_future().get(), Ended(kCloseNormal, "enough"));
}

TEST_F(WebSocketClient, TellsWhatAServerAnsweredInstead) {
  start();
  const std::pair<std::string, int> cases[] = {{"/closed", 401}, {"/plain", 200}};
  for (const auto& [path, status] : cases) {
    std::promise<OpenFailure> failed;
    client_->open_websocket(request(path), [&](OpenResult opened) {
      EXPECT_FALSE(opened);
      if (!opened) failed.set_value(opened.error());
      return WebSocketEvents{};
    });
    const OpenFailure failure = failed.get_future().get();
    EXPECT_EQ(failure.status, status);
    EXPECT_EQ(failure.error.code.name, "http.answer");
  }
}

TEST_F(WebSocketClient, NoticesAServerThatIsGoneAndAClientThatStops) {
  start();
  for (const bool by_server : {true, false}) {
    opened_ = {};
    ended_ = {};
    std::promise<std::uint16_t> closed;
    std::promise<bool> connected;  // Later than the server's opened_: its answer must arrive.
    client_->open_websocket(request("/ws"), [&](const OpenResult& opened) {
      connected.set_value(opened.has_value());
      return WebSocketEvents{[](const std::string&) {},
                             [&](std::uint16_t code, std::string_view) { closed.set_value(code); }};
    });
    ASSERT_TRUE(connected.get_future().get());
    opened_.get_future().get();
    if (by_server) {
      server_->stop(std::chrono::seconds(10));
      EXPECT_EQ(closed.get_future().get(), kCloseGoingAway);
      start();
    } else {
      client_.reset();
      EXPECT_EQ(closed.get_future().get(), kCloseLost);
    }
    ended_.get_future().get();
  }
}

}  // namespace
}  // namespace tally::http
