#include "platform/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "platform/aggregates.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::id_of;
using testing::outcome_of;

const TenantId kTenant = id_of<TenantKind>(1);
JobId id(std::uint64_t number) { return id_of<JobKind>(number); }

Result<std::vector<Job>> claim_from(Connection& connection, Instant now, std::int64_t count = 1) {
  return connection.write([&](Transaction& transaction) {
    return claim_jobs(transaction, {.queue = "q", .worker = "w", .count = count}, now);
  });
}

class JobsTest : public testing::StoreTest {
 protected:
  Result<bool> queue(std::uint64_t number, Instant due = at(0),
                     std::optional<std::string> key = std::nullopt, std::string name = "q") {
    return write([&](Transaction& transaction) {
      return queue_job(
          transaction,
          {id(number), kTenant, name, "kind", fmt::format("body {}", number), key, due}, at(0));
    });
  }
  std::vector<Job> claim(Instant now, std::int64_t count = 1) {
    return claim_from(*connection_, now, count).value();
  }
  std::string finish(const JobLease& lease, Instant now) {
    return outcome_of(write(
        [&](Transaction& transaction) { return finish_job(transaction, lease, "result", now); }));
  }
  Result<JobState> failed(const JobLease& lease, Instant now, std::uint64_t random = 0) {
    return write([&](Transaction& transaction) {
      return fail_job(transaction, lease, {"no video", {}, random}, now);
    });
  }
  Result<Instant> heartbeat(const JobLease& lease, Instant now) {
    return write([&](Transaction& transaction) { return heartbeat_job(transaction, lease, now); });
  }
  std::string cancel(std::uint64_t number) {
    return outcome_of(write(
        [&](Transaction& transaction) { return cancel_job(transaction, id(number), at(1)); }));
  }
  std::string revive(std::uint64_t number, Instant now) {
    return outcome_of(
        write([&](Transaction& transaction) { return revive_job(transaction, id(number), now); }));
  }
  JobRecord find(std::uint64_t number) {
    return read([&](Transaction& transaction) { return find_job(transaction, id(number)); })
        .value()
        .value();
  }
  Instant kill(Instant now) {
    for (std::int64_t tries = 1; tries <= kJobTriesMax; ++tries, now += Duration(600'000)) {
      const auto jobs = claim(now);
      EXPECT_EQ(jobs.at(0).tries, tries);
      EXPECT_EQ(failed(jobs[0].lease, now),
                tries < kJobTriesMax ? JobState::kWaiting : JobState::kDead);
    }
    return now;
  }
};
TALLY_ON_BOTH_STORES(JobsTest);

TEST_P(JobsTest, AreDoneOldestFirst) {
  EXPECT_EQ(queue(1, at(30)), true);
  EXPECT_EQ(queue(2, at(20)), true);
  EXPECT_EQ(queue(3, at(90)), true);
  EXPECT_EQ(queue(4, at(10), {}, "other"), true);
  const auto jobs = claim(at(50), 10);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].lease.id, id(2));
  EXPECT_EQ(jobs[1].lease.id, id(1));
  EXPECT_EQ(jobs[1].body, "body 1");
  EXPECT_EQ(jobs[1].tenant, kTenant);
  EXPECT_EQ(jobs[1].kind, "kind");
  EXPECT_EQ(find(1).worker, "w");
}

TEST_P(JobsTest, AreQueuedOnceForAKey) {
  EXPECT_EQ(queue(1, at(0), "decide:ses"), true);
  EXPECT_EQ(queue(2, at(0), "decide:ses"), false);
  EXPECT_EQ(queue(1, at(0), "another"), false);
  EXPECT_EQ(queue(3), true);
  EXPECT_EQ(queue(4), true);  // None has a key.
  EXPECT_EQ(claim(at(0), 10).size(), 3U);
}

TEST_P(JobsTest, AreLeasedToOneWorkerAtATime) {
  ASSERT_TRUE(queue(1));
  const auto slow = claim(at(0));
  const Instant end = at(0) + kJobLease;
  EXPECT_EQ(slow.at(0).leased_until, end);
  EXPECT_TRUE(claim(end - Duration(1)).empty());
  const auto next = claim(end);
  EXPECT_EQ(next.at(0).lease.token, slow[0].lease.token + 1);
  EXPECT_EQ(next[0].tries, 2);
  EXPECT_EQ(outcome_of(heartbeat(slow[0].lease, end)), "store.stale");
  EXPECT_EQ(outcome_of(failed(slow[0].lease, end)), "store.stale");
  EXPECT_EQ(finish(slow[0].lease, end), "store.stale");
  EXPECT_EQ(finish(next[0].lease, end), "");
  EXPECT_EQ(finish(next[0].lease, end), "store.stale");
  EXPECT_EQ(find(1).state, JobState::kDone);
  EXPECT_EQ(find(1).result, "result");
  EXPECT_EQ(finish({id(9), 1}, end), "store.missing");
}

TEST_P(JobsTest, OfAWorkerThatDiedGoToTheNextAtOnce) {
  for (std::uint64_t number : {1, 2, 3}) ASSERT_TRUE(queue(number));
  const auto claim_as = [&](std::string worker) {
    return write([&](Transaction& transaction) {
             return claim_jobs(transaction, {.queue = "q", .worker = std::move(worker)}, at(0));
           })
        .value();
  };
  const auto release = [&](std::string_view worker) {
    return write(
        [&](Transaction& transaction) { return release_jobs(transaction, worker, at(5)); });
  };
  const auto dead = claim_as("dead");
  const auto alive = claim_as("alive");
  EXPECT_EQ(release("nobody"), 0);
  EXPECT_EQ(release("dead"), 1);
  EXPECT_EQ(finish(dead.at(0).lease, at(5)), "store.stale");
  EXPECT_EQ(claim(at(5), 10).size(), 2U);  // That one, and the one that nobody had.
  EXPECT_EQ(finish(alive.at(0).lease, at(5)), "");
  EXPECT_EQ(release("alive"), 0);  // It is done.
}

TEST_P(JobsTest, LiveAsLongAsTheirHeartbeat) {
  ASSERT_TRUE(queue(1));
  const auto jobs = claim(at(0));
  Instant now = at(0);
  for (int beat = 0; beat < 20; ++beat, now += kHeartbeat) {
    EXPECT_EQ(heartbeat(jobs[0].lease, now), now + kJobLease);
    EXPECT_TRUE(claim(now).empty());
  }
  EXPECT_EQ(finish(jobs[0].lease, now), "");
}

TEST_P(JobsTest, WriteNothingWithAnOldToken) {
  ASSERT_TRUE(queue(1));
  const auto slow = claim(at(0));
  const auto next = claim(at(0) + kJobLease);
  const auto conclude = [&](const JobLease& lease, std::string body) {
    return outcome_of(write([&](Transaction& transaction) -> Result<void> {
      const auto cart =
          insert_aggregate(transaction, {kTenant, "cart", "c", 0, "", body, {}, {}}, at(1));
      if (!cart) return std::unexpected(cart.error());
      return finish_job(transaction, lease, "", at(1));
    }));
  };
  EXPECT_EQ(conclude(slow[0].lease, "wrong"), "store.stale");
  EXPECT_EQ(conclude(next[0].lease, "right"), "");  // Not kDuplicate: nothing was left.
  EXPECT_EQ(read([](Transaction& transaction) {
              return find_aggregate(transaction, kTenant, "cart", "c");
            })
                .value()
                ->body,
            "right");
}

TEST_P(JobsTest, WaitLongerEachTimeTheyFailAndDieInTheEnd) {
  ASSERT_TRUE(queue(1));
  const auto first = claim(at(0));
  EXPECT_EQ(failed(first[0].lease, at(0), 0), JobState::kWaiting);
  EXPECT_EQ(find(1).due_at, at(500));
  const auto second = claim(at(500));
  EXPECT_EQ(failed(second[0].lease, at(500), 1000), JobState::kWaiting);
  EXPECT_EQ(find(1).due_at, at(2'500));
  EXPECT_EQ(find(1).last_error, "no video");
}

TEST_P(JobsTest, ThatAreDeadWaitForAHuman) {
  ASSERT_TRUE(queue(1));
  Instant now = kill(at(0));
  EXPECT_EQ(find(1).state, JobState::kDead);
  EXPECT_TRUE(claim(now + std::chrono::days(9)).empty());
  EXPECT_EQ(revive(1, now), "");
  now = kill(now);
  EXPECT_EQ(find(1).state, JobState::kDead);
}

TEST_P(JobsTest, ThatEndTheirWorkersDieToo) {
  ASSERT_TRUE(queue(1));
  Instant now = at(0);
  for (std::int64_t tries = 0; tries < kJobTriesMax; ++tries, now += kJobLease) {
    EXPECT_EQ(claim(now).size(), 1U);
  }
  EXPECT_TRUE(claim(now).empty());
  EXPECT_EQ(find(1).state, JobState::kDead);
}

TEST_P(JobsTest, ThatAreCancelledAreNotDone) {
  ASSERT_TRUE(queue(1));
  ASSERT_TRUE(queue(2));
  const auto jobs = claim(at(0));
  EXPECT_EQ(cancel(1), "");
  EXPECT_EQ(cancel(2), "");
  EXPECT_EQ(cancel(2), "store.stale");
  EXPECT_EQ(finish(jobs[0].lease, at(1)), "store.stale");
  EXPECT_TRUE(claim(at(1) + kJobLease).empty());
}

// What the statements make of a job is what the table says, for every pair.
TEST_P(JobsTest, GoTheWayOfTheirTableInEveryPair) {
  const auto apply = [&](std::uint64_t number, JobEvent event, const JobLease& lease) {
    switch (event) {
      case JobEvent::kClaimed:
        return claim(at(0), kJobsClaimMax).empty() ? std::string("store.stale") : "";
      case JobEvent::kHeartbeat:
        return outcome_of(heartbeat(lease, at(0)));
      case JobEvent::kSucceeded:
        return finish(lease, at(0));
      case JobEvent::kFailed:
        return outcome_of(failed(lease, at(0)));
      case JobEvent::kExpired:
        // Anyone's claim looks for them; of another queue, so that it takes none itself.
        EXPECT_TRUE(write([&](Transaction& transaction) {
          return claim_jobs(transaction, {.queue = "none", .worker = "w"}, at(0) + kJobLease);
        }));
        return std::string();
      case JobEvent::kCancelled:
        return cancel(number);
      case JobEvent::kRevived:
        return revive(number, at(0));
    }
    std::abort();
  };
  std::uint64_t number = 0;
  for (const JobState from : kJobStates) {
    for (const JobEvent event : kJobEvents) {
      for (const bool tries_left : {true, false}) {
        ++number;
        const std::int64_t token = 1;
        ASSERT_TRUE(write(
            [&](Transaction& transaction) { return transaction.execute("DELETE FROM jobs"); }));
        ASSERT_TRUE(queue(number));
        ASSERT_TRUE(write([&](Transaction& transaction) {
          return transaction.execute(
              "UPDATE jobs SET state = $1, token = $2, tries = $3, leased_until = $4",
              name_of(from), token, tries_left ? 1 : kJobTriesMax, at(0) + kJobLease);
        }));
        const auto expected = next_state(from, event, tries_left);
        const std::string outcome = apply(number, event, {id(number), token});
        if (event != JobEvent::kExpired) {
          EXPECT_EQ(outcome.empty(), expected.has_value()) << name_of(from) << name_of(event);
        }
        EXPECT_EQ(find(number).state, expected.value_or(from)) << name_of(from) << name_of(event);
      }
    }
  }
}

TEST_P(JobsTest, AreCountedForTheMetrics) {
  ASSERT_TRUE(queue(1, at(7)));
  ASSERT_TRUE(queue(2, at(9)));
  ASSERT_TRUE(queue(3, at(0)));
  claim(at(0));
  const auto state =
      read([](Transaction& transaction) { return queue_state(transaction, "q"); }).value();
  EXPECT_EQ(state.waiting, 2);
  EXPECT_EQ(state.running, 1);
  EXPECT_EQ(state.dead, 0);
  EXPECT_EQ(state.next_due, at(7));
}

TEST_P(JobsTest, AreForgottenLongAfterTheyAreDone) {
  ASSERT_TRUE(queue(1));
  ASSERT_EQ(finish(claim(at(0))[0].lease, at(10)), "");
  const auto purge = [&](Instant before) {
    return write([&](Transaction& transaction) { return purge_jobs(transaction, before); });
  };
  EXPECT_EQ(purge(at(10)), 0);
  EXPECT_EQ(purge(at(11)), 1);
}

TEST_P(JobsTest, AreClaimedWithinALimit) {
  EXPECT_EQ(outcome_of(claim_from(*connection_, at(0), 0)), "store.limit");
  EXPECT_EQ(outcome_of(claim_from(*connection_, at(0), kJobsClaimMax + 1)), "store.limit");
}

// Workers that claim at the same time, some of which vanish with their jobs: each job takes effect
// once, none is lost.
TEST_P(JobsTest, TakeEffectOnceUnderManyWorkersThatVanish) {
  constexpr std::uint64_t kJobs = 40;
  for (std::uint64_t number = 0; number < kJobs; ++number) ASSERT_TRUE(queue(number));
  std::mutex mutex;
  std::multiset<std::string> effects;
  std::atomic<std::int64_t> clock{0};
  const auto work = [&](std::uint64_t seed, Connection& connection) {
    std::mt19937_64 random(seed);
    for (int idle = 0; idle < 200;) {
      const auto jobs = claim_from(connection, at(clock), 3);
      if (!jobs || jobs->empty()) {
        clock += 20'000;
        ++idle;
        continue;
      }
      for (const Job& job : *jobs) {
        // No more than twice in a row, so that no job dies of it.
        if (job.tries <= 2 && random() % 4 == 0) continue;
        const auto done = connection.write([&](Transaction& transaction) {
          return finish_job(transaction, job.lease, "", at(clock));
        });
        const std::lock_guard lock(mutex);
        if (done) effects.insert(job.body);
      }
    }
  };
  std::vector<std::thread> workers;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    workers.emplace_back([&work, seed, connection = connect_again()] { work(seed, *connection); });
  }
  for (std::thread& worker : workers) worker.join();
  for (std::uint64_t number = 0; number < kJobs; ++number) {
    const bool dead = find(number).state == JobState::kDead;
    EXPECT_EQ(effects.count(fmt::format("body {}", number)), dead ? 0U : 1U) << number;
  }
  EXPECT_GT(effects.size(), kJobs / 2);
}

}  // namespace
}  // namespace tally::platform
