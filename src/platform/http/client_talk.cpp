// The two kinds of calls, once they are connected.
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "platform/http/client_call.hpp"
#include "platform/http/contain.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"
#include "platform/http/wire.hpp"

namespace tally::http {
namespace {

constexpr std::size_t kBufferBytesMax = 64U << 10U;
constexpr int kInterimAnswersMax = 8;  // 100 Continue and the like.

// Only headers that can be sent as they are.
Result<void> check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_header_value(value)) {
      return fail(HttpError::kMalformed,
                  fmt::format("a header \"{}\" can't be sent: it has line ends or the like", name));
    }
  }
  return {};
}

bool is_the_clients(std::string_view name) {
  return equal_ignoring_case(name, "Host") || equal_ignoring_case(name, "Content-Length") ||
         equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Transfer-Encoding");
}

class RequestCall final : public ClientCall {
 public:
  RequestCall(ClientShared& shared, ClientRequest request, HttpClient::Done done)
      : ClientCall(shared, request.addresses, request.deadline),
        request_(std::move(request)),
        done_(std::move(done)) {}

 protected:
  Result<Url> prepare() override {
    if (auto checked = check_headers(request_.headers); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
    auto url = parse_url(request_.url);
    if (url && url->websocket) {
      return fail(HttpError::kMalformed, "a call goes to http:// or https://, not to a WebSocket");
    }
    return url;
  }

  asio::awaitable<void> talk(PlainStream stream) override {
    set_cut([&stream] { stream.close(); });
    co_await exchange(stream);
    set_cut(nullptr);
  }
  asio::awaitable<void> talk(SecureStream stream) override {
    set_cut([&stream] { beast::get_lowest_layer(stream).close(); });
    co_await exchange(stream);
    set_cut(nullptr);
  }

  void tell_failure(Error error) override {
    done_(std::unexpected(
        CallFailure{sent_ ? Delivery::kUnknown : Delivery::kNotSent, std::move(error)}));
  }

 private:
  using Parser = wire::response_parser<wire::string_body>;

  std::string head() {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                   name_of(request_.method), url().target, url().authority());
    if (!request_.headers.find("User-Agent")) {
      fmt::format_to(std::back_inserter(text), "User-Agent: {}\r\n", shared().options.user_agent);
    }
    for (const auto& [name, value] : request_.headers) {
      if (!is_the_clients(name)) text.append(name).append(": ").append(value).append("\r\n");
    }
    const bool has_body = !request_.body.empty() || request_.method == Method::kPost ||
                          request_.method == Method::kPut || request_.method == Method::kPatch;
    if (has_body) {
      fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", request_.body.size());
    }
    return text += "\r\n";
  }

  template <typename Stream>
  asio::awaitable<void> exchange(Stream& stream) {
    if (told()) co_return;
    const std::string text = head() + request_.body;
    sent_ = true;
    // A server may answer before it took everything; so an answer is looked for in any case.
    co_await asio::async_write(stream, asio::buffer(text), kAwait);
    beast::flat_buffer buffer(kBufferBytesMax + request_.response_header_bytes_max);
    error_code error;
    for (int i = 0; i < kInterimAnswersMax && !told(); ++i) {
      auto parser = std::make_unique<Parser>();
      parser->header_limit(static_cast<std::uint32_t>(request_.response_header_bytes_max));
      parser->body_limit(request_.response_body_bytes_max);
      parser->skip(request_.method == Method::kHead);
      std::tie(error, std::ignore) = co_await wire::async_read(stream, buffer, *parser, kAwait);
      if (error) break;
      if (parser->get().result_int() >= 200) co_return succeed(*parser);
    }
    tell_read_failure(error);
  }

  void succeed(Parser& parser) {
    if (told()) return;
    set_told();
    auto message = parser.release();
    contain(shared().callback_failures, [&] {
      done_(ClientResponse{static_cast<int>(message.result_int()), headers_of(message),
                           std::move(message.body())});
    });
  }

  void tell_read_failure(const error_code& error) {
    const bool large = error == wire::error::body_limit || error == wire::error::header_limit ||
                       error == wire::error::buffer_overflow;
    if (large) {
      fail_call(HttpError::kTooLarge,
                fmt::format("{}: its answer is too large", url().authority()));
    } else if (!error || is_malformed(error)) {
      fail_call(HttpError::kAnswer, fmt::format("{}: its answer is not HTTP", url().authority()));
    } else {
      fail_call(HttpError::kConnect, fmt::format("{}: the connection broke before the answer: {}",
                                                 url().authority(), error.message()));
    }
  }

  ClientRequest request_;
  HttpClient::Done done_;
  bool sent_ = false;
};

class WebSocketCall final : public ClientCall {
 public:
  WebSocketCall(ClientShared& shared, WebSocketRequest request, HttpClient::Opened opened)
      : ClientCall(shared, request.addresses, request.deadline),
        request_(std::move(request)),
        opened_(std::move(opened)) {}

 protected:
  Result<Url> prepare() override {
    if (auto checked = check_headers(request_.headers); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
    if (!request_.subprotocol.empty() && !is_token(request_.subprotocol)) {
      return fail(HttpError::kMalformed, "the WebSocket's subprotocol is no name");
    }
    auto url = parse_url(request_.url);
    if (url && !url->websocket) {
      return fail(HttpError::kMalformed, "a WebSocket's URL begins with ws:// or wss://");
    }
    return url;
  }

  asio::awaitable<void> talk(PlainStream stream) override { return open(std::move(stream)); }
  asio::awaitable<void> talk(SecureStream stream) override { return open(std::move(stream)); }

  void tell_failure(Error error) override {
    opened_(std::unexpected(OpenFailure{std::move(error), status_}));
  }

 private:
  template <typename Stream>
  asio::awaitable<void> open(Stream stream) {
    using Session = WebSocketSession<Stream>;
    auto session =
        std::make_shared<Session>(std::move(stream), request_.limits, shared().callback_failures);
    set_cut([session] { session->cut(); });
    session->socket().set_option(
        beast::websocket::stream_base::decorator([this](beast::websocket::request_type& request) {
          request.set(wire::field::user_agent, shared().options.user_agent);
          for (const auto& [name, value] : request_.headers) {
            if (!is_the_clients(name)) request.set(name, value);
          }
          if (!request_.subprotocol.empty()) {
            request.set(wire::field::sec_websocket_protocol, request_.subprotocol);
          }
        }));
    beast::websocket::response_type response;
    const auto [error] = co_await session->socket().async_handshake(response, url().authority(),
                                                                    url().target, kAwait);
    if (told()) co_return;
    const auto chosen = response[wire::field::sec_websocket_protocol];
    if (error || (!chosen.empty() && chosen != request_.subprotocol)) {
      status_ = static_cast<int>(response.result_int());
      fail_call(HttpError::kAnswer, fmt::format("{}{}: no WebSocket: {}", url().authority(),
                                                url().target, words_for(error)));
      co_return;
    }
    set_told();
    cancel_deadline();
    WebSocketEvents events;
    const bool taken =
        contain(shared().callback_failures, [&] { events = opened_(session->handle()); });
    if (!taken) session->handle()->close(kCloseFailed, "the receiver failed");
    co_await session->run(std::move(events));
    set_cut(nullptr);
  }

  [[nodiscard]] std::string words_for(const error_code& error) const {
    if (!error) return "the server chose a subprotocol that was not offered";
    if (error == beast::websocket::error::upgrade_declined) {
      return fmt::format("the server answered {} {}", status_, reason_of(status_));
    }
    return error.message();
  }

  WebSocketRequest request_;
  HttpClient::Opened opened_;
  int status_ = 0;
};

}  // namespace

std::shared_ptr<ClientCall> make_request_call(ClientShared& shared, ClientRequest request,
                                              HttpClient::Done done) {
  return std::make_shared<RequestCall>(shared, std::move(request), std::move(done));
}

std::shared_ptr<ClientCall> make_websocket_call(ClientShared& shared, WebSocketRequest request,
                                                HttpClient::Opened opened) {
  return std::make_shared<WebSocketCall>(shared, std::move(request), std::move(opened));
}

}  // namespace tally::http
