#include "device/testing_gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"

namespace tally::device {
namespace {

constexpr std::size_t kSegmentBytesMax = std::size_t{16} << 20U;
constexpr std::string_view kNewCabinet = "pop_00000000000000000000000001";

}  // namespace

class TestGateway::Door final : public http::Handler {
 public:
  explicit Door(TestGateway& house) : house_(house) {}

  void admit(const http::Request& head, http::Admit admit) override {
    const std::scoped_lock lock(house_.mutex_);
    const bool open = head.target.path == "/v1/device/provision";
    if (!open && head.headers.find("Authorization") != "Bearer " + house_.key) {
      return admit(
          {http::problem({.status = 401, .code = "key_invalid", .message = "no"}, head.id)});
    }
    if (head.wants_websocket) return admit({http::AcceptWebSocket{}});
    admit({http::AcceptBody{kSegmentBytesMax}});
  }

  void handle(http::Request request, http::Reply reply) override {
    const std::scoped_lock lock(house_.mutex_);
    if (request.target.path == "/v1/device/provision") {
      const bool good = request.body.contains("\"GOOD\"");
      return reply(good ? http::json_response(
                              200, fmt::format(R"({{"cabinet": "{}", "key": "{}", "name": "{}"}})",
                                               kNewCabinet, house_.key, house_.name))
                        : http::problem({.status = 404,
                                         .code = "code_invalid",
                                         .message = "The code is used or too old."},
                                        request.id));
    }
    if (request.target.path == "/v1/device/keys") {
      house_.key = "newer";
      return reply(http::json_response(200, R"({"key": "newer"})"));
    }
    if (request.method == http::Method::kGet) {
      return reply(http::json_response(200, house_.session_answer));
    }
    ++house_.puts_;
    if (house_.fail_puts_with != 0) {
      return reply(http::problem({.status = house_.fail_puts_with, .code = "no", .message = "no"},
                                 request.id));
    }
    const auto& parts = request.target.segments;
    TALLY_ASSERT(parts.size() == 7 && parts[4] == "segments");
    if (sha256_hex(request.body) != request.target.parameter("sha256")) {
      return reply(http::problem({.status = 422, .code = "hash", .message = "no"}, request.id));
    }
    house_.segments_[fmt::format("{}/{}/{}", parts[3], parts[5], parts[6])] = request.body;
    reply(http::json_response(200, "{}"));
  }

  http::WebSocketEvents on_websocket(http::Request /*request*/,
                                     std::shared_ptr<http::WebSocket> socket) override {
    const std::scoped_lock lock(house_.mutex_);
    house_.sockets_.push_back(socket);
    return {.on_message = [this, socket](const std::string& text) { take(text, *socket); },
            .on_close =
                [this, socket](std::uint16_t /*code*/, std::string_view /*reason*/) {
                  const std::scoped_lock inner(house_.mutex_);
                  std::erase(house_.sockets_, socket);
                }};
  }

 private:
  void take(const std::string& text, http::WebSocket& socket) {
    const std::scoped_lock lock(house_.mutex_);
    const auto message = link::parse_from_cabinet(text);
    TALLY_ASSERT(message);
    if (const auto* hello = std::get_if<link::Hello>(&*message)) {
      house_.hellos_.push_back(*hello);
      socket.send(link::to_json(link::FromGateway(link::Welcome{50, house_.report_seen})));
    } else if (const auto* beat = std::get_if<link::Heartbeat>(&*message)) {
      house_.heartbeats_.push_back(*beat);
    } else if (const auto* answer = std::get_if<link::CommandAnswer>(&*message)) {
      house_.answers_.push_back(*answer);
    } else if (const auto* report = std::get_if<link::Report>(&*message)) {
      if (report->number > house_.report_seen && house_.acknowledge) {
        TALLY_ASSERT(report->number == house_.report_seen + 1);
        house_.report_seen = report->number;
        house_.reports_.push_back(*report);
      }
      if (house_.acknowledge) {
        socket.send(link::to_json(link::FromGateway(link::ReportSeen{house_.report_seen})));
      }
    }
  }

  TestGateway& house_;
};

TestGateway::TestGateway(std::uint16_t port) {
  http::ServerOptions options;
  options.port = port;
  options.limits.websocket.message_bytes_max = link::kMessageBytesMax;
  auto server = http::HttpServer::start(std::move(options), std::make_shared<Door>(*this));
  TALLY_ASSERT(server);
  server_ = std::move(*server);
}

TestGateway::~TestGateway() { server_->stop(Duration(0)); }

std::string TestGateway::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

std::vector<link::Report> TestGateway::reports() const {
  const std::scoped_lock lock(mutex_);
  return reports_;
}
std::vector<link::CommandAnswer> TestGateway::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}
std::vector<link::Hello> TestGateway::hellos() const {
  const std::scoped_lock lock(mutex_);
  return hellos_;
}
std::optional<std::int64_t> TestGateway::cameras_working() const {
  const auto beats = heartbeats();
  return beats.empty() ? std::nullopt : beats.back().cameras_working;
}

std::vector<link::Heartbeat> TestGateway::heartbeats() const {
  const std::scoped_lock lock(mutex_);
  return heartbeats_;
}
std::map<std::string, std::string> TestGateway::segments() const {
  const std::scoped_lock lock(mutex_);
  return segments_;
}
int TestGateway::puts_so_far() const {
  const std::scoped_lock lock(mutex_);
  return puts_;
}

std::string TestGateway::joined(const SessionId& session, const std::string& camera) const {
  const std::scoped_lock lock(mutex_);
  std::string all;
  for (int number = 0;; ++number) {
    const auto found = segments_.find(fmt::format("{}/{}/{}", session.text(), camera, number));
    if (found == segments_.end()) return all;
    all += found->second;
  }
}

void TestGateway::send(const link::FromGateway& message) {
  const std::scoped_lock lock(mutex_);
  for (const auto& socket : sockets_) socket->send(link::to_json(message));
}

void TestGateway::command(std::int64_t counter, link::CommandBody body, std::int64_t valid_ms) {
  send(link::Command{fmt::format("cmd_{}", counter), counter, valid_ms, std::move(body)});
}

}  // namespace tally::device
