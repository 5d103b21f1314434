// Many cabinets' WebSockets from one thread: enough of RFC 6455 to measure a gateway with, on epoll
// and little memory. Each says hello and then a heartbeat every heartbeat_every; one whose
// connection is lost comes back with the backoff that cabinets have.
//
// Not a client for anything but measuring: no TLS, masks of zeros, no fragments of its own.
// Thread-safety: none.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "platform/backoff.hpp"

namespace tally::bench {

using Clock = std::chrono::steady_clock;

struct Swarm {
  std::string host;  // An IPv4 address.
  std::uint16_t port = 0;
  std::string target;                      // "/v1/device/link"
  std::vector<std::string> sources;        // Addresses to connect from, in turn; 28,000 each.
  std::vector<std::string> authorization;  // Of each connection: "Bearer …".
  std::vector<std::string> hello;          // What each says first.
  std::string heartbeat;
  std::chrono::milliseconds heartbeat_every{15'000};
  platform::Backoff backoff;
  std::size_t connecting_max = 256;  // At a time, as a fleet's backoff would spread them.
};

struct SwarmCounts {
  std::size_t open = 0;
  std::uint64_t failed = 0;  // Attempts that ended before the WebSocket was open.
  std::uint64_t lost = 0;    // Connections that ended after it.
  std::uint64_t heartbeats = 0;
  std::uint64_t messages = 0;  // That came.
  std::string last_failure;    // For people.
};

class ManyWebSockets {
 public:
  explicit ManyWebSockets(Swarm swarm);
  ManyWebSockets(const ManyWebSockets&) = delete;
  ManyWebSockets& operator=(const ManyWebSockets&) = delete;
  ~ManyWebSockets();

  // Works until `until` says so (looked at every few milliseconds) or the time is over.
  void run(Clock::time_point at_most, const std::function<bool()>& until);
  [[nodiscard]] const SwarmCounts& counts() const { return counts_; }

 private:
  enum class State : std::uint8_t { kWaiting, kConnecting, kUpgrading, kOpen };
  struct Member {
    int socket = -1;
    State state = State::kWaiting;
    std::int64_t tries = 0;
    std::string in;
    std::string out;  // What the socket did not take yet.
  };
  enum class Do : std::uint8_t { kConnect, kHeartbeat };
  struct Due {
    Clock::time_point at;
    std::size_t member;
    Do what;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void work_off_due(Clock::time_point now);
  void connect(std::size_t number);
  void lose(std::size_t number, std::string_view why);
  void on_event(std::size_t number, std::uint32_t events);
  void read(std::size_t number);
  bool take_upgrade(std::size_t number);
  void take_frames(std::size_t number);
  void send(std::size_t number, std::string_view bytes);
  void flush(std::size_t number);

  Swarm swarm_;
  SwarmCounts counts_;
  std::vector<Member> members_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::mt19937_64 random_{1};
  std::size_t connecting_ = 0;
  int epoll_ = -1;
};

}  // namespace tally::bench
