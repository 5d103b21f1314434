#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/recorded_syncs.hpp"
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

  struct BrokenDisk : BodySink {
    Result<void> write(std::span<const std::byte>) override {
      return fail(FileError::kUnwritable, "input/output error");
    }
    Result<void> finish() override { return {}; }
  };
  handler_->when_admitting = [](const Request&, Admit admit) {
    admit({AcceptUpload{std::make_shared<BrokenDisk>(), 1000}});
  };
  TestPeer full(server_->port());
  full.send(request_text("PUT", "/", "", "abc"));
  const TestResponse response = full.read_response();
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("body_not_stored"));
  full.read_to_end();

  struct NoRoom : BrokenDisk {
    Result<void> write(std::span<const std::byte>) override {
      return fail(SinkError::kFull, "no space left");
    }
  };
  handler_->when_admitting = [](const Request&, Admit admit) {
    admit({AcceptUpload{std::make_shared<NoRoom>(), 1000}});
  };
  TestPeer no_room(server_->port());
  no_room.send(request_text("PUT", "/", "", "abc"));
  const TestResponse told = no_room.read_response();
  EXPECT_EQ(told.status, 507);
  EXPECT_THAT(told.body, HasSubstr("storage_full"));
  no_room.read_to_end();
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

// What a proxy in front takes for a body must not be taken for a request here.
TEST_F(ServerBody, RefusesWhatTwoReadersCouldTakeDifferently) {
  start();
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string chunked = "0\r\n\r\n" + hidden;
  for (const std::string& head :
       {std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n"),
        std::string("POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
                    "Transfer-Encoding: chunked\r\n"),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: " +
            std::to_string(chunked.size()) + "\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(chunked.size()) +
            "\r\nTransfer-Encoding: chunked\r\n"}) {
    TestPeer peer(server_->port());
    peer.send(head + "\r\n" + chunked);
    peer.finish_sending();
    const TestResponse response = peer.read_response();
    EXPECT_EQ(response.status, 400) << head;
    EXPECT_THAT(response.head, HasSubstr("Connection: close"));
    EXPECT_EQ(peer.read_to_end(), "") << head;
  }
}

// The whole of a large body goes out before such a client looks for the answer.
TEST_F(ServerBody, AClientThatSendsAllBeforeItReadsIsNotCutOff) {
  handler_->when_admitting = [](const Request&, Admit admit) { admit({AcceptBody{1000}}); };
  start();
  TestPeer peer(server_->port());
  EXPECT_TRUE(peer.send(request_text("POST", "/", "", std::string(32U << 20U, 'x'))));
  EXPECT_EQ(peer.read_response().status, 413);
}

// Blocks once, as a disk that is slow does.
class SlowSink : public BodySink {
 public:
  Result<void> write(std::span<const std::byte>) override {
    if (!std::exchange(slow_, false)) return {};
    std::promise<void>().get_future().wait_for(std::chrono::milliseconds(400));
    written.set_value();
    return {};
  }
  Result<void> finish() override { return {}; }

  std::promise<void> written;

 private:
  bool slow_ = true;
};

TEST_F(ServerBody, TheDisksTimeIsNotTheClients) {
  constexpr std::size_t kChunk = 64U << 10U;
  const auto sink = std::make_shared<SlowSink>();
  handler_->when_admitting = [&](const Request&, Admit admit) {
    admit({AcceptUpload{sink, 1U << 20U}});
  };
  ServerOptions options;
  options.limits.body_grace = std::chrono::milliseconds(200);
  options.limits.body_bytes_per_second_min = 1U << 30U;
  start(options);
  TestPeer peer(server_->port());
  peer.send(fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", kChunk + 3) +
            std::string(kChunk, 'x'));
  sink->written.get_future().wait();
  peer.send("end");
  EXPECT_EQ(peer.read_response().status, 200);
  EXPECT_EQ(server_->counts().timeouts, 0U);
}

TEST_F(ServerBody, BodiesTogetherHaveALimit) {
  constexpr std::size_t kChunk = 64U << 10U;
  ServerOptions options;
  options.limits.bodies_bytes_max = 3 * kChunk + 100;
  start(options);
  const std::string head =
      fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", kChunk + 10);
  TestPeer first(server_->port());
  first.send(head + std::string(kChunk, 'x'));  // As it came, and what it is read into.
  const auto began = std::chrono::steady_clock::now();
  while (server_->counts().bodies_bytes < 2 * kChunk &&
         std::chrono::steady_clock::now() - began < kPatience) {
    std::this_thread::yield();
  }
  ASSERT_EQ(server_->counts().bodies_bytes, 2 * kChunk);
  TestPeer second(server_->port());
  second.send(head + std::string(kChunk + 10, 'x'));
  const TestResponse refused = second.read_response();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(server_->counts().bodies_refused, 1U);
  first.send(std::string(10, 'x'));
  EXPECT_EQ(first.read_response().status, 200);
  TestPeer third(server_->port());
  third.send(head + std::string(kChunk + 10, 'x'));
  EXPECT_EQ(third.read_response().status, 200);
  server_->stop(Duration::zero());
  EXPECT_EQ(server_->counts().bodies_bytes, 0U);
}

TEST_F(ServerBody, AnUploadIsKeptWithItsName) {
  (void)take_recorded_syncs();
  const auto sink = FileSink::create(folder_ / "part");
  ASSERT_TRUE(sink && (*sink)->finish());
  const fs::path folder = fs::canonical(folder_);
  EXPECT_THAT(take_recorded_syncs(), testing::ElementsAre(folder / "part", folder));
}

}  // namespace
}  // namespace tally::http
