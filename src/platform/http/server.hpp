// An HTTP/1.1 server with WebSockets, server-sent events and uploads that go to disk as they come.
//
// For each request: its head is read and checked, Handler::admit() says what is to become of it,
// the body is read, Handler::handle() answers. One connection's requests are answered one after the
// other. A connection that nothing is said on costs a few KB and goes when header_time is over.
// Behind it all stand I/O threads (ServerOptions::threads) that nothing may block.
//
// TLS is the business of a proxy in front. Limits: ServerLimits. Errors: start() gives
// HttpError::kListen or kOptions; everything later concerns one connection and ends in a response
// or in that connection's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "platform/http/body_sink.hpp"
#include "platform/http/event_stream.hpp"
#include "platform/http/http.hpp"
#include "platform/http/one_shot.hpp"
#include "platform/http/server_options.hpp"
#include "platform/http/websocket.hpp"

namespace tally::http {

// What is to become of a request whose head has come.
struct AcceptBody {  // Into Request::body; a longer one is 413. Then handle().
  std::size_t bytes_max = kDefaultBodyBytesMax;
};
struct AcceptUpload {  // Into the sink, which handle() finds in Request::upload.
  std::shared_ptr<BodySink> sink;
  std::uint64_t bytes_max;
};
struct AcceptWebSocket {  // Then on_websocket(). A request that asks for none is answered 426.
  std::string subprotocol = {};  // One that the client offered, or empty.
};
struct Admission {
  // A Response answers at once, and the body is not read.
  std::variant<AcceptBody, AcceptUpload, AcceptWebSocket, Response> what;
  std::shared_ptr<const void> context = {};  // Becomes Request::context.
};

using Admit = OneShot<Admission>;
using Reply = OneShot<Response>;  // Dropped without an answer, the client gets 500.

// What the server asks; called on I/O threads, several at a time, and must not block: work that
// takes long goes elsewhere and answers later. A callback that is late (handler_time), or whose
// client is gone, does nothing. It may outlive the server. An exception is a bug; it is counted,
// and costs the request that met it an answer of 500, or the WebSocket its connection (1011).
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  // `head` is there during the call only; copy what a later answer needs.
  virtual void admit(const Request& head, Admit admit);
  virtual void handle(Request request, Reply reply) = 0;
  // The connection is open. Messages are read once this has returned. By default, and
  // without on_message, it is closed.
  virtual WebSocketEvents on_websocket(Request request, std::shared_ptr<WebSocket> socket);
};

// Since the start, but `connections`, `bodies_bytes` and `websockets`, which are now.
struct ServerCounts {
  std::uint64_t connections = 0;
  std::uint64_t bodies_bytes = 0;  // Of bodies in memory.
  std::uint64_t websockets = 0;
  std::uint64_t accepted = 0;
  std::uint64_t crowded_out = 0;     // Closed, silent, to make room for another.
  std::uint64_t turned_away = 0;     // Answered 503: no room, and nobody silent.
  std::uint64_t bodies_refused = 0;  // Answered 503: bodies_bytes_max was reached.
  std::uint64_t accept_pauses = 0;   // No descriptors or memory for another connection.
  std::uint64_t timeouts = 0;        // Closed for being slow or silent.
  std::uint64_t requests = 0;
  std::uint64_t handler_failures = 0;  // Exceptions that came out of any callback: bugs.
};

class HttpServer {
 public:
  // Listens, and begins to answer.
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options,
                                                   std::shared_ptr<Handler> handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();  // stop() at once.

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] ServerCounts counts() const;

  // Takes no more connections, closes idle ones, asks WebSockets (1001) and event streams to end,
  // lets requests that run be answered, and after `drain` cuts off what is left. Returns when all
  // has ended; true if nothing had to be cut. Not to be called from an I/O thread.
  bool stop(Duration drain);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tally::http
