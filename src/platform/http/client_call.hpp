// One outgoing connection: resolving, connecting, TLS, and then a request or a WebSocket. Inside
// platform/http only; all of it runs on the client's thread.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/http/client.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/url.hpp"
#include "platform/http/websocket_session.hpp"

namespace tally::http {

struct ClientShared {
  ClientOptions options;
  asio::io_context context{1};
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::atomic<std::uint64_t> callback_failures = 0;
};

// Connects within a deadline. A call may have told its caller long before its coroutine ends: the
// system's resolver can't be stopped.
class ClientCall : public std::enable_shared_from_this<ClientCall> {
 public:
  ClientCall(ClientShared& shared, AddressPolicy addresses, Duration deadline);
  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;
  virtual ~ClientCall() = default;

  asio::awaitable<void> run();
  void stop();          // Tells HttpError::kStopped, and ends.
  void refuse_crowd();  // Tells that too many calls run; run() is not called.

 protected:
  // The two kinds of calls. Without a URL the request was refused before.
  virtual Result<Url> prepare() = 0;
  virtual asio::awaitable<void> talk(PlainStream stream) = 0;
  virtual asio::awaitable<void> talk(SecureStream stream) = 0;
  virtual void tell_failure(Error error) = 0;

  // Once: what comes later is dropped.
  void fail_call(HttpError error, std::string message);
  void fail_call(Error error);
  [[nodiscard]] bool told() const { return told_; }
  void set_told() { told_ = true; }
  void set_cut(std::function<void()> cut) { cut_ = std::move(cut); }
  void cancel_deadline() { deadline_timer_.cancel(); }
  [[nodiscard]] const Url& url() const { return url_; }
  [[nodiscard]] ClientShared& shared() { return shared_; }

 private:
  asio::awaitable<std::optional<PlainStream>> connect();
  asio::awaitable<std::optional<SecureStream>> secure(PlainStream stream);
  bool may_be_called(const tcp::resolver::results_type& addresses);
  void watch_deadline();

  ClientShared& shared_;
  AddressPolicy addresses_;
  steady_clock::time_point deadline_;
  asio::steady_timer deadline_timer_;
  tcp::resolver resolver_;
  Url url_;
  std::function<void()> cut_;
  bool told_ = false;
};

std::shared_ptr<ClientCall> make_request_call(ClientShared& shared, ClientRequest request,
                                              HttpClient::Done done);
std::shared_ptr<ClientCall> make_websocket_call(ClientShared& shared, WebSocketRequest request,
                                                HttpClient::Opened opened);

}  // namespace tally::http
