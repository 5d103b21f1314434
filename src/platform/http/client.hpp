// A client for calls to others: payment providers, webhooks, and a cabinet's WebSocket to its
// gateway. HTTP/1.1 over TLS 1.2 or newer, or over plain TCP.
//
// A call that failed says whether it is sure that nothing was sent. Money depends on it: what was
// surely not sent may be tried again by any means; else it may have happened, and only the same
// idempotency key, or asking, tells.
//
// One connection for each call. No redirects, no cookies, no compression, no proxies from the
// environment. Certificates and host names are always checked. A certificate's issuer must be
// trusted by the system or, if given, be one of ClientOptions::trusted_certificates.
//
// Ownership: the client owns one thread; destroying it ends all calls (HttpError::kStopped) and
// connections first, and may wait for the system's resolver of names. Thread-safety: all functions
// may be called from any thread; callbacks run on the client's and must not block. An exception out
// of one is a bug: it is counted, and closes the WebSocket that it came from (1011).
//
// A client resolves one name at a time, and a name server that does not answer holds its other
// calls up for as long as the system waits for it. So calls to hosts that strangers chose, webhooks
// before all, get a client of their own, apart from the one that talks to payment providers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/http/http.hpp"
#include "platform/http/websocket.hpp"

namespace tally::http {

struct ClientOptions {
  std::string trusted_certificates = {};  // PEM; empty: what the system trusts.
  std::string user_agent = "tally";
  std::size_t calls_max = 1024;                     // At a time, open WebSockets included.
  Duration connect_time = std::chrono::seconds(5);  // For each address of a host, of at most 4.
};

// kPublicOnly refuses a host any of whose addresses is not is_public(), and connects to none but
// the addresses that were looked at: for URLs that strangers chose.
enum class AddressPolicy : std::uint8_t { kAny, kPublicOnly };

struct ClientRequest {
  Method method = Method::kGet;
  std::string url;
  Headers headers = {};  // Host, Content-Length, Connection and Transfer-Encoding are the client's.
  std::string body = {};
  AddressPolicy addresses = AddressPolicy::kAny;
  Duration deadline = std::chrono::seconds(30);  // For all of it, from the call on.
  std::size_t response_body_bytes_max = 1U << 20U;
  std::size_t response_header_bytes_max = 16U << 10U;
};

struct ClientResponse {
  int status = 0;  // Any, 3xx among them.
  Headers headers;
  std::string body;
};

enum class Delivery : std::uint8_t {
  kNotSent,  // Surely nothing of the request was sent.
  kUnknown,  // It may have arrived, and may have had its effect.
};
struct CallFailure {
  Delivery delivery;
  Error error;
};
using CallResult = std::expected<ClientResponse, CallFailure>;

struct WebSocketRequest {
  std::string url;  // ws:// or wss://
  Headers headers = {};
  std::string subprotocol = {};  // Offered if not empty; a server that takes another is refused.
  AddressPolicy addresses = AddressPolicy::kAny;
  Duration deadline = std::chrono::seconds(30);  // Until it is open.
  WebSocketLimits limits = {};
};
struct OpenFailure {
  Error error;
  int status = 0;  // Of an answer that was not 101; 0 if there was none.
};
using OpenResult = std::expected<std::shared_ptr<WebSocket>, OpenFailure>;

class HttpClient {
 public:
  // Errors: HttpError::kOptions for limits of zero, and certificates that are none.
  static Result<std::unique_ptr<HttpClient>> start(ClientOptions options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  // `done` is called just once, at the latest when the deadline is over or the client destroyed.
  using Done = std::move_only_function<void(CallResult)>;
  void call(ClientRequest request, Done done);
  // The same, waiting for it. Not to be called from a callback.
  CallResult call_and_wait(ClientRequest request);

  // `opened` is called just once. What it returns hears of the WebSocket's messages and its end;
  // of a failure to open, nothing more is heard. Connecting again is the caller's.
  using Opened = std::move_only_function<WebSocketEvents(OpenResult)>;
  void open_websocket(WebSocketRequest request, Opened opened);

  // Exceptions that came out of callbacks since the start: bugs.
  [[nodiscard]] std::uint64_t callback_failures() const;

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tally::http
