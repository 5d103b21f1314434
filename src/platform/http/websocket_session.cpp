#include "platform/http/websocket_session.hpp"

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <utility>

#include "platform/http/contain.hpp"
#include "platform/http/text.hpp"

namespace tally::http {
namespace {

namespace websocket = beast::websocket;

// A connection that waits holds no more than this for reading.
constexpr std::size_t kIdleBufferBytesMax = 4096;
constexpr std::size_t kSliceBytes = 64U << 10U;  // What write_time is for.

// RFC 6455, 7.4: what an end may send.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// What the caller is told, of a connection that the peer did not close by its own code.
std::uint16_t code_of_failure(const error_code& error) {
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
    return websocket::close_code::too_big;
  }
  if (error == websocket::error::bad_frame_payload) return websocket::close_code::bad_payload;
  if (error == websocket::condition::protocol_violation) {
    return websocket::close_code::protocol_error;
  }
  return kCloseLost;
}

}  // namespace

void QueuedWebSocket::close(std::uint16_t code, std::string_view reason) {
  {
    const std::scoped_lock lock(mutex_);
    if (closing_) return;
    closing_ = true;
    code_ = may_be_sent(code) ? code : kCloseNormal;
    reason = reason.substr(0, kCloseReasonBytesMax);
    while (!is_text(reason)) reason.remove_suffix(1);  // A character may have been cut.
    reason_ = reason;
  }
  queue_.close();
}

websocket::close_reason QueuedWebSocket::close_reason() const {
  const std::scoped_lock lock(mutex_);
  return {static_cast<websocket::close_code>(code_), beast::string_view(reason_)};
}

template <typename Stream>
WebSocketSession<Stream>::WebSocketSession(Stream stream, const WebSocketLimits& limits,
                                           std::atomic<std::uint64_t>& failures)
    : socket_(std::move(stream)),
      limits_(limits),
      handle_(std::make_shared<QueuedWebSocket>(limits)),
      failures_(failures),
      signal_(socket_.get_executor()),
      clock_(socket_.get_executor()) {
  beast::get_lowest_layer(socket_).expires_never();  // The WebSocket has times of its own.
  websocket::stream_base::timeout times{};
  times.handshake_timeout = limits.handshake_time;
  times.idle_timeout = limits.idle_time;
  times.keep_alive_pings = true;
  socket_.set_option(times);
  socket_.read_message_max(limits.message_bytes_max);
  socket_.auto_fragment(false);
  socket_.text(true);
}

template <typename Stream>
asio::awaitable<void> WebSocketSession<Stream>::run(WebSocketEvents events) {
  using namespace asio::experimental::awaitable_operators;
  handle_->queue().attach(waker_of(this->weak_from_this(), socket_.get_executor()));
  co_await (read(events) && write());
  cut();
  if (events.on_close) contain(failures_, [&] { tell_end(events); });
}

template <typename Stream>
void WebSocketSession<Stream>::tell_end(const WebSocketEvents& events) {
  // Once the peer's close has come, it counts, however the connection ended after it.
  const auto& told = socket_.reason();
  const auto code = static_cast<std::uint16_t>(told.code);
  if (closed_ || code != 0 || ended_ == websocket::error::closed) {
    events.on_close(code == 0 ? kCloseWithoutCode : code,
                    std::string_view(told.reason.data(), told.reason.size()));
  } else {
    events.on_close(code_of_failure(ended_), "");
  }
}

template <typename Stream>
asio::awaitable<void> WebSocketSession<Stream>::read(WebSocketEvents& events) {
  beast::flat_buffer buffer;
  // A peer that said goodbye gets handshake_time to hang up as well.
  socket_.control_callback([this](websocket::frame_type kind, beast::string_view) {
    if (kind != websocket::frame_type::close) return;
    hang_up_at_ = steady_clock::now() + limits_.handshake_time;
    notify();
  });
  for (;;) {
    const auto [error, bytes] = co_await socket_.async_read(buffer, kAwait);
    if (error) {
      ended_ = error;
      break;
    }
    if (!socket_.got_text()) {
      handle_->close(kCloseUnsupported, "send text");
    } else if (events.on_message) {
      const bool taken =
          contain(failures_, [&] { events.on_message(beast::buffers_to_string(buffer.data())); });
      if (!taken) handle_->close(kCloseFailed, "the receiver failed");
    }
    buffer.clear();
    if (buffer.capacity() > kIdleBufferBytesMax) buffer.shrink_to_fit();
  }
  handle_->queue().detach();
  notify();
}

template <typename Stream>
asio::awaitable<void> WebSocketSession<Stream>::write() {
  SendQueue& queue = handle_->queue();
  while (!ended_) {
    if (const auto message = queue.pop()) {
      start_clock(limits_.write_time * (1 + message->size() / kSliceBytes));
      const auto [error, bytes] = co_await socket_.async_write(asio::buffer(*message), kAwait);
      stop_clock();
      if (error) break;
    } else if (queue.closed()) {
      start_clock(limits_.handshake_time);
      const auto [error] = co_await socket_.async_close(handle_->close_reason(), kAwait);
      stop_clock();
      closed_ = !error;
      break;
    } else if (steady_clock::now() >= hang_up_at_) {
      break;
    } else {
      co_await signal_.wait_until(hang_up_at_);
    }
  }
  if (!ended_) beast::get_lowest_layer(socket_).close();
}

// A peer that sends and never reads is alive to the WebSocket's own timer.
template <typename Stream>
void WebSocketSession<Stream>::start_clock(steady_clock::duration time) {
  cut_at_ = steady_clock::now() + time;
  clock_.expires_at(cut_at_);
  clock_.async_wait([weak = this->weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self && steady_clock::now() >= self->cut_at_) self->cut();
  });
}

template <typename Stream>
void WebSocketSession<Stream>::stop_clock() {
  cut_at_ = steady_clock::time_point::max();
  clock_.cancel();
}

template <typename Stream>
void WebSocketSession<Stream>::cut() {
  beast::get_lowest_layer(socket_).close();
}

template class WebSocketSession<PlainStream>;
template class WebSocketSession<SecureStream>;

}  // namespace tally::http
