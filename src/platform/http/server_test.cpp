#include "platform/http/server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <random>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class Server : public testing::Test {
 protected:
  void start(ServerOptions options = {}) { server_ = start_server(std::move(options), handler_); }
  [[nodiscard]] TestPeer peer() const { return TestPeer(server_->port()); }

  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Server, AnswersManyRequestsOnOneConnection) {
  start();
  TestPeer peer = this->peer();
  for (int i = 0; i < 3; ++i) {
    peer.send(request_text("POST", fmt::format("/v1/things/{}", i), "", "hello"));
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, fmt::format("POST /v1/things/{} hello", i));
    EXPECT_THAT(response.head, HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_THAT(response.head, HasSubstr(fmt::format("Request-Id: req_{}\r\n", i + 1)));
  }
  EXPECT_EQ(server_->counts().accepted, 1U);
  EXPECT_EQ(server_->counts().requests, 3U);
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
  start();
  TestPeer peer = this->peer();
  peer.send(request_text("POST", "/1", "", "one") + request_text("GET", "/2") +
            request_text("PUT", "/3", "Connection: close\r\n", "three"));
  EXPECT_EQ(peer.read_response().body, "POST /1 one");
  EXPECT_EQ(peer.read_response().body, "GET /2 ");
  EXPECT_EQ(peer.read_response().body, "PUT /3 three");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(Server, ReadsChunkedBodiesHoweverTheyArrive) {
  start();
  TestPeer peer = this->peer();
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;name=value\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
  for (const char byte : request) peer.send({&byte, 1});
  EXPECT_EQ(peer.read_response().body, "POST /c hello world");
  peer.send(request);
  EXPECT_EQ(peer.read_response().body, "POST /c hello world");
}

TEST_F(Server, AnswersHeadWithoutBodyAndClosesForHttp10) {
  start();
  TestPeer peer = this->peer();
  peer.send(request_text("HEAD", "/h"));
  EXPECT_THAT(peer.read_response(true).head, HasSubstr("Content-Length: 8\r\n"));
  peer.send("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_EQ(peer.read_response().body, "GET /old ");
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(Server, RefusesWhatIsNoRequestAndCloses) {
  start();
  const std::pair<std::string, int> cases[] = {
      {"hello\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"GET /" + std::string(kTargetBytesMax, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
  };
  for (const auto& [text, status] : cases) {
    TestPeer peer = this->peer();
    peer.send(text);
    peer.finish_sending();
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, status) << text.substr(0, 100) << response.head << response.body;
    EXPECT_THAT(response.head, HasSubstr("application/problem+json")) << text.substr(0, 100);
    EXPECT_EQ(peer.read_to_end(), "") << text.substr(0, 100);
  }
}

TEST_F(Server, LetsHandlersAnswerLaterFromOtherThreads) {
  std::vector<std::jthread> threads;
  handler_->when_handling = [&](Request request, Reply reply) {
    threads.emplace_back([request = std::move(request), reply = std::move(reply)]() mutable {
      reply(json_response(201, "\"" + request.target.path + "\""));
    });
  };
  start();
  TestPeer peer = this->peer();
  for (int i = 0; i < 20; ++i) {
    peer.send(request_text("POST", fmt::format("/{}", i)));
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body, fmt::format("\"/{}\"", i));
  }
  server_.reset();  // Before `threads`, which its thread adds to.
}

TEST_F(Server, Answers500WhenTheReplyIsDroppedOrTheHandlerThrows) {
  handler_->when_handling = [](const Request& request, Reply reply) {
    if (request.target.path == "/throw") throw std::runtime_error("bug");
    if (request.target.path == "/split") {
      Response response{200, {}, "x"};
      response.headers.add("X-Split", "a\r\nSet-Cookie: b");
      reply(std::move(response));
    }
  };
  start();
  for (const auto* path : {"/drop", "/throw", "/split"}) {
    TestPeer peer = this->peer();
    peer.send(request_text("GET", path));
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_THAT(response.head, Not(HasSubstr("Set-Cookie")));
    EXPECT_THAT(response.body, HasSubstr("\"type\":\"api_error\""));
  }
  EXPECT_EQ(server_->counts().handler_failures, 1U);
}

TEST_F(Server, TellsEachExchangeToItsObserver) {
  std::promise<Exchange> promise;
  ServerOptions options;
  options.observe = [&](const Exchange& exchange) { promise.set_value(exchange); };
  options.make_request_id = [] { return "req_test"; };
  options.now = [] { return *parse_instant("1994-11-06T08:49:37Z"); };
  start(options);
  TestPeer peer = this->peer();
  peer.send(request_text("PUT", "/a/b?c=d", "", "12345"));
  const TestResponse response = peer.read_response();
  EXPECT_THAT(response.head, HasSubstr("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  const Exchange exchange = promise.get_future().get();
  EXPECT_EQ(exchange.request_id, "req_test");
  EXPECT_EQ(exchange.path, "/a/b");
  EXPECT_EQ(exchange.status, 200);
  EXPECT_EQ(exchange.request_bytes, 5U);
  EXPECT_EQ(exchange.response_bytes, response.body.size());
  EXPECT_EQ(exchange.remote_address, "127.0.0.1");
  EXPECT_TRUE(exchange.complete);
}

TEST_F(Server, SurvivesConnectionsCutAtRandomPoints) {
  start();
  std::mt19937_64 random(7);
  const std::string request =
      request_text("POST", "/cut", "X-Some: header\r\n", std::string(3000, 'b'));
  for (int i = 0; i < 300; ++i) {
    TestPeer peer = this->peer();
    peer.send(std::string_view(request).substr(0, random() % (request.size() + 1)));
    if (random() % 2 == 0) peer.reset();
  }
  TestPeer peer = this->peer();
  peer.send(request);
  EXPECT_EQ(peer.read_response().status, 200);
}

TEST_F(Server, CannotListenWhereAnotherDoesOrWithLimitsOfZero) {
  start();
  ServerOptions options;
  options.port = server_->port();
  const auto second = HttpServer::start(options, handler_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code.name, "http.listen");
  options = {};
  options.limits.idle_time = Duration::zero();
  const auto third = HttpServer::start(options, handler_);
  ASSERT_FALSE(third);
  EXPECT_THAT(third.error().message, HasSubstr("idle_time"));
}

}  // namespace
}  // namespace tally::http
