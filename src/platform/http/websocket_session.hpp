// What both ends of a WebSocket share once it is open. Inside platform/http only.
//
// One coroutine reads, one writes, both on the connection's executor. QueuedWebSocket is the end
// that callers hold, and outlives all else.
#pragma once

#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "platform/http/boost_io.hpp"
#include "platform/http/send_queue.hpp"
#include "platform/http/websocket.hpp"

namespace tally::http {

class QueuedWebSocket final : public WebSocket {
 public:
  explicit QueuedWebSocket(const WebSocketLimits& limits)
      : queue_({limits.queue_bytes_max, limits.queue_messages_max}) {}

  bool send(std::string text) override { return queue_.push(std::move(text)); }
  void close(std::uint16_t code, std::string_view reason) override;

  [[nodiscard]] SendQueue& queue() { return queue_; }
  [[nodiscard]] beast::websocket::close_reason close_reason() const;

 private:
  SendQueue queue_;
  mutable std::mutex mutex_;
  bool closing_ = false;
  std::uint16_t code_ = kCloseNormal;
  std::string reason_;
};

template <typename Stream>
class WebSocketSession : public std::enable_shared_from_this<WebSocketSession<Stream>> {
 public:
  // Of a stream that is connected; the handshake is the caller's, on socket(). Exceptions that
  // come out of callbacks are counted in `failures`, which outlives the session.
  WebSocketSession(Stream stream, const WebSocketLimits& limits,
                   std::atomic<std::uint64_t>& failures);

  [[nodiscard]] beast::websocket::stream<Stream>& socket() { return socket_; }
  [[nodiscard]] const std::shared_ptr<QueuedWebSocket>& handle() const { return handle_; }

  // Until the connection has ended; calls on_close last.
  asio::awaitable<void> run(WebSocketEvents events);
  void notify() { signal_.notify(); }
  void cut();  // Ends the connection at once.

 private:
  asio::awaitable<void> read(WebSocketEvents& events);
  asio::awaitable<void> write();
  void tell_end(const WebSocketEvents& events);
  void start_clock(steady_clock::duration time);  // cut() when it is over.
  void stop_clock();

  beast::websocket::stream<Stream> socket_;
  WebSocketLimits limits_;
  std::shared_ptr<QueuedWebSocket> handle_;
  std::atomic<std::uint64_t>& failures_;
  Signal signal_;
  asio::steady_timer clock_;
  steady_clock::time_point cut_at_ = steady_clock::time_point::max();
  steady_clock::time_point hang_up_at_ = steady_clock::time_point::max();
  error_code ended_;     // Why reading ended.
  bool closed_ = false;  // Closed from this end, and the peer agreed.
};

using PlainStream = beast::tcp_stream;
using SecureStream = beast::ssl_stream<beast::tcp_stream>;
extern template class WebSocketSession<PlainStream>;
extern template class WebSocketSession<SecureStream>;

}  // namespace tally::http
