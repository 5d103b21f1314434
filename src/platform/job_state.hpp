// What can happen to a job, as a table that code, tests and the diagram in docs/store.md share.
//
// Thread-safety: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::platform {

enum class JobState : std::uint8_t {
  kWaiting,    // For its time, and for a worker.
  kRunning,    // A worker holds its lease.
  kDone,       // Its result is written.
  kDead,       // Tried as often as it may be: a human looks at it.
  kCancelled,  // Nobody needs it any more.
};
inline constexpr std::array kJobStates{JobState::kWaiting, JobState::kRunning, JobState::kDone,
                                       JobState::kDead, JobState::kCancelled};

enum class JobEvent : std::uint8_t {
  kClaimed,    // A worker takes it, with a lease and the next token.
  kHeartbeat,  // The worker is alive: the lease is longer.
  kSucceeded,  // The worker gives the result.
  kFailed,     // The worker says that it did not work.
  kExpired,    // The lease ended without a word from the worker.
  kCancelled,
  kRevived,  // A human wants it tried again.
};
inline constexpr std::array kJobEvents{
    JobEvent::kClaimed, JobEvent::kHeartbeat, JobEvent::kSucceeded, JobEvent::kFailed,
    JobEvent::kExpired, JobEvent::kCancelled, JobEvent::kRevived};

[[nodiscard]] std::string_view name_of(JobState state);
[[nodiscard]] std::string_view name_of(JobEvent event);
[[nodiscard]] std::optional<JobState> job_state_of(std::string_view name);

struct JobTransition {
  JobState from;
  JobEvent on;
  JobState to;
  std::string_view when;  // Which of two rows that begin alike; else empty.
};
[[nodiscard]] std::span<const JobTransition> job_transitions();

// Where the event leads from here. `tries_left`: whether it may be tried once more.
// Errors: kStale for what is in no row: the job went on meanwhile.
Result<JobState> next_state(JobState from, JobEvent on, bool tries_left);

// The table as a state diagram in Mermaid's language.
[[nodiscard]] std::string job_diagram();

}  // namespace tally::platform
