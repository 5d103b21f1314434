// The gateway: the cabinets' end of their WebSockets (docs/device-link.md).
//
// What a cabinet reports is applied once, in order, and acknowledged after it is stored; one that
// can't be applied is acknowledged too, and the operator told, since saying it again would not make
// it better. Commands that wait for a cabinet are sent when it connects and whenever there is a new
// one. Its screen gets a new code well before the old one ends. What heartbeats tell is kept in
// memory, and stored where it is news (roll.hpp).
//
// A store that is busy, or away, costs no connection: what a cabinet says waits, each thing in its
// turn (turns.hpp), and is tried again every second.
//
// A cabinet has one connection: a newer one closes the older, and one that has said nothing for
// kSilentMost is closed. So is, within kKeysLooked, one whose key has ended: revoked, or replaced
// by setting the cabinet up anew, also by another process.
//
// Ownership: borrows the office. Thread-safety: all functions may be called from any thread; the
// destructor ends the threads, closes what is connected, and waits for what is under way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "commerce/door_token.hpp"
#include "platform/http/websocket.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"

namespace tally::gateway {

inline constexpr Duration kHeartbeatEvery = std::chrono::seconds(15);
inline constexpr Duration kSilentMost = 3 * kHeartbeatEvery;
inline constexpr Duration kLookedAround = std::chrono::seconds(1);
inline constexpr Duration kTokenEvery = std::chrono::seconds(25);
// Where no hint came: a process that plays other roles stored the command.
inline constexpr Duration kCommandsLooked = std::chrono::seconds(1);
inline constexpr Duration kKeysLooked = std::chrono::seconds(1);
// So far back each look at ended keys goes behind the last: other processes' clocks differ.
inline constexpr Duration kKeysLookedBack = std::chrono::minutes(1);
inline constexpr std::size_t kReportsWaitingMax = 256;  // Of one connection; more closes it.

struct GatewayOptions {
  std::string public_url;  // "https://tally.example": codes lead to <public_url>/d/<token>.
  std::vector<commerce::DoorTokenKey> keys;  // The first one writes.
  std::string name;                          // Of this process; no gateway had it before.
};

struct GatewayCounts {
  std::int64_t connected = 0;
  std::uint64_t reports = 0;
  std::uint64_t reports_refused = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t commands = 0;
  std::uint64_t words_stored = 0;       // What cabinets said of themselves,
  std::uint64_t word_transactions = 0;  // in so many transactions.
};

class Gateway {
 public:
  Gateway(core::Office& office, GatewayOptions options, server::Log log);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();

  // A connection of this cabinet, which has shown its key.
  http::WebSocketEvents connect(const TenantId& tenant, const CabinetId& cabinet,
                                std::shared_ptr<http::WebSocket> socket);
  // The cabinet's connection, if it has one here: its key has ended.
  void close(const CabinetId& cabinet);
  // What the gateway's own thread does every kLookedAround. For tests and for simulation.
  void look_around();
  [[nodiscard]] GatewayCounts counts() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tally::gateway
