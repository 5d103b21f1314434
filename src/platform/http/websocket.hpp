// One end of a WebSocket connection (RFC 6455) that is open: text messages both ways. The same for
// connections that a server took and that a client made; a simulation gives one of its own.
//
// Limits: WebSocketLimits. Messages are text in UTF-8; a binary one closes the connection (1003),
// as do one that is too large (1009), a frame against the protocol (1002) and text that is no UTF-8
// (1007). A peer that says nothing for idle_time, not even a pong, is cut off (1006), as is one
// that does not read what it is sent within write_time.
//
// Ownership: shared; holding one does not keep the connection open, and it may be held for longer
// than the server lives. Thread-safety: all functions may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace tally::http {

struct WebSocketLimits {
  std::size_t message_bytes_max = 64U << 10U;          // Of one that is received.
  std::size_t queue_bytes_max = 1U << 20U;             // Of all that wait to be sent.
  std::size_t queue_messages_max = 1024;               // The same, in messages.
  Duration handshake_time = std::chrono::seconds(10);  // To open, and for all of a close.
  Duration write_time = std::chrono::seconds(30);      // For each 64 KiB of a message.
  // Without a byte from the peer, it is pinged after half of this and cut off after all of it.
  Duration idle_time = std::chrono::seconds(30);
};

inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseUnsupported = 1003;
inline constexpr std::uint16_t kCloseWithoutCode = 1005;  // Never sent: the peer gave none.
inline constexpr std::uint16_t kCloseLost = 1006;         // Never sent: the connection just ended.
inline constexpr std::uint16_t kClosePolicy = 1008;
inline constexpr std::uint16_t kCloseFailed = 1011;
inline constexpr std::size_t kCloseReasonBytesMax = 123;  // What a frame holds; more is cut off.

class WebSocket {
 public:
  WebSocket() = default;
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  virtual ~WebSocket() = default;

  // Queues one message of text. False, and it is not queued, if the connection is closed or the
  // queue is full; a caller for whom that must not be closes the connection.
  virtual bool send(std::string text) = 0;
  // Sends what is queued, then closes with this code (1000, 1001, 1003, 1007..1014, 3000..4999;
  // else 1000 is sent). Only the first call counts.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

// Called on the connection's I/O thread, one at a time; they must not block. The next message is
// read when on_message has returned. on_close comes once, last, and then both are destroyed. An
// exception out of either is a bug and is counted; out of on_message it closes the connection
// (1011).
struct WebSocketEvents {
  std::function<void(std::string text)> on_message;
  std::function<void(std::uint16_t code, std::string_view reason)> on_close;
};

}  // namespace tally::http
