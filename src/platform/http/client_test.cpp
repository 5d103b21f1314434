#include "platform/http/client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "base/assert.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/testing_listener.hpp"
#include "platform/http/testing_peer.hpp"
#include "platform/http/testing_tls.hpp"

namespace tally::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Takes one connection, reads something, writes `answer`, and closes unless told to hold on.
class RawServer {
 public:
  enum class Then : std::uint8_t { kClose, kHoldOn };
  RawServer(std::string answer, Then then)
      : thread_([this, answer = std::move(answer), then] { serve(answer, then); }) {}
  ~RawServer() { listener_.stop(); }
  [[nodiscard]] std::string url() const {
    return fmt::format("http://127.0.0.1:{}/", listener_.port());
  }

 private:
  void serve(const std::string& answer, Then then) const {
    const int socket = listener_.accept();
    if (socket < 0) return;
    char request[4096];
    if (::recv(socket, request, sizeof request, 0) > 0) {
      ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    while (then == Then::kHoldOn && ::recv(socket, request, sizeof request, 0) > 0) {
    }
    ::close(socket);
  }

  TestListener listener_;
  std::jthread thread_;
};

class Client : public testing::Test {
 protected:
  CallResult get(const std::string& url) { return client_->call_and_wait({.url = url}); }

  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_ = start_server({}, handler_);
  std::string url_ = fmt::format("http://127.0.0.1:{}", server_->port());
  std::unique_ptr<HttpClient> client_ = std::move(*HttpClient::start({}));
};

void expect_failure(const CallResult& result, std::string_view code, Delivery delivery) {
  ASSERT_FALSE(result) << "expected " << code;
  EXPECT_EQ(result.error().error.code.name, code) << result.error().error.message;
  EXPECT_EQ(result.error().delivery, delivery) << result.error().error.message;
}

TEST_F(Client, SendsARequestAndGivesItsAnswerWhateverTheStatus) {
  handler_->when_handling = [](const Request& request, Reply reply) {
    Response response{303, {}, request.body};
    response.headers.add("Location", "/elsewhere");
    response.headers.add("X-Key", *request.headers.find("idempotency-key"));
    response.headers.add("X-Agent", *request.headers.find("user-agent"));
    reply(std::move(response));
  };
  ClientRequest request{.method = Method::kPost, .url = url_ + "/v1?a=b"};
  request.body = std::string(300'000, 'x');
  request.headers.add("Idempotency-Key", "pay_1");
  request.headers.add("Content-Length", "7");  // Not the caller's to say.
  const CallResult result = client_->call_and_wait(request);
  ASSERT_TRUE(result) << result.error().error.message;
  EXPECT_EQ(result->status, 303);
  EXPECT_EQ(result->headers.find("location"), "/elsewhere");
  EXPECT_EQ(result->headers.find("X-Key"), "pay_1");
  EXPECT_EQ(result->headers.find("X-Agent"), "tally");
  EXPECT_EQ(result->body, request.body);
}

TEST_F(Client, WhatWasNeverConnectedWasSurelyNotSent) {
  const std::uint16_t port = server_->port();
  server_.reset();
  expect_failure(get(fmt::format("http://127.0.0.1:{}/", port)), "http.connect",
                 Delivery::kNotSent);
  expect_failure(get("http://name.invalid/"), "http.resolve", Delivery::kNotSent);
  expect_failure(get("ftp://127.0.0.1/"), "http.malformed", Delivery::kNotSent);
  ClientRequest split{.url = url_};
  split.headers.add("X-Split", "a\r\nX-Other: b");
  expect_failure(client_->call_and_wait(split), "http.malformed", Delivery::kNotSent);
}

TEST_F(Client, WhatGotNoAnswerMayHaveHappened) {
  const RawServer silent("", RawServer::Then::kHoldOn);
  expect_failure(client_->call_and_wait({.url = silent.url(), .deadline = milliseconds(100)}),
                 "http.deadline", Delivery::kUnknown);
  const RawServer closing("", RawServer::Then::kClose);
  expect_failure(get(closing.url()), "http.connect", Delivery::kUnknown);
  const RawServer broken(std::string(kAnswer.substr(0, kAnswer.size() - 1)),
                         RawServer::Then::kClose);
  expect_failure(get(broken.url()), "http.connect", Delivery::kUnknown);
  const RawServer other("220 mail ready\r\n", RawServer::Then::kClose);
  expect_failure(get(other.url()), "http.answer", Delivery::kUnknown);
  const RawServer endless("HTTP/1.1 100 Continue\r\n\r\n", RawServer::Then::kHoldOn);
  expect_failure(client_->call_and_wait({.url = endless.url(), .deadline = milliseconds(100)}),
                 "http.deadline", Delivery::kUnknown);
}

TEST_F(Client, BoundsTheAnswer) {
  handler_->when_handling = [](const Request& request, Reply reply) {
    Response response{200, {}, std::string(1001, 'x')};
    if (request.target.path == "/headers") response = {200, {}, ""};
    if (request.target.path == "/headers") response.headers.add("X-Long", std::string(5000, 'x'));
    reply(std::move(response));
  };
  for (const auto* path : {"/body", "/headers"}) {
    ClientRequest request{.url = url_ + path};
    request.response_body_bytes_max = 1001;
    request.response_header_bytes_max = 8000;
    EXPECT_TRUE(client_->call_and_wait(request)) << path;
    request.response_body_bytes_max = 1000;
    request.response_header_bytes_max = 4000;
    expect_failure(client_->call_and_wait(request), "http.too_large", Delivery::kUnknown);
  }
}

TEST_F(Client, RefusesPrivateAddressesHoweverTheyAreWritten) {
  const std::uint16_t port = server_->port();
  for (const auto* host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]",
                           "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"}) {
    ClientRequest request{.url = fmt::format("http://{}:{}/", host, port)};
    request.addresses = AddressPolicy::kPublicOnly;
    expect_failure(client_->call_and_wait(request), "http.address", Delivery::kNotSent);
  }
  EXPECT_EQ(server_->counts().accepted, 0U);
}

TEST_F(Client, StoppedItTellsAllItsCallers) {
  const RawServer silent("", RawServer::Then::kHoldOn);
  std::promise<Reply> arrived;
  handler_->when_handling = [&](const Request&, Reply reply) {
    arrived.set_value(std::move(reply));
  };
  std::promise<CallResult> told;
  client_->call({.url = url_}, [&](CallResult result) { told.set_value(std::move(result)); });
  const Reply reply = arrived.get_future().get();
  client_.reset();
  expect_failure(told.get_future().get(), "http.stopped", Delivery::kUnknown);
}

TEST_F(Client, BoundsItsCallsAtATime) {
  client_ = std::move(*HttpClient::start({.calls_max = 1}));
  std::promise<Reply> arrived;
  handler_->when_handling = [&](const Request&, Reply reply) {
    arrived.set_value(std::move(reply));
  };
  std::promise<CallResult> first;
  client_->call({.url = url_}, [&](CallResult result) { first.set_value(std::move(result)); });
  Reply reply = arrived.get_future().get();
  expect_failure(get(url_), "http.too_large", Delivery::kNotSent);
  reply(json_response(200, "{}"));
  EXPECT_TRUE(first.get_future().get());
}

class TlsClient : public testing::Test {
 protected:
  TlsClient() { ::signal(SIGPIPE, SIG_IGN); }  // The blocking server writes without MSG_NOSIGNAL.
  static CallResult get(const std::string& trusted, const std::string& host, std::uint16_t port) {
    auto client = HttpClient::start({.trusted_certificates = trusted});
    TALLY_ASSERT(client);
    return (*client)->call_and_wait({.url = fmt::format("https://{}:{}/", host, port)});
  }
};

TEST_F(TlsClient, TrustsOnlyWhatItIsToldTo) {
  const TestCertificate certificate = make_certificate("DNS:localhost,IP:127.0.0.1");
  const TlsServer server(certificate, std::string(kAnswer));
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    const CallResult trusted = get(certificate.certificate, host, server.port());
    ASSERT_TRUE(trusted) << trusted.error().error.message;
    EXPECT_EQ(trusted->body, "ok");
    expect_failure(get("", host, server.port()), "http.certificate", Delivery::kNotSent);
    const std::string other = make_certificate("DNS:localhost").certificate;
    expect_failure(get(other, host, server.port()), "http.certificate", Delivery::kNotSent);
  }
}

TEST_F(TlsClient, ChecksTheHostsName) {
  const TestCertificate certificate = make_certificate("DNS:elsewhere.test,IP:127.0.0.2");
  const TlsServer server(certificate, std::string(kAnswer));
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    const CallResult result = get(certificate.certificate, host, server.port());
    expect_failure(result, "http.certificate", Delivery::kNotSent);
  }
}

TEST_F(TlsClient, PlainServersAndNoCertificatesAreRefused) {
  const RawServer plain(std::string(kAnswer), RawServer::Then::kClose);
  std::string url = plain.url();
  url.insert(4, "s");
  auto client = std::move(*HttpClient::start({}));
  expect_failure(client->call_and_wait({.url = url}), "http.certificate", Delivery::kNotSent);
  const auto none = HttpClient::start({.trusted_certificates = "no certificate"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code.name, "http.options");
}

}  // namespace
}  // namespace tally::http
