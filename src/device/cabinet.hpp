// What a cabinet does about commands, its door and time, as (state, event) -> (state, effects).
//
// One machine for lock, door and session (cabinet_transitions()); beside it the counter that keeps
// commands from being obeyed twice, and the reports that the gateway has not acknowledged. All of
// it is the value Cabinet, which is kept on disk before any effect is carried out: what was obeyed
// or told stays so over restarts. docs/device.md shows the machine.
//
// Times are on the cabinet's time line (timeline.hpp). Pure functions; thread-safe as values are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/device_link.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::device {

enum class CabinetState : std::uint8_t {
  kLocked,    // Nobody is served; the door is closed.
  kUnlocked,  // Someone may open, until the deadline.
  kOpen,      // Someone has opened; the cameras record.
  kLocking,   // As kOpen, but the session ends when the door closes.
  kClosed,    // The door is closed and may be opened again; the cameras still record.
  kForced,    // The door is open and nothing had unlocked it.
};
inline constexpr std::size_t kCabinetStateCount = 6;
[[nodiscard]] std::string_view name_of(CabinetState state);

// What moves the machine; several of the events below may be the same signal.
enum class CabinetSignal : std::uint8_t {
  kUnlock,         // The command, valid and new.
  kLock,           // The same.
  kDoorOpened,     //
  kDoorClosed,     //
  kTimeout,        // The deadline of kUnlocked or kClosed is over.
  kStartedOpen,    // The program was started, and the door is open.
  kStartedClosed,  // The program was started, and the door is closed.
};
inline constexpr std::size_t kCabinetSignalCount = 7;
[[nodiscard]] std::string_view name_of(CabinetSignal signal);

struct CabinetTransition {
  CabinetState from;
  CabinetSignal on;
  CabinetState to;
};
// Signals that are in no row of a state change nothing there; commands among them are refused.
[[nodiscard]] std::span<const CabinetTransition> cabinet_transitions();
// As Mermaid draws it; rows that leave the state as it is are not drawn.
[[nodiscard]] std::string cabinet_diagram();

// Without word from the gateway the cabinet locks so long after the door was closed.
inline constexpr Duration kClosedTimeout = std::chrono::seconds(15);
// Reports of a forced door beyond so many that wait are dropped; those of sessions never are.
inline constexpr std::size_t kForcedReportsMax = 1000;

// A report that waits for being acknowledged. A manifest's cameras are filled in when it is sent,
// because until then more may get lost.
struct KeptReport {
  std::int64_t number = 0;
  SessionId session;
  Duration at{0};
  link::ReportBody body;
};

struct Cabinet {
  CabinetState state = CabinetState::kLocked;
  SessionId session;                 // Empty in kLocked and kForced.
  std::optional<Duration> deadline;  // In kUnlocked and kClosed.
  std::int64_t last_command = 0;     // The highest counter that was obeyed.
  std::int64_t last_report = 0;      // The highest number that was given.
  std::vector<KeptReport> reports;   // In their order.
};

// ---- What happens. `now` is in each.
// clang-format off
struct CommandCame    { Duration now; link::Command command; Duration arrived; };
struct DoorMoved      { Duration now; bool open; };
struct TimePassed     { Duration now; };
struct Started        { Duration now; bool door_open; };
struct RecordingBegan { Duration now; SessionId session; std::vector<link::CameraStart> cameras; };
struct RecordingEnded { Duration now; SessionId session; };  // Also again, if more of it got lost.
struct Acknowledged   { Duration now; std::int64_t number; };
struct Welcomed       { Duration now; std::int64_t report_seen; };

// ---- What is to be done, in this order.
struct SetLock        { bool locked; };
struct Record         { SessionId session; };
struct EndRecording   { SessionId session; };
struct AnswerCommand  { link::CommandAnswer answer; };
struct ShowOnScreen   { std::variant<link::ShowToken, link::ShowText> what; };
// clang-format on

using CabinetEvent = std::variant<CommandCame, DoorMoved, TimePassed, Started, RecordingBegan,
                                  RecordingEnded, Acknowledged, Welcomed>;
using CabinetEffect = std::variant<SetLock, Record, EndRecording, AnswerCommand, ShowOnScreen>;

struct CabinetStep {
  Cabinet cabinet;
  std::vector<CabinetEffect> effects;
  bool changed = false;  // Anything that must be kept.
};
[[nodiscard]] CabinetStep step(const Cabinet& cabinet, const CabinetEvent& event);

// The answer to a command that can't be obeyed for a reason outside the machine.
[[nodiscard]] AnswerCommand refusal(const link::Command& command, std::string reason);

}  // namespace tally::device
