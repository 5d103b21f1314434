#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <random>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/testing_peer.hpp"

namespace tally::http {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ServerBody : public testing::Test {
 protected:
  ServerBody() { fs::create_directories(folder_); }
  ~ServerBody() override {
    server_.reset();
    fs::remove_all(folder_);
  }
  void start(ServerOptions options = {}) { server_ = start_server(std::move(options), handler_); }
  // Uploads go to `part`, and are kept as `whole`.
  void take_uploads(std::uint64_t bytes_max) {
    handler_->when_admitting = [this, bytes_max](const Request&, Admit admit) {
      auto sink = FileSink::create(folder_ / "part");
      ASSERT_TRUE(sink);
      admit({AcceptUpload{*sink, bytes_max}});
    };
    handler_->when_handling = [this](const Request& request, Reply reply) {
      const auto sink = std::static_pointer_cast<FileSink>(request.upload);
      fs::rename(sink->path(), folder_ / "whole");
      sink->keep();
      reply({200, {}, fmt::format("{} {}", request.upload_bytes, sink->sha256())});
    };
  }

  fs::path folder_ =
      fs::path(testing::TempDir()) / fmt::format("tally_http_body_{}", static_cast<int>(getpid()));
  std::shared_ptr<ScriptedHandler> handler_ = std::make_shared<ScriptedHandler>();
  std::unique_ptr<HttpServer> server_;
};

std::string random_bytes(std::size_t count) {
  std::mt19937_64 random(11);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_F(ServerBody, StreamsAnUploadToAFileWithItsHash) {
  take_uploads(16U << 20U);
  start();
  const std::string bytes = random_bytes(3'000'001);
  TestPeer peer(server_->port());
  peer.send(request_text("PUT", "/segment", "", bytes));
  const TestResponse response = peer.read_response();
  EXPECT_EQ(response.body, fmt::format("3000001 {}", sha256_hex(bytes)));
  EXPECT_EQ(*read_file(folder_ / "whole", 4U << 20U), bytes);
}

TEST_F(ServerBody, SaysContinueOnceABodyIsAdmitted) {
  start();
  TestPeer peer(server_->port());
  peer.send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  EXPECT_EQ(peer.read_response().body, "PUT /x abc");
}

TEST_F(ServerBody, RefusesABodyThatIsTooLargeWithoutReadingIt) {
  handler_->when_admitting = [](const Request&, Admit admit) { admit({AcceptBody{1000}}); };
  start();
  for (const std::size_t bytes : {1000U, 1001U}) {
    TestPeer known(server_->port());
    known.send(request_text("POST", "/", "", std::string(bytes, 'x')));
    EXPECT_EQ(known.read_response().status, bytes > 1000 ? 413 : 200);

    TestPeer chunked(server_->port());
    chunked.send(request_text("POST", "/", "Transfer-Encoding: chunked\r\n"));
    chunked.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", bytes, std::string(bytes, 'x')));
    EXPECT_EQ(chunked.read_response().status, bytes > 1000 ? 413 : 200);
  }
  TestPeer announced(server_->port());
  announced.send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 999999999\r\n\r\n");
  EXPECT_EQ(announced.read_response().status, 413);
  EXPECT_EQ(announced.read_to_end(), "");
}

TEST_F(ServerBody, AClientThatIsStillSendingGetsItsRefusal) {
  handler_->when_admitting = [](const Request& head, Admit admit) {
    admit({problem({.status = 401, .code = "key_missing", .message = "Send a key."}, head.id)});
  };
  start();
  TestPeer peer(server_->port());
  peer.send(request_text("POST", "/", "", std::string(3U << 20U, 'x')));
  const TestResponse response = peer.read_response();
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, HasSubstr("key_missing"));
  EXPECT_THAT(response.head, HasSubstr("Connection: close"));
}

TEST_F(ServerBody, AnUploadThatBreaksOffLeavesNothing) {
  take_uploads(16U << 20U);
  std::promise<Exchange> ended;
  ServerOptions options;
  options.observe = [&](const Exchange& exchange) { ended.set_value(exchange); };
  start(options);
  TestPeer peer(server_->port());
  peer.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
            std::string(100'000, 'x'));
  peer.reset();
  const Exchange exchange = ended.get_future().get();
  EXPECT_FALSE(exchange.complete);
  server_.reset();
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ServerBody, AnUploadTooLargeOrNotStoredLeavesNothing) {
  take_uploads(100'000);
  start();
  TestPeer chunked(server_->port());
  chunked.send(request_text("PUT", "/", "Transfer-Encoding: chunked\r\n"));
  chunked.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", 100'001, std::string(100'001, 'x')));
  EXPECT_EQ(chunked.read_response().status, 413);
  EXPECT_EQ(chunked.read_to_end(), "");

  struct FullDisk : BodySink {
    Result<void> write(std::span<const std::byte>) override {
      return fail(FileError::kUnwritable, "no space left");
    }
    Result<void> finish() override { return {}; }
  };
  handler_->when_admitting = [](const Request&, Admit admit) {
    admit({AcceptUpload{std::make_shared<FullDisk>(), 1000}});
  };
  TestPeer full(server_->port());
  full.send(request_text("PUT", "/", "", "abc"));
  const TestResponse response = full.read_response();
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("body_not_stored"));
  full.read_to_end();
  server_.reset();
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ServerBody, SendsFilesWholeAndInParts) {
  const std::string bytes = random_bytes(200'000);
  ASSERT_TRUE(write_file_atomically(folder_ / "clip", bytes));
  handler_->when_handling = [this](const Request& request, Reply reply) {
    Response response{200, {}, FileBody{folder_ / request.target.segments.at(0)}};
    response.headers.add("Content-Type", "video/mp4");
    reply(std::move(response));
  };
  start();
  TestPeer peer(server_->port());
  peer.send(request_text("GET", "/clip"));
  EXPECT_EQ(peer.read_response().body, bytes);
  peer.send(request_text("GET", "/clip", "Range: bytes=1000-100999\r\n"));
  const TestResponse part = peer.read_response();
  EXPECT_EQ(part.status, 206);
  EXPECT_THAT(part.head, HasSubstr("Content-Range: bytes 1000-100999/200000\r\n"));
  EXPECT_EQ(part.body, bytes.substr(1000, 100'000));
  peer.send(request_text("HEAD", "/clip"));
  EXPECT_THAT(peer.read_response(true).head, HasSubstr("Content-Length: 200000\r\n"));
  peer.send(request_text("GET", "/clip", "Range: bytes=200000-\r\n"));
  EXPECT_EQ(peer.read_response().status, 416);
  peer.send(request_text("GET", "/gone"));
  EXPECT_EQ(peer.read_response().status, 404);
}

TEST_F(ServerBody, StreamsEventsUntilEitherSideEndsThem) {
  std::promise<std::shared_ptr<EventStream>> given;
  std::promise<void> closed;
  handler_->when_handling = [&](const Request&, Reply reply) {
    auto stream = std::make_shared<EventStream>(EventStreamOptions{
        .comment_every = std::chrono::milliseconds(20), .on_close = [&] { closed.set_value(); }});
    stream->send({.data = "first", .id = "1"});
    reply({200, {}, stream});
    given.set_value(stream);
  };
  start();
  for (const bool by_server : {true, false}) {
    given = {};
    closed = {};
    TestPeer peer(server_->port());
    peer.send(request_text("GET", "/events"));
    EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream\r\n"));
    EXPECT_EQ(peer.read_until("\n\n\r\n"), "13\r\nid: 1\ndata: first\n\n\r\n");
    EXPECT_EQ(peer.read_until("\n\n\r\n"), "3\r\n:\n\n\r\n");
    const auto stream = given.get_future().get();
    EXPECT_TRUE(stream->send({.data = "second"}));
    EXPECT_THAT(peer.read_until("second"), HasSubstr("data: second"));
    if (by_server) {
      stream->close();
      const auto rest = peer.read_to_end();
      ASSERT_TRUE(rest);
      EXPECT_TRUE(rest->ends_with("\r\n0\r\n\r\n")) << *rest;
    } else {
      peer.finish_sending();
    }
    EXPECT_EQ(closed.get_future().wait_for(kPatience), std::future_status::ready);
    EXPECT_FALSE(stream->send({.data = "too late"}));
  }
}

}  // namespace
}  // namespace tally::http
