// Runs many sessions through an injected processing function, several at a time; one that fails is
// one result, what is finished is not done again, and stopping keeps what is done.
//
// A job is finished when its output folder holds cart.json and a record (kRecordFile) of the inputs
// it was made from: settings, cameras, and every byte of the session but its truth. If the inputs
// are the same and cart.json is the one recorded, the job is kept. Failed jobs are tried again.
//
// Thread-safety: run_jobs calls `process` from several threads, `on_progress` and `cancelled` from
// the caller's only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/evaluate/session_set.hpp"

namespace tally::evaluate {

inline constexpr int kJobsMax = 256;
inline constexpr std::string_view kCartFile = "cart.json";
inline constexpr std::string_view kRecordFile = "evaluated.json";
inline constexpr std::string_view kRecordSchema = "tally.eval.record.v1";

struct Job {
  SessionSource session;
  std::vector<std::string> cameras;  // Empty: all.
  std::filesystem::path output;      // Of this job alone.
  std::string settings;  // All else that a cart depends on: programs, models, options; any text.
};

// What the processing function gets: a session folder without its truth, and where to write
// cart.json. Should return soon once `stop` is requested.
struct Assignment {
  std::filesystem::path session;
  std::filesystem::path output;
  std::stop_token stop;
};
using ProcessSession = std::function<Result<void>(const Assignment&)>;

enum class JobState : std::uint8_t {
  kDone,     // Processed now.
  kKept,     // Finished earlier with the same inputs.
  kFailed,   // `failure` says why.
  kStopped,  // Not begun, or stopped half way.
};

struct JobResult {
  JobState state = JobState::kStopped;
  std::string failure;
};

struct RunOptions {
  int jobs = 1;                     // At the same time, 1 to kJobsMax.
  bool fresh = false;               // Keep nothing of earlier runs.
  std::filesystem::path scratch;    // An existing folder for lent sessions.
  std::function<bool()> cancelled;  // Asked some times a second; may be empty.
  std::function<void(std::size_t finished, std::size_t failed)> on_progress;  // May be empty.
};

// One result for each job, in their order. The session with the most bytes begins first, so that
// the last ones are short and no worker waits long for another (LPT, Graham 1969).
[[nodiscard]] std::vector<JobResult> run_jobs(const std::vector<Job>& jobs,
                                              const ProcessSession& process,
                                              const RunOptions& options);

}  // namespace tally::evaluate
