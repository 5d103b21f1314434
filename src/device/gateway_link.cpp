#include "device/gateway_link.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace tally::device {
namespace {

constexpr Duration kWelcomeTimeMax{15'000};

std::string link_url(const std::string& server) {
  const std::string rest = server.substr(server.find(':'));
  return (server.starts_with("https") ? "wss" : "ws") + rest + "/v1/device/link";
}

}  // namespace

GatewayLink::GatewayLink(Loop& loop, World& world, http::HttpClient& client,
                         const std::string& server, Backoff backoff, GatewayLinkEvents events)
    : loop_(loop),
      world_(world),
      client_(client),
      url_(link_url(server)),
      backoff_(backoff),
      events_(std::move(events)) {}

GatewayLink::~GatewayLink() {
  *alive_ = false;
  if (socket_) socket_->close(http::kCloseGoingAway, "the cabinet's agent ends");
}

void GatewayLink::start() { connect(); }

// The client's thread only hands over: everything is looked at on the loop's.
void GatewayLink::connect() {
  const std::uint64_t round = ++round_;
  http::WebSocketRequest request{.url = url_};
  request.headers.set("Authorization", "Bearer " + events_.key());
  request.limits.message_bytes_max = link::kMessageBytesMax;
  const auto later = [this, alive = alive_](std::function<void()> what) {
    loop_.post([alive, what = std::move(what)] {
      if (*alive) what();
    });
  };
  client_.open_websocket(
      std::move(request), [this, later, round](http::OpenResult result) -> http::WebSocketEvents {
        later([this, round, result = std::move(result)] { opened(result, round); });
        return {.on_message =
                    [this, later, round](std::string text) {
                      const Duration arrived = world_.since_boot();
                      later([this, round, arrived, text = std::move(text)] {
                        take(text, arrived, round);
                      });
                    },
                .on_close =
                    [this, later, round](std::uint16_t code, std::string_view reason) {
                      std::string why = fmt::format("the connection ended: {} {}", code, reason);
                      later([this, round, why = std::move(why)] { lost(why, round); });
                    }};
      });
}

void GatewayLink::opened(http::OpenResult result, std::uint64_t round) {
  if (round != round_) return;
  if (!result) {
    const auto& [error, status] = result.error();
    const bool refused = status == 401 || status == 403;
    return lost(
        refused ? fmt::format("the server refuses the cabinet's key ({})", status) : error.message,
        round);
  }
  socket_ = std::move(*result);
  socket_->send(link::to_json(link::FromCabinet(events_.hello())));
  loop_.after(kWelcomeTimeMax, [this, alive = alive_, round] {
    if (!*alive || round != round_ || welcomed_ || !socket_) return;
    socket_->close(http::kClosePolicy, "no welcome came");
    lost("no welcome came", round);
  });
}

void GatewayLink::take(const std::string& text, Duration arrived, std::uint64_t round) {
  if (round != round_) return;
  auto message = link::parse_from_gateway(text);
  // A newer gateway may say what is not understood here; that costs only that message.
  if (!message) return events_.on_down("a message was not understood: " + message.error().message);
  if (const auto* welcomed = std::get_if<link::Welcome>(&*message)) welcome(*welcomed);
  if (welcomed_) events_.on_message(std::move(*message), arrived);
}

void GatewayLink::welcome(const link::Welcome& welcome) {
  heartbeat_every_ = Duration(welcome.heartbeat_ms);
  failures_ = 0;
  if (std::exchange(welcomed_, true)) return;
  beat(round_);
}

void GatewayLink::beat(std::uint64_t round) {
  if (round != round_ || !welcomed_) return;
  send(events_.heartbeat());
  loop_.after(heartbeat_every_, [this, alive = alive_, round] {
    if (*alive) beat(round);
  });
}

bool GatewayLink::send(const link::FromCabinet& message) {
  if (!welcomed_ || !socket_) return false;
  if (socket_->send(link::to_json(message))) return true;
  socket_->close(http::kClosePolicy, "the queue is full");
  lost("the server does not read", round_);
  return false;
}

void GatewayLink::lost(const std::string& why, std::uint64_t round) {
  if (round != round_) return;
  ++round_;
  welcomed_ = false;
  socket_.reset();
  events_.on_down(why);
  loop_.after(delay_after(backoff_, ++failures_, world_.random()), [this, alive = alive_] {
    if (*alive) connect();
  });
}

}  // namespace tally::device
