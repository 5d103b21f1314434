#include "platform/http/connection.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <utility>

#include "platform/http/contain.hpp"
#include "platform/http/text.hpp"
#include "platform/http/websocket_session.hpp"
#include "platform/http/wire.hpp"

namespace tally::http {
namespace {

constexpr std::size_t kFirstBytes = 512;           // Reserved for a connection that says nothing.
constexpr std::size_t kReadBytesMax = 64U << 10U;  // At a time.
constexpr std::size_t kIdleBufferBytesMax = 4096;  // Kept between requests.

constexpr std::string_view kTurnedAway =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

std::string address_of(const tcp::socket& socket) {
  error_code error;
  const auto end = socket.remote_endpoint(error);
  return error ? std::string() : end.address().to_string();
}

bool is_too_large(const error_code& error) {
  return error == wire::error::header_limit || error == wire::error::buffer_overflow;
}

}  // namespace

Connection::Connection(tcp::socket socket, ServerShared& shared, Lane& lane)
    : shared_(shared),
      lane_(lane),
      stream_(std::move(socket)),
      signal_(stream_.get_executor()),
      buffer_(shared.options.limits.header_bytes_max + kReadBytesMax) {}

asio::awaitable<void> Connection::run() {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  bool first = true;
  while (co_await wait_for_request(first)) {
    first = false;
    if (!co_await serve_one()) break;
    parser_.reset();
  }
  if (!cut_websocket_) stream_.close();
}

asio::awaitable<void> Connection::turn_away() {
  stream_.expires_after(shared_.options.limits.write_time);
  const auto [error, bytes] =
      co_await asio::async_write(stream_, asio::buffer(kTurnedAway), kAwait);
  if (!error) co_await linger();
  stream_.close();
}

asio::awaitable<bool> Connection::wait_for_request(bool first) {
  if (shared_.draining || cut_) co_return false;
  const ServerLimits& limits = shared_.options.limits;
  const auto now = steady_clock::now();
  head_deadline_ = now + limits.header_time;
  if (buffer_.size() > 0) co_return true;  // Pipelined.
  if (buffer_.capacity() > kIdleBufferBytesMax) buffer_.shrink_to_fit();
  lane_.mark_silent(place);
  stream_.expires_at(first ? head_deadline_ : now + limits.idle_time);
  const auto [error, bytes] =
      co_await stream_.async_read_some(buffer_.prepare(kFirstBytes), kAwait);
  if (error == beast::error::timeout) ++shared_.timeouts;
  if (error) co_return false;
  buffer_.commit(bytes);
  if (!first) head_deadline_ = steady_clock::now() + limits.header_time;
  co_return true;
}

asio::awaitable<bool> Connection::serve_one() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.options.limits.header_bytes_max));
  parser_->body_limit(boost::none);  // Known when the request is admitted.
  stream_.expires_at(head_deadline_);
  const auto [error, bytes] = co_await wire::async_read_header(stream_, buffer_, *parser_, kAwait);
  if (error == beast::error::timeout) ++shared_.timeouts;
  if (error && !is_too_large(error) && !is_malformed(error)) co_return false;
  lane_.mark_busy(place);
  Turn turn = begin_turn();
  if (is_too_large(error)) {
    co_return co_await refuse(turn, 431, "headers_too_large",
                              "The request line and headers are longer than is taken.");
  }
  if (error == wire::error::bad_version) {
    co_return co_await refuse(turn, 505, "version_unsupported", "Speak HTTP/1.1.");
  }
  if (error) {
    co_return co_await refuse(turn, 400, "request_malformed",
                              "The request is not HTTP/1.1: " + error.message() + ".");
  }
  co_return co_await serve(turn);
}

Connection::Turn Connection::begin_turn() {
  Turn turn;
  turn.began = steady_clock::now();
  turn.request.id = shared_.next_request_id();
  turn.exchange.request_id = turn.request.id;
  turn.exchange.remote_address = address_of(stream_.socket());
  return turn;
}

void Connection::finish(Turn& turn, bool complete) {
  turn.exchange.complete = complete;
  turn.exchange.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - turn.began);
  if (!shared_.options.observe) return;
  contain(shared_.handler_failures, [&] { shared_.options.observe(turn.exchange); });
}

asio::awaitable<bool> Connection::serve(Turn& turn) {
  const auto& message = parser_->get();
  turn.chunks_understood = message.version() >= 11;
  turn.keep_alive =
      parser_->keep_alive() && ++requests_ < shared_.options.limits.requests_per_connection_max;
  turn.body_read = parser_->is_done();
  RawHead raw{.method = std::string(message.method_string()),
              .target = std::string(message.target()),
              .version = message.version(),
              .headers = headers_of(message)};
  if (!has_clear_framing(raw)) {
    turn.keep_alive = false;
    co_return co_await refuse(turn, 400, "framing_unclear",
                              "Say where the body ends by one Content-Length, or in HTTP/1.1 by "
                              "\"Transfer-Encoding: chunked\" alone.");
  }
  auto head = read_head(std::move(raw), turn.request.id, turn.exchange.remote_address);
  if (!head) co_return co_await respond(turn, std::move(head.error()));
  turn.request = std::move(*head);
  turn.exchange.method = turn.request.method;
  turn.exchange.path = turn.request.target.path;

  auto [admit, slot] = make_slot<Admission>();
  contain(shared_.handler_failures,
          [&] { shared_.handler->admit(turn.request, std::move(admit)); });
  bool is_late = false;
  auto admission = co_await wait_for(std::move(slot), is_late);
  if (is_late) co_return co_await late(turn, "admit it");
  if (!admission) co_return co_await refuse(turn, 500, "not_admitted", "The server failed.");
  turn.request.context = std::move(admission->context);
  if (auto* response = std::get_if<Response>(&admission->what)) {
    co_return co_await respond(turn, std::move(*response));
  }
  if (auto* body = std::get_if<AcceptBody>(&admission->what)) {
    co_return co_await serve_body(turn, *body);
  }
  if (auto* upload = std::get_if<AcceptUpload>(&admission->what)) {
    co_return co_await serve_upload(turn, *upload);
  }
  co_return co_await serve_websocket(turn, std::get<AcceptWebSocket>(admission->what));
}

asio::awaitable<bool> Connection::serve_body(Turn& turn, AcceptBody& accept) {
  std::string body;
  BodyMemory::Share share(shared_.bodies);  // Until it is answered.
  const BodyEnd end = co_await read_body(turn, accept.bytes_max,
                                         [&](std::string_view chunk) -> asio::awaitable<BodyEnd> {
                                           if (!share.grow(chunk.size()))
                                             co_return BodyEnd::kNoRoom;
                                           body.append(chunk);
                                           co_return BodyEnd::kWhole;
                                         });
  if (end != BodyEnd::kWhole) co_return co_await refuse_body(turn, end);
  turn.request.body = std::move(body);
  co_return co_await answer(turn);
}

asio::awaitable<bool> Connection::serve_upload(Turn& turn, AcceptUpload& accept) {
  const std::shared_ptr<BodySink> sink = std::move(accept.sink);
  const auto store = [this](const auto& step) {
    return run_on(shared_.disk, [this, &step] {
      BodyEnd end = BodyEnd::kNotStored;
      const bool no_bug = contain(shared_.handler_failures, [&] {
        const Result<void> done = step();
        const bool full = !done && done.error().code.name == code_of(SinkError::kFull).name;
        end = done ? BodyEnd::kWhole : full ? BodyEnd::kFull : BodyEnd::kNotStored;
      });
      return no_bug ? end : BodyEnd::kNotStored;
    });
  };
  BodyEnd end = co_await read_body(
      turn, accept.bytes_max, [&](std::string_view chunk) -> asio::awaitable<BodyEnd> {
        const auto write = [&] { return sink->write(std::as_bytes(std::span(chunk))); };
        co_return co_await store(write);
      });
  if (end == BodyEnd::kWhole) {
    const auto finish_sink = [&] { return sink->finish(); };
    end = co_await store(finish_sink);
  }
  if (end != BodyEnd::kWhole) co_return co_await refuse_body(turn, end);
  turn.request.upload = sink;
  turn.request.upload_bytes = turn.exchange.request_bytes;
  co_return co_await answer(turn);
}

asio::awaitable<bool> Connection::answer(Turn& turn) {
  auto [reply, slot] = make_slot<Response>();
  turn.request.remote_address = turn.exchange.remote_address;
  const std::string id = turn.request.id;
  Request request = std::move(turn.request);
  turn.request = Request{};
  turn.request.id = id;
  turn.request.method = request.method;
  if (const auto range = request.headers.find("Range")) turn.request.headers.add("Range", *range);
  contain(shared_.handler_failures,
          [&] { shared_.handler->handle(std::move(request), std::move(reply)); });
  bool is_late = false;
  auto response = co_await wait_for(std::move(slot), is_late);
  if (is_late) co_return co_await late(turn, "answer it");
  if (!response) co_return co_await refuse(turn, 500, "not_answered", "The server failed.");
  co_return co_await respond(turn, std::move(*response));
}

asio::awaitable<bool> Connection::serve_websocket(Turn& turn, AcceptWebSocket& accept) {
  if (!turn.request.wants_websocket) {
    Response response = problem({.status = 426,
                                 .code = "websocket_required",
                                 .message = "Connect here by WebSocket (RFC 6455)."},
                                turn.request.id);
    response.headers.add("Upgrade", "websocket");
    co_return co_await respond(turn, std::move(response));
  }
  if (buffer_.size() > 0 || !turn.body_read) {
    co_return co_await refuse(turn, 400, "request_malformed",
                              "Nothing may follow a WebSocket's request before its answer.");
  }
  if (!is_token(accept.subprotocol)) accept.subprotocol.clear();
  using Session = WebSocketSession<PlainStream>;
  auto session = std::make_shared<Session>(std::move(stream_), shared_.options.limits.websocket,
                                           shared_.handler_failures);
  cut_websocket_ = [session] { session->cut(); };
  drain_stream_ = [handle = session->handle()] { handle->close(kCloseGoingAway, "server stops"); };
  session->socket().set_option(
      beast::websocket::stream_base::decorator([&](beast::websocket::response_type& response) {
        if (!accept.subprotocol.empty()) {
          response.set(wire::field::sec_websocket_protocol, accept.subprotocol);
        }
        response.set("Request-Id", turn.request.id);
      }));
  const auto [error] = co_await session->socket().async_accept(parser_->get(), kAwait);
  parser_.reset();
  buffer_ = beast::flat_buffer();
  turn.exchange.status = error ? 400 : 101;
  finish(turn, !error);
  if (!error && !cut_) {
    ++shared_.websockets;
    WebSocketEvents events;
    contain(shared_.handler_failures, [&] {
      events = shared_.handler->on_websocket(std::move(turn.request), session->handle());
    });
    if (!events.on_message) session->handle()->close(kCloseFailed, "nobody listens");
    if (shared_.draining) drain();
    co_await session->run(std::move(events));
    --shared_.websockets;
  }
  session->cut();
  drain_stream_ = nullptr;
  cut_websocket_ = [] {};  // The stream is gone with the session.
  co_return false;
}

asio::awaitable<bool> Connection::refuse(Turn& turn, int status, std::string code,
                                         std::string message) {
  turn.keep_alive = turn.keep_alive && turn.body_read;
  co_return co_await respond(
      turn, problem({.status = status, .code = std::move(code), .message = std::move(message)},
                    turn.request.id));
}

asio::awaitable<bool> Connection::refuse_body(Turn& turn, BodyEnd end) {
  switch (end) {
    case BodyEnd::kTooLarge:
      co_return co_await refuse(turn, 413, "body_too_large",
                                "The request's body is larger than is taken here.");
    case BodyEnd::kMalformed:
      co_return co_await refuse(turn, 400, "body_malformed",
                                "The request's body is not what its headers say.");
    case BodyEnd::kNotStored:
      co_return co_await refuse(turn, 503, "body_not_stored",
                                "The request's body could not be stored; send it again later.");
    case BodyEnd::kFull:
      co_return co_await refuse(turn, 507, "storage_full",
                                "There is no room left to store this; send it again later.");
    case BodyEnd::kNoRoom: {
      ++shared_.bodies_refused;
      Response response = problem({.status = 503,
                                   .code = "bodies_too_large",
                                   .message = "Too much is being sent at once; try again later."},
                                  turn.request.id);
      response.headers.add("Retry-After", "1");
      turn.keep_alive = false;
      co_return co_await respond(turn, std::move(response));
    }
    case BodyEnd::kWhole:
    case BodyEnd::kLost:
      break;
  }
  finish(turn, false);
  co_return false;
}

asio::awaitable<bool> Connection::late(Turn& turn, std::string_view what) {
  if (cut_) {
    finish(turn, false);
    co_return false;
  }
  co_return co_await refuse(
      turn, 503, "handler_timeout",
      "The server took too long to " + std::string(what) + "; it may still happen.");
}

template <typename Value>
std::pair<OneShot<Value>, std::shared_ptr<Slot<Value>>> Connection::make_slot() {
  auto slot = std::make_shared<Slot<Value>>(waker_of(weak_from_this(), stream_.get_executor()));
  OneShot<Value> shot([slot](std::optional<Value> value) { slot->fill(std::move(value)); });
  return {std::move(shot), std::move(slot)};
}

template <typename Value>
asio::awaitable<std::optional<Value>> Connection::wait_for(std::shared_ptr<Slot<Value>> slot,
                                                           bool& late) {
  const auto deadline = steady_clock::now() + shared_.options.limits.handler_time;
  while (!slot->filled() && !cut_ && steady_clock::now() < deadline) {
    co_await signal_.wait_until(deadline);
  }
  late = cut_ || !slot->filled();
  co_return slot->close();
}

void Connection::drain() {
  if (drain_stream_) drain_stream_();
}

void Connection::cut() {
  cut_ = true;
  if (cut_websocket_) {
    cut_websocket_();
  } else {
    stream_.close();
  }
  signal_.notify();
}

}  // namespace tally::http
