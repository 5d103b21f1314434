#include "platform/job_state.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "platform/store_error.hpp"

namespace tally::platform {
namespace {

constexpr std::string_view kTriesLeft = "tries left";
constexpr std::string_view kNoTriesLeft = "none left";

constexpr std::array<JobTransition, 11> kTransitions{{
    {JobState::kWaiting, JobEvent::kClaimed, JobState::kRunning, ""},
    {JobState::kWaiting, JobEvent::kCancelled, JobState::kCancelled, ""},
    {JobState::kRunning, JobEvent::kHeartbeat, JobState::kRunning, ""},
    {JobState::kRunning, JobEvent::kSucceeded, JobState::kDone, ""},
    {JobState::kRunning, JobEvent::kFailed, JobState::kWaiting, kTriesLeft},
    {JobState::kRunning, JobEvent::kFailed, JobState::kDead, kNoTriesLeft},
    {JobState::kRunning, JobEvent::kExpired, JobState::kWaiting, kTriesLeft},
    {JobState::kRunning, JobEvent::kExpired, JobState::kDead, kNoTriesLeft},
    {JobState::kRunning, JobEvent::kCancelled, JobState::kCancelled, ""},
    {JobState::kDead, JobEvent::kRevived, JobState::kWaiting, ""},
    {JobState::kDead, JobEvent::kCancelled, JobState::kCancelled, ""},
}};

}  // namespace

std::string_view name_of(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return "waiting";
    case JobState::kRunning:
      return "running";
    case JobState::kDone:
      return "done";
    case JobState::kDead:
      return "dead";
    case JobState::kCancelled:
      return "cancelled";
  }
  std::abort();
}

std::string_view name_of(JobEvent event) {
  switch (event) {
    case JobEvent::kClaimed:
      return "claimed";
    case JobEvent::kHeartbeat:
      return "heartbeat";
    case JobEvent::kSucceeded:
      return "succeeded";
    case JobEvent::kFailed:
      return "failed";
    case JobEvent::kExpired:
      return "expired";
    case JobEvent::kCancelled:
      return "cancelled";
    case JobEvent::kRevived:
      return "revived";
  }
  std::abort();
}

std::optional<JobState> job_state_of(std::string_view name) {
  for (const JobState state : kJobStates) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

std::span<const JobTransition> job_transitions() { return kTransitions; }

Result<JobState> next_state(JobState from, JobEvent on, bool tries_left) {
  const std::string_view when = tries_left ? kTriesLeft : kNoTriesLeft;
  for (const JobTransition& row : kTransitions) {
    if (row.from == from && row.on == on && (row.when.empty() || row.when == when)) return row.to;
  }
  return fail(StoreError::kStale,
              fmt::format("a job that is {} can't be {}", name_of(from), name_of(on)));
}

std::string job_diagram() {
  std::string text = "stateDiagram-v2\n";
  for (const JobTransition& row : kTransitions) {
    text += fmt::format("  {} --> {}: {}{}{}\n", name_of(row.from), name_of(row.to),
                        name_of(row.on), row.when.empty() ? "" : ", ", row.when);
  }
  return text;
}

}  // namespace tally::platform
