// A cabinet's health: is it there, is it cold, may it open? (health, event) -> (health, effects).
//
// Warmer than the limit for as long as the policy says locks the cabinet until the operator clears
// it: food that was warm does not become good by cooling. What counts is the time since the first
// reading above the limit without any at or below it after that, whether or not more readings come:
// a thermometer that dies in a warm cabinet does not keep it open. Alerts are raised once and
// cleared once, by kind.
//
// Connections of a cabinet have numbers from 1 that grow, given by who accepts them; words of an
// older one than the latest neither connect the cabinet nor disconnect it.
//
// While a gateway holds the connection, that gateway sees whether the cabinet falls silent, and
// somebody else whether the gateway does; so `last_seen` need not be of the last heartbeat then,
// and says nothing about silence. From the end of the connection on it does.
//
// Pure; thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::commerce {

struct FleetPolicy {
  double celsius_max = 5;
  Duration warm_time = std::chrono::minutes(20);
  Duration offline_after = std::chrono::seconds(45);     // Three heartbeats.
  Duration no_reading_after = std::chrono::minutes(20);  // Of a cabinet that has told one.
  std::int64_t cameras_least = 1;  // Fewer that work, and nobody could say what was taken.

  friend bool operator==(const FleetPolicy&, const FleetPolicy&) = default;
};
// Readings out of this range are the sensor's fault and count as none.
inline constexpr double kCelsiusLeast = -40;
inline constexpr double kCelsiusMost = 85;
inline constexpr std::size_t kCameraProblemsMax = 8;
inline constexpr std::size_t kHealthCamerasMax = 8;

enum class CabinetAlert : std::uint8_t {
  kOffline,
  kTooWarm,        // Locked; the operator clears it.
  kNoTemperature,  // Its thermometer has gone silent.
  kCamera,         // A camera is dark, blurred or gone.
  kDoorForced,     // The door opened without a session.
  kBlind,          // Fewer cameras work than a session needs: closed until more do.
};
[[nodiscard]] std::string_view name_of(CabinetAlert alert);

struct CabinetHealth {
  CabinetId id;
  FleetPolicy policy;
  bool connected = false;
  std::int64_t connection = 0;       // Number of the latest.
  std::string gateway;               // Who holds it; empty where it has ended or nobody says.
  std::string software;              // The version of what runs in it, as it said last.
  std::vector<std::string> cameras;  // Their ids, the same.
  std::optional<Instant> last_seen;
  std::optional<double> celsius;  // The last sound reading.
  std::optional<Instant> celsius_at;
  std::optional<Instant> warm_since;
  bool locked_warm = false;
  bool locked_by_operator = false;
  std::vector<std::string> camera_problems;     // In words, by camera.
  std::optional<std::int64_t> cameras_working;  // As it said last; older cabinets do not say.
  std::set<CabinetAlert> alerts;                // Raised and not cleared.

  friend bool operator==(const CabinetHealth&, const CabinetHealth&) = default;
};

// clang-format off
struct CabinetConnected    { Instant at; std::int64_t connection = 1; std::string software = {};
                             std::vector<std::string> cameras = {};
                             std::string gateway = {}; };
// The connection is held still, by a gateway that was thought lost.
struct CabinetKept         { Instant at; std::int64_t connection = 1; std::string gateway; };
struct CabinetDisconnected { Instant at; std::int64_t connection = 1;
                             std::optional<Instant> heard = {}; };  // Its last word.
// Whoever held the connection is gone; it was there last at `seen`.
struct GatewayLost         { Instant at; std::string gateway; Instant seen; };
struct Heartbeat           { Instant at; std::int64_t connection = 1;
                             std::optional<double> celsius;
                             std::vector<std::string> camera_problems;
                             std::optional<std::int64_t> cameras_working = {};
                             std::optional<Instant> read = {}; };  // `celsius`; nothing: at `at`.
struct ForcedDoor          { Instant at; };
struct OperatorLocks       { Instant at; };
struct OperatorClears      { Instant at; };  // Both locks; only the operator may say it is safe.
struct DoorChecked         { Instant at; };  // Somebody saw to a forced door. Opens no lock.
struct FleetTick           { Instant at; };

struct RaiseCabinetAlert   { CabinetAlert alert; };
struct ClearCabinetAlert   { CabinetAlert alert; };
// clang-format on
using FleetEvent =
    std::variant<CabinetConnected, CabinetKept, CabinetDisconnected, GatewayLost, Heartbeat,
                 ForcedDoor, OperatorLocks, OperatorClears, DoorChecked, FleetTick>;
using FleetEffect = std::variant<RaiseCabinetAlert, ClearCabinetAlert>;

struct FleetStep {
  CabinetHealth health;
  std::vector<FleetEffect> effects;
};

// Any event may come at any time; none is an error.
[[nodiscard]] FleetStep step(const CabinetHealth& health, const FleetEvent& event);

// Whether the heartbeat changes more than when the cabinet was seen, and how warm it is by less
// than kCelsiusNews: what is no news may be told later, or not at all where newer ones come.
inline constexpr double kCelsiusNews = 1;
[[nodiscard]] bool is_news(const CabinetHealth& health, const Heartbeat& heartbeat);

// Of two heartbeats the newer, with the older's reading if it has none itself.
[[nodiscard]] Heartbeat newer_of(const Heartbeat& older, Heartbeat newer);

enum class Unwell : std::uint8_t {
  kOffline,
  kWarm,    // Until its operator has looked at the goods.
  kBlind,   // Too few of its cameras work.
  kLocked,  // By its operator.
};
[[nodiscard]] std::string_view name_of(Unwell reason);
[[nodiscard]] std::string_view words_of(Unwell reason);  // For customers, in English.

// Why customers can't open it now; empty where they can. Restockers may open a cabinet that is
// warm, blind or locked, not one that is offline.
[[nodiscard]] std::vector<Unwell> why_closed(const CabinetHealth& health, bool restocking);

// When a tick has something to do.
[[nodiscard]] std::optional<Instant> due(const CabinetHealth& health);

}  // namespace tally::commerce
