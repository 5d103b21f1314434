// The device link: what a cabinet and its gateway say to each other, as values and as JSON.
//
// One WebSocket, one JSON object a message, described by docs/device-link.md. The cabinet connects,
// says hello and is welcomed; after that
//
//   reports     cabinet -> gateway: what happened, numbered from 1 by the cabinet, kept by it until
//               the gateway has acknowledged the number, and said again after a reconnect
//   commands    gateway -> cabinet: id, a counter that only grows, and how long it is valid; the
//               cabinet answers each; one that is too old or was seen before is refused
//   heartbeats  cabinet -> gateway: that it is there, how cold it is, what ails it
//
// A cabinet's clock may be wrong by any amount, so times on this link are ages: milliseconds from
// the event to the sending, by the cabinet's monotonic clock.
//
// Reading refuses unknown kinds, wrong types, and whatever is over a limit; unknown fields are let
// by, so that one side may be newer. Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"

namespace tally::link {

inline constexpr int kProtocol = 1;
inline constexpr std::size_t kMessageBytesMax = std::size_t{512} << 10;  // The largest manifest.
inline constexpr std::size_t kTextBytesMax = 400;
inline constexpr std::size_t kCamerasMax = 8;
inline constexpr std::size_t kSegmentsMax = 900;
inline constexpr std::int64_t kValidMsMax = 3'600'000;  // Of a command, and of what it asks for.
inline constexpr std::int64_t kAgeMsMax = std::int64_t{100} * 3'600'000;  // Offline for days.

enum class LinkError : std::uint8_t {
  kSyntax,    // Not a JSON object, or a field that is missing or of the wrong type.
  kKind,      // No such message.
  kValue,     // A value out of its range.
  kTooLarge,  // kMessageBytesMax.
};
[[nodiscard]] ErrorCode code_of(LinkError error);

// ---- From the cabinet.

struct Hello {
  int protocol = kProtocol;
  CabinetId cabinet;
  std::string version;               // Of its software.
  std::int64_t last_command = 0;     // The highest counter that it has obeyed.
  std::vector<std::string> cameras;  // Their ids.
};

struct Heartbeat {
  std::optional<double> celsius;
  bool door_open = false;
  std::int64_t buffered_bytes = 0;  // Video that waits for being uploaded.
  std::vector<std::string> camera_problems = {};
  std::optional<std::int64_t> cameras_working = {};  // Older cabinets do not say.
};

// clang-format off
struct DoorOpened {};
struct DoorClosed {};
struct CameraStart { std::string camera; std::int64_t start_ms = 0; };
struct Recording   { std::vector<CameraStart> cameras; };
struct CameraSegments { std::string camera; std::vector<std::string> segments; };  // Empty: lost.
struct Manifest    { std::vector<CameraSegments> cameras; };
// clang-format on
using ReportBody = std::variant<DoorOpened, DoorClosed, Recording, Manifest>;

struct Report {
  std::int64_t number = 0;  // From 1.
  SessionId session;        // Empty where the door was forced without one.
  std::int64_t age_ms = 0;
  ReportBody body;
};

struct CommandAnswer {
  std::string command;
  bool obeyed = false;
  std::string reason;  // Why not, in words.
};

using FromCabinet = std::variant<Hello, Heartbeat, Report, CommandAnswer>;

// ---- From the gateway.

struct Welcome {
  std::int64_t heartbeat_ms = 15'000;
  std::int64_t report_seen = 0;  // Reports up to this number are known.
};

struct ReportSeen {
  std::int64_t number = 0;  // And all before it.
};

// clang-format off
struct Unlock    { SessionId session; std::int64_t open_timeout_ms = 14'000; };
struct Lock      {};
struct ShowToken { std::string url; std::int64_t valid_ms = 60'000; };  // As a QR code.
struct ShowText  { std::string text; };
// clang-format on
using CommandBody = std::variant<Unlock, Lock, ShowToken, ShowText>;

struct Command {
  std::string id;
  std::int64_t counter = 0;   // Larger than that of every command before it.
  std::int64_t valid_ms = 0;  // From its arrival; after that it must not be obeyed.
  CommandBody body;
};

using FromGateway = std::variant<Welcome, ReportSeen, Command>;

[[nodiscard]] std::string to_json(const FromCabinet& message);
[[nodiscard]] std::string to_json(const FromGateway& message);
Result<FromCabinet> parse_from_cabinet(std::string_view text);
Result<FromGateway> parse_from_gateway(std::string_view text);

// The number of a report, also of one that parse_from_cabinet() refuses, so that it can be
// acknowledged and is not said for ever. Nothing where the text is no report with a number.
[[nodiscard]] std::optional<std::int64_t> report_number(std::string_view text);

}  // namespace tally::link
