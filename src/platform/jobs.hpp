// Work that is done later, by any of several workers: queued in the transaction of its cause,
// leased to one worker at a time, tried again when it fails, and put aside after `tries_max`.
//
// A worker claims jobs, says by heartbeat_job() every kHeartbeat that it lives, does the work, and
// calls finish_job() in the very transaction that writes the outcome. Each claim has a fencing
// token one higher than the claim before: what a worker says that lost its lease is kStale, and its
// transaction with all it wrote is rolled back. So a job may run twice, and takes effect once.
//
// Thread-safety: a transaction's. Time and chance are the caller's.
// Limits: kBodyBytesMax for body and result, kClaimMax. Errors: kMissing, kStale, and the store's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/backoff.hpp"
#include "platform/connection.hpp"
#include "platform/job_state.hpp"

namespace tally::platform {

inline constexpr std::int64_t kJobTriesMax = 5;
inline constexpr Duration kJobLease{60'000};
inline constexpr Duration kHeartbeat{15'000};
inline constexpr std::int64_t kJobsClaimMax = 100;

struct NewJob {
  JobId id;
  TenantId tenant;
  std::string queue;  // Who does it: "pipeline".
  std::string kind;   // What: "session.decide".
  std::string body;
  // There is at most one job with such a key until it is purged: "decide:ses_…".
  std::optional<std::string> unique_key;
  Instant due;  // Not before.
  std::int64_t tries_max = kJobTriesMax;
};
// Whether it was queued; false: its id or unique_key is there already, and nothing changed.
Result<bool> queue_job(Transaction& transaction, const NewJob& job, Instant now);

struct JobLease {
  JobId id;
  std::int64_t token = 0;
};

struct Job {
  JobLease lease;
  TenantId tenant;
  std::string kind;
  std::string body;
  std::int64_t tries = 0;  // This one included.
  Instant leased_until;
};

struct JobClaim {
  std::string queue;
  std::string worker;      // For people, and for release_jobs().
  std::int64_t count = 1;  // 1 to kJobsClaimMax, else kLimit.
  Duration lease = kJobLease;
};
// Those that are due, oldest first; jobs whose lease ended count as due now.
Result<std::vector<Job>> claim_jobs(Transaction& transaction, const JobClaim& claim, Instant now);

// The new end of the lease.
Result<Instant> heartbeat_job(Transaction& transaction, const JobLease& lease, Instant now,
                              Duration lease_for = kJobLease);
Result<void> finish_job(Transaction& transaction, const JobLease& lease, std::string_view result,
                        Instant now);
// kWaiting, or kDead if it was the last try.
Result<JobState> fail_job(Transaction& transaction, const JobLease& lease, const Failure& failure,
                          Instant now);

// The worker of this name has died: its jobs are due now, or dead if it was their last try. How
// many they are.
Result<std::int64_t> release_jobs(Transaction& transaction, std::string_view worker, Instant now);

// Also of a dead one, which nobody wants tried again.
Result<void> cancel_job(Transaction& transaction, const JobId& id, Instant now);
Result<void> revive_job(Transaction& transaction, const JobId& id, Instant now);

struct JobRecord {
  JobId id;
  TenantId tenant;
  std::string queue;
  std::string kind;
  JobState state = JobState::kWaiting;
  std::int64_t tries = 0;
  std::int64_t token = 0;
  Instant due_at;
  std::optional<std::string> worker;
  std::optional<std::string> result;
  std::optional<std::string> last_error;
};
Result<std::optional<JobRecord>> find_job(Transaction& transaction, const JobId& id);

struct QueueState {
  std::int64_t waiting = 0;
  std::int64_t running = 0;
  std::int64_t dead = 0;
  std::optional<Instant> next_due;  // Of the waiting one that is due first: may be past.
};
Result<QueueState> queue_state(Transaction& transaction, std::string_view queue);

// Deletes what was done or cancelled before; at most kJobsClaimMax at a time. How many.
Result<std::int64_t> purge_jobs(Transaction& transaction, Instant before);

}  // namespace tally::platform
