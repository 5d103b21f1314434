#include "server/pipeline/lease_keeper.hpp"

#include <gtest/gtest.h>

#include "server/core/office_test_support.hpp"

namespace tally::pipeline {
namespace {

using core::testing::at;
using platform::Transaction;

class LeaseKeeperTest : public core::testing::OfficeTest {
 protected:
  void queue() {
    const auto queued = store_->write_and_wait([this](Transaction& transaction) {
      return platform::queue_job(transaction,
                                 {.id = world_.new_id<JobId>(),
                                  .tenant = tenant_,
                                  .queue = "pipeline",
                                  .kind = "watch",
                                  .body = "{}",
                                  .unique_key = std::nullopt,
                                  .due = world_.now()},
                                 world_.now());
    });
    ASSERT_TRUE(queued) << queued.error().message;
  }
  std::vector<platform::Job> claim() {
    auto jobs = store_->write_and_wait([this](Transaction& transaction) {
      return platform::claim_jobs(
          transaction, {.queue = "pipeline", .worker = "w", .count = 1, .lease = kWatchLease},
          world_.now());
    });
    EXPECT_TRUE(jobs) << jobs.error().message;
    return jobs ? *std::move(jobs) : std::vector<platform::Job>();
  }
  static void wait_until(const std::function<bool()>& is) {
    for (int i = 0; i < 1'000 && !is(); ++i) {
      // tidy-allow(sleep): the keeper's thread renews by the real clock; its work is waited for
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  Instant lease_end() {
    const auto row = office_->look_and_wait([](Transaction& transaction) {
      return transaction.query_one<Instant>("SELECT leased_until FROM jobs");
    });
    EXPECT_TRUE(row && *row);
    return row && *row ? std::get<0>(**row) : Instant{};
  }
};
TALLY_ON_BOTH_STORES(LeaseKeeperTest);

TEST_P(LeaseKeeperTest, KeepsAJobForAsLongAsItsWorkTakes) {
  queue();
  const auto jobs = claim();
  ASSERT_EQ(jobs.size(), 1U);
  {
    const LeaseKeeper keeper(*office_, jobs[0].lease, Duration(5));
    for (int minutes = 0; minutes < 5; ++minutes) {
      for (int steps = 0; steps < 6; ++steps) {
        world_.pass(std::chrono::seconds(10));
        wait_until([&] { return lease_end() == world_.now() + kWatchLease; });
      }
      EXPECT_TRUE(claim().empty());
    }
    EXPECT_FALSE(keeper.lost());
  }
  world_.pass(kWatchLease);
  EXPECT_EQ(claim().size(), 1U);
}

TEST_P(LeaseKeeperTest, SaysWhenTheJobIsAnothers) {
  queue();
  const auto first = claim();
  ASSERT_EQ(first.size(), 1U);
  world_.pass(kWatchLease);
  ASSERT_EQ(claim().size(), 1U);
  const LeaseKeeper keeper(*office_, first[0].lease, Duration(5));
  wait_until([&] { return keeper.lost().has_value(); });
  ASSERT_TRUE(keeper.lost());
  EXPECT_EQ(keeper.lost()->code.name, code_of(platform::StoreError::kStale).name);
}

}  // namespace
}  // namespace tally::pipeline
