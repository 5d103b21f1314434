// A cabinet's WebSocket to its gateway: opened, opened again after growing waits, greeted, and kept
// alive by heartbeats. What is said on it is others' business.
//
// All functions and callbacks are the loop's thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/device_link.hpp"
#include "device/backoff.hpp"
#include "device/loop.hpp"
#include "platform/http/client.hpp"

namespace tally::device {

struct GatewayLinkEvents {
  std::function<std::string()> key;  // To prove itself with; asked at each try.
  std::function<link::Hello()> hello;
  std::function<link::Heartbeat()> heartbeat;
  // Welcome comes first after each connect.
  std::function<void(link::FromGateway message, Duration arrived)> on_message;
  std::function<void(const std::string& why)> on_down;  // A try failed, or the connection ended.
};

class GatewayLink {
 public:
  // `server`: as in the configuration, "https://…".
  GatewayLink(Loop& loop, World& world, http::HttpClient& client, const std::string& server,
              Backoff backoff, GatewayLinkEvents events);
  GatewayLink(const GatewayLink&) = delete;
  GatewayLink& operator=(const GatewayLink&) = delete;
  ~GatewayLink();

  void start();
  [[nodiscard]] bool up() const { return welcomed_; }
  // False: it is not up, or the connection can't take it and is closed.
  bool send(const link::FromCabinet& message);

 private:
  void connect();
  void opened(http::OpenResult result, std::uint64_t round);
  void take(const std::string& text, Duration arrived, std::uint64_t round);
  void welcome(const link::Welcome& welcome);
  void beat(std::uint64_t round);
  void lost(const std::string& why, std::uint64_t round);

  Loop& loop_;
  World& world_;
  http::HttpClient& client_;
  std::string url_;
  Backoff backoff_;
  GatewayLinkEvents events_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::shared_ptr<http::WebSocket> socket_;
  std::uint64_t round_ = 0;  // Counts tries: news of an earlier one is old.
  std::int64_t failures_ = 0;
  bool welcomed_ = false;
  Duration heartbeat_every_{15'000};
};

}  // namespace tally::device
