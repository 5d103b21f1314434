#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class ServerStop : public testing::Test {
 protected:
  ServerStop() {
    handler_->when_handling = [this](const Request&, Reply reply) {
      running_.set_value(std::move(reply));
    };
    server_ = start_server({}, handler_);
  }

  std::promise<Reply> running_;
  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ServerStop, LetsRequestsThatRunBeAnswered) {
  TestPeer idle(server_->port());
  TestPeer busy(server_->port());
  busy.send(request_text("GET", "/"));
  Reply reply = running_.get_future().get();
  auto stopped = std::async(std::launch::async, [&] { return server_->stop(seconds(20)); });
  EXPECT_TRUE(idle.closes_silently());
  reply(json_response(200, "{}"));
  const TestResponse response = busy.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.head, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(busy.read_to_end(), "");
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(server_->counts().connections, 0U);
}

TEST_F(ServerStop, CutsOffWhatIsNotDoneInTime) {
  TestPeer busy(server_->port());
  busy.send(request_text("GET", "/"));
  Reply reply = running_.get_future().get();
  EXPECT_FALSE(server_->stop(std::chrono::milliseconds(20)));
  EXPECT_TRUE(busy.closes_silently());
  server_.reset();
  reply(json_response(200, "{}"));  // Nobody waits any more; nothing happens.
}

TEST_F(ServerStop, EndsEventStreamsAndWebSockets) {
  handler_->when_handling = [](const Request&, Reply reply) {
    reply({200, {}, std::make_shared<EventStream>(EventStreamOptions{})});
  };
  handler_->when_admitting = [](const Request& head, Admit admit) {
    if (head.wants_websocket) return admit({AcceptWebSocket{}});
    admit({AcceptBody{}});
  };
  std::promise<std::uint16_t> closed;
  handler_->when_websocket = [&](const Request&, const std::shared_ptr<WebSocket>&) {
    return WebSocketEvents{[](const std::string&) {},
                           [&](std::uint16_t code, std::string_view) { closed.set_value(code); }};
  };
  TestPeer stream(server_->port());
  stream.send(request_text("GET", "/"));
  EXPECT_FALSE(stream.read_until("\r\n\r\n").empty());
  TestPeer socket(server_->port());
  socket.send(request_text("GET", "/", kUpgrade));
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("101 Switching"));
  auto stopped = std::async(std::launch::async, [&] { return server_->stop(seconds(20)); });
  EXPECT_EQ(stream.read_to_end(), "0\r\n\r\n");
  const TestFrame close = read_frame(socket);
  EXPECT_EQ(close.opcode, 8);
  EXPECT_EQ(close.payload.substr(0, 2), std::string("\x03\xe9"));  // 1001
  socket.send(websocket_frame(8, close.payload.substr(0, 2)));
  socket.finish_sending();
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(closed.get_future().get(), kCloseGoingAway);
}

}  // namespace
}  // namespace tally::http
