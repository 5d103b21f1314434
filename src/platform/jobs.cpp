#include "platform/jobs.hpp"

#include <algorithm>

namespace tally::platform {
namespace {

struct Standing {
  JobState state;
  std::int64_t token;
  std::int64_t tries;
  std::int64_t tries_max;
};

Result<Standing> standing_of(Transaction& transaction, const JobId& id) {
  const auto row = transaction.query_one<std::string, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT state, token, tries, tries_max FROM jobs WHERE id = $1", id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return fail(StoreError::kMissing, fmt::format("job {} does not exist", id.text()));
  const auto& [name, token, tries, tries_max] = **row;
  const auto state = job_state_of(name);
  if (!state) {
    return fail(StoreError::kCorrupt, fmt::format("job {} is in state {}", id.text(), name));
  }
  return Standing{*state, token, tries, tries_max};
}

// The state that the event leads to, and how it stood before.
struct Step {
  JobState to;
  Standing before;
};
Result<Step> step(Transaction& transaction, const JobId& id, JobEvent event) {
  const Result<Standing> standing = standing_of(transaction, id);
  if (!standing) return std::unexpected(standing.error());
  const auto to = next_state(standing->state, event, standing->tries < standing->tries_max);
  if (!to) return fail_within(id.text(), to.error());
  return Step{*to, *standing};
}

Result<Step> leased_step(Transaction& transaction, const JobLease& lease, JobEvent event) {
  Result<Step> taken = step(transaction, lease.id, event);
  if (!taken || taken->before.token == lease.token) return taken;
  return fail(StoreError::kStale,
              fmt::format("job {} was given to another worker: token {} is now {}", lease.id.text(),
                          lease.token, taken->before.token));
}

Result<void> done(const Result<std::int64_t>& changed) {
  if (!changed) return std::unexpected(changed.error());
  return {};
}

// JobEvent::kExpired for all whose lease ended, or whose worker did: due at once, or dead.
Result<std::int64_t> expire(Transaction& transaction, std::optional<std::string_view> worker,
                            Instant now) {
  return transaction.execute(
      "UPDATE jobs SET state = CASE WHEN tries < tries_max THEN 'waiting' ELSE 'dead' END, "
      "finished_at = CASE WHEN tries < tries_max THEN finished_at ELSE $1 END, due_at = $1, "
      "last_error = 'the worker ended before it said how it went' "
      "WHERE state = 'running' AND (leased_until <= $1 OR worker = $2)",
      now, worker);
}

}  // namespace

Result<bool> queue_job(Transaction& transaction, const NewJob& job, Instant now) {
  if (auto fits = check_body(job.body); !fits) return std::unexpected(fits.error());
  const auto added = transaction.execute(
      "INSERT INTO jobs (id, tenant, queue, kind, body, unique_key, state, tries, tries_max, "
      "token, due_at, leased_until, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, 0, $8, 0, $9) ON CONFLICT DO NOTHING",
      job.id, job.tenant, job.queue, job.kind, job.body, job.unique_key, job.tries_max, job.due,
      now);
  if (!added) return std::unexpected(added.error());
  return *added == 1;
}

Result<std::vector<Job>> claim_jobs(Transaction& transaction, const JobClaim& claim, Instant now) {
  if (claim.count < 1 || claim.count > kJobsClaimMax) {
    return fail(StoreError::kLimit,
                fmt::format("a claim of {} jobs; claim 1 to {}", claim.count, kJobsClaimMax));
  }
  if (auto expired = expire(transaction, {}, now); !expired) {
    return std::unexpected(expired.error());
  }
  const Instant until = now + claim.lease;
  auto rows = transaction.query<JobId, std::int64_t, TenantId, std::string, std::string,
                                std::int64_t, Instant>(
      "UPDATE jobs SET state = 'running', tries = tries + 1, token = token + 1, worker = $1, "
      "leased_until = $2 WHERE state = 'waiting' AND id IN (SELECT id FROM jobs "
      "WHERE queue = $3 AND state = 'waiting' AND due_at <= $4 ORDER BY due_at, id LIMIT $5) "
      "RETURNING id, token, tenant, kind, body, tries, due_at",
      claim.worker, until, claim.queue, now, claim.count);
  if (!rows) return std::unexpected(rows.error());
  std::ranges::sort(*rows, {},
                    [](const auto& row) { return std::pair(std::get<6>(row), std::get<0>(row)); });
  std::vector<Job> jobs;
  for (auto& [id, token, tenant, kind, body, tries, due] : *rows) {
    jobs.push_back({{id, token}, tenant, kind, body, tries, until});
  }
  return jobs;
}

Result<Instant> heartbeat_job(Transaction& transaction, const JobLease& lease, Instant now,
                              Duration lease_for) {
  const auto taken = leased_step(transaction, lease, JobEvent::kHeartbeat);
  if (!taken) return std::unexpected(taken.error());
  const Instant until = now + lease_for;
  const auto changed =
      done(transaction.execute("UPDATE jobs SET leased_until = $2 WHERE id = $1", lease.id, until));
  if (!changed) return std::unexpected(changed.error());
  return until;
}

Result<void> finish_job(Transaction& transaction, const JobLease& lease, std::string_view result,
                        Instant now) {
  if (auto fits = check_body(result); !fits) return fits;
  const auto taken = leased_step(transaction, lease, JobEvent::kSucceeded);
  if (!taken) return std::unexpected(taken.error());
  return done(
      transaction.execute("UPDATE jobs SET state = $2, result = $3, finished_at = $4 WHERE id = $1",
                          lease.id, name_of(taken->to), result, now));
}

Result<JobState> fail_job(Transaction& transaction, const JobLease& lease, const Failure& failure,
                          Instant now) {
  const auto taken = leased_step(transaction, lease, JobEvent::kFailed);
  if (!taken) return std::unexpected(taken.error());
  const Instant due = now + delay_after(failure.backoff, taken->before.tries, failure.random);
  const auto changed = done(transaction.execute(
      "UPDATE jobs SET state = $2, due_at = $3, last_error = $4, finished_at = $5 WHERE id = $1",
      lease.id, name_of(taken->to), due, storable_text(failure.error, kErrorBytesMax),
      taken->to == JobState::kDead ? std::optional(now) : std::nullopt));
  if (!changed) return std::unexpected(changed.error());
  return taken->to;
}

Result<std::int64_t> release_jobs(Transaction& transaction, std::string_view worker, Instant now) {
  return expire(transaction, worker, now);
}

Result<void> cancel_job(Transaction& transaction, const JobId& id, Instant now) {
  const auto taken = step(transaction, id, JobEvent::kCancelled);
  if (!taken) return std::unexpected(taken.error());
  return done(transaction.execute("UPDATE jobs SET state = $2, finished_at = $3 WHERE id = $1", id,
                                  name_of(taken->to), now));
}

Result<void> revive_job(Transaction& transaction, const JobId& id, Instant now) {
  const auto taken = step(transaction, id, JobEvent::kRevived);
  if (!taken) return std::unexpected(taken.error());
  return done(transaction.execute(
      "UPDATE jobs SET state = $2, tries = 0, due_at = $3, finished_at = NULL, death_told = 0 "
      "WHERE id = $1",
      id, name_of(taken->to), now));
}

Result<std::optional<JobRecord>> find_job(Transaction& transaction, const JobId& id) {
  auto row = transaction.query_one<TenantId, std::string, std::string, std::int64_t, std::int64_t,
                                   Instant, std::optional<std::string>, std::optional<std::string>,
                                   std::optional<std::string>>(
      "SELECT tenant, queue, kind, tries, token, due_at, worker, result, last_error "
      "FROM jobs WHERE id = $1",
      id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<JobRecord>();
  const auto standing = standing_of(transaction, id);
  if (!standing) return std::unexpected(standing.error());
  const auto& [tenant, queue, kind, tries, token, due, worker, result, error] = **row;
  return JobRecord{id,  tenant, queue,  kind, standing->state, tries, token,
                   due, worker, result, error};
}

Result<QueueState> queue_state(Transaction& transaction, std::string_view queue) {
  const auto row = transaction.query_one<std::int64_t, std::int64_t, std::int64_t,
                                         std::optional<Instant>>(
      "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END), "
      "COUNT(CASE WHEN state = 'running' THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END), "
      "MIN(CASE WHEN state = 'waiting' THEN due_at END) FROM jobs "
      "WHERE queue = $1 AND state IN ('waiting', 'running', 'dead')",
      queue);
  if (!row) return std::unexpected(row.error());
  const auto& [waiting, running, dead, next] = row->value();
  return QueueState{waiting, running, dead, next};
}

Result<std::int64_t> purge_jobs(Transaction& transaction, Instant before) {
  return transaction.execute(
      "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state IN ('done', 'cancelled') "
      "AND finished_at < $1 ORDER BY finished_at, id LIMIT $2)",
      before, kJobsClaimMax);
}

}  // namespace tally::platform
