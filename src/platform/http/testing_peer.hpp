// For tests: a server whose handler is made of functions, and a client that speaks bytes.
//
// Reading waits for the event itself, at most kPatience, and then gives up with what it has.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/server.hpp"

namespace tally::http {

inline constexpr auto kPatience = std::chrono::seconds(20);

// Does nothing useful unless told: admits bodies of 1 MiB, answers 200 with "METHOD path body".
class ScriptedHandler : public Handler {
 public:
  void admit(const Request& head, Admit admit) override;
  void handle(Request request, Reply reply) override;
  WebSocketEvents on_websocket(Request request, std::shared_ptr<WebSocket> socket) override;

  std::function<void(const Request&, Admit)> when_admitting;
  std::function<void(Request, Reply)> when_handling;
  std::function<WebSocketEvents(Request, std::shared_ptr<WebSocket>)> when_websocket;
};

// Aborts the test program if the server can't start.
std::unique_ptr<HttpServer> start_server(ServerOptions options, std::shared_ptr<Handler> handler);

struct TestResponse {
  int status = 0;
  std::string head;  // With the empty line.
  std::string body;
};

// A blocking connection to 127.0.0.1.
class TestPeer {
 public:
  // `before_connecting` is called when the socket exists.
  explicit TestPeer(std::uint16_t port, const std::function<void()>& before_connecting = {});
  TestPeer(TestPeer&& other) noexcept;
  TestPeer& operator=(TestPeer&&) = delete;
  ~TestPeer();

  bool send(std::string_view bytes);  // False if the other side is gone.
  void finish_sending();
  void reset();  // Ends the connection with RST.

  // Exactly so many bytes, or what came before the end or the patience ended.
  std::string read(std::size_t bytes);
  std::string read_until(std::string_view mark);
  // All until the other side closes; nothing if it doesn't.
  std::optional<std::string> read_to_end();
  // A response with Content-Length; status 0 if none came. `bodyless`: as to HEAD.
  TestResponse read_response(bool bodyless = false);
  // Whether the other side closes without a byte.
  bool closes_silently() { return read_to_end() == ""; }

 private:
  bool fill();  // False at the end.

  int socket_;
  bool ended_ = false;
  std::string buffer_;
};

// "METHOD target HTTP/1.1", a Host, and what else is given as lines that end with "\r\n".
std::string request_text(std::string_view method, std::string_view target,
                         std::string_view headers = "", std::string_view body = "");

// A frame from a client (RFC 6455, 5.2), masked with zeros, and reading those of a server.
std::string websocket_frame(int opcode, std::string_view payload, bool masked = true);
inline constexpr std::string_view kUpgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
struct TestFrame {
  int opcode = -1;  // -1: the connection ended.
  std::string payload;
};
TestFrame read_frame(TestPeer& peer);

}  // namespace tally::http
