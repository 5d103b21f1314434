// For tests: a gateway in this process, as cabinets see it, with faults to switch on.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/device_link.hpp"
#include "platform/http/server.hpp"

namespace tally::device {

class TestGateway {
 public:
  explicit TestGateway(std::uint16_t port = 0);
  ~TestGateway();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string url() const;

  // What it has heard; copies, for others go on.
  [[nodiscard]] std::vector<link::Report> reports() const;  // New ones only, in their order.
  [[nodiscard]] std::vector<link::CommandAnswer> answers() const;
  [[nodiscard]] std::vector<link::Hello> hellos() const;
  [[nodiscard]] std::vector<link::Heartbeat> heartbeats() const;
  [[nodiscard]] std::optional<std::int64_t> cameras_working() const;  // By the last of them.
  // By "session/camera/number"; and all of a camera, joined.
  [[nodiscard]] std::map<std::string, std::string> segments() const;
  [[nodiscard]] std::string joined(const SessionId& session, const std::string& camera) const;
  [[nodiscard]] int puts_so_far() const;
  template <typename Body>
  [[nodiscard]] const link::Report* find_report(std::vector<link::Report>& from) const {
    for (const link::Report& report : from) {
      if (std::holds_alternative<Body>(report.body)) return &report;
    }
    return nullptr;
  }

  // To all that are connected.
  void send(const link::FromGateway& message);
  void command(std::int64_t counter, link::CommandBody body, std::int64_t valid_ms = 10'000);

  std::string key = "right";
  int fail_puts_with = 0;        // A status in place of taking segments.
  bool acknowledge = true;       // Reports.
  std::int64_t report_seen = 0;  // Said in the welcome.
  std::string name = "Lobby";
  std::string session_answer = R"({"state": "deciding", "receipt": null})";  // For any session.

 private:
  class Door;
  mutable std::mutex mutex_;
  std::vector<link::Report> reports_;
  std::vector<link::CommandAnswer> answers_;
  std::vector<link::Hello> hellos_;
  std::vector<link::Heartbeat> heartbeats_;
  std::map<std::string, std::string> segments_;
  std::vector<std::shared_ptr<http::WebSocket>> sockets_;
  int puts_ = 0;
  std::unique_ptr<http::HttpServer> server_;
};

}  // namespace tally::device
