#include "platform/http/testing_peer.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/assert.hpp"

namespace tally::http {

void ScriptedHandler::admit(const Request& head, Admit admit) {
  if (when_admitting) return when_admitting(head, std::move(admit));
  Handler::admit(head, std::move(admit));
}

void ScriptedHandler::handle(Request request, Reply reply) {
  if (when_handling) return when_handling(std::move(request), std::move(reply));
  reply({.status = 200,
         .headers = {},
         .body =
             fmt::format("{} {} {}", name_of(request.method), request.target.path, request.body)});
}

WebSocketEvents ScriptedHandler::on_websocket(Request request, std::shared_ptr<WebSocket> socket) {
  if (when_websocket) return when_websocket(std::move(request), std::move(socket));
  return {};
}

std::unique_ptr<HttpServer> start_server(ServerOptions options, std::shared_ptr<Handler> handler) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  TALLY_ASSERT(server);
  return std::move(*server);
}

TestPeer::TestPeer(std::uint16_t port, const std::function<void()>& before_connecting)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  TALLY_ASSERT(socket_ >= 0);
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (before_connecting) before_connecting();
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  TALLY_ASSERT(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
}

TestPeer::TestPeer(TestPeer&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      ended_(other.ended_),
      buffer_(std::move(other.buffer_)) {}

TestPeer::~TestPeer() {
  if (socket_ >= 0) ::close(socket_);
}

bool TestPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TestPeer::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void TestPeer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

bool TestPeer::fill() {
  std::array<char, 16384> bytes{};
  const ssize_t read = ::recv(socket_, bytes.data(), bytes.size(), 0);
  // A side that closes with bytes unread resets the connection.
  if (read == 0 || (read < 0 && errno == ECONNRESET)) ended_ = true;
  if (read <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(read));
  return true;
}

std::string TestPeer::read(std::size_t bytes) {
  while (buffer_.size() < bytes && fill()) {
  }
  std::string taken = buffer_.substr(0, bytes);
  buffer_.erase(0, taken.size());
  return taken;
}

std::string TestPeer::read_until(std::string_view mark) {
  while (!buffer_.contains(mark)) {
    if (!fill()) return "";
  }
  return read(buffer_.find(mark) + mark.size());
}

std::optional<std::string> TestPeer::read_to_end() {
  while (fill()) {
  }
  if (!ended_) return std::nullopt;
  return std::exchange(buffer_, "");
}

TestResponse TestPeer::read_response(bool bodyless) {
  TestResponse response;
  response.head = read_until("\r\n\r\n");
  if (response.head.size() < 12) return response;
  std::from_chars(response.head.data() + 9, response.head.data() + 12, response.status);
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t at = response.head.find(kLength);
  std::size_t bytes = 0;
  if (at != std::string::npos) {
    std::from_chars(response.head.data() + at + kLength.size(),
                    response.head.data() + response.head.size(), bytes);
  }
  if (!bodyless) response.body = read(bytes);
  return response;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view headers,
                         std::string_view body) {
  const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
  return fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}{}\r\n{}", method, target, headers, length,
                     body);
}

std::string websocket_frame(int opcode, std::string_view payload, bool masked) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const int mask = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    frame += static_cast<char>(mask | static_cast<int>(payload.size()));
  } else {
    TALLY_ASSERT(payload.size() <= 0xFFFF);
    frame += static_cast<char>(mask | 126);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  if (masked) frame.append(4, '\0');
  return frame.append(payload);
}

TestFrame read_frame(TestPeer& peer) {
  const std::string head = peer.read(2);
  if (head.size() < 2) return {};
  auto bytes = static_cast<std::size_t>(head[1] & 0x7F);
  if (bytes == 126) {
    const std::string length = peer.read(2);
    bytes = static_cast<std::size_t>(static_cast<unsigned char>(length.at(0)) << 8U |
                                     static_cast<unsigned char>(length.at(1)));
  }
  return {head[0] & 0x0F, peer.read(bytes)};
}

}  // namespace tally::http
