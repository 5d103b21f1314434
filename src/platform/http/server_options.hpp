// How an HTTP server listens, and all its limits. docs/http.md says what happens at each.
//
// Thread-safety: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/http/http.hpp"
#include "platform/http/websocket.hpp"

namespace tally::http {

inline constexpr std::size_t kThreadsMax = 64;
inline constexpr std::size_t kDefaultBodyBytesMax = 1U << 20U;

struct ServerLimits {
  std::size_t connections_max = 20'000;       // Beyond, the one that is silent longest makes room.
  std::size_t header_bytes_max = 16U << 10U;  // Request line and headers; more is 431.
  // From the connection's start, or a later request's first byte, to the end of its headers.
  Duration header_time = std::chrono::seconds(10);
  Duration idle_time = std::chrono::seconds(60);  // Between requests.
  std::size_t requests_per_connection_max = 10'000;
  // A body has body_grace, and a second for each body_bytes_per_second_min of it that came; slower
  // is cut off. The time in which it is stored does not count.
  Duration body_grace = std::chrono::seconds(10);
  std::uint64_t body_bytes_per_second_min = 4096;
  // Of all bodies in memory together, as far as they have come, until they are answered; uploads
  // count by their buffers. Beyond: 503.
  std::size_t bodies_bytes_max = 256U << 20U;
  Duration handler_time = std::chrono::seconds(30);  // To admit, and again to answer; else 503.
  Duration write_time = std::chrono::seconds(30);    // For each 64 KiB of a response.
  WebSocketLimits websocket;
};

// One request and how it ended, for logs and metrics.
struct Exchange {
  std::string request_id;
  Method method = Method::kGet;
  std::string path;  // As sent. Made of what a client chose: log it escaped.
  std::string remote_address;
  int status = 0;                        // 101 for a WebSocket, when it is opened.
  std::uint64_t request_bytes = 0;       // Of the body.
  std::uint64_t response_bytes = 0;      // Of the body, as far as it was sent.
  std::chrono::microseconds duration{};  // From the end of the headers to the response's last byte.
  bool complete = false;                 // The whole response was handed to the network.
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;   // 0: any free one; HttpServer::port() tells.
  std::size_t threads = 1;  // For connections. Another one reads and writes files.
  ServerLimits limits;
  // What the server does not know by itself. Called on I/O threads. Exceptions out of these are
  // bugs; they are counted (ServerCounts::handler_failures), and the server goes on without.
  std::function<std::string()> make_request_id;  // Else "req_1", "req_2", ...
  std::function<Instant()> now;                  // For the Date header; else it is left out.
  std::function<void(const Exchange&)> observe;
};

// HttpError::kOptions for limits of zero, or beyond what makes sense; names the first.
Result<void> check(const ServerOptions& options);

// How long a body may take of which so many bytes came.
[[nodiscard]] Duration body_time(const ServerLimits& limits, std::uint64_t bytes);

}  // namespace tally::http
