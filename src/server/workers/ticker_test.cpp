#include "server/workers/ticker.hpp"

#include <gmock/gmock.h>

#include "platform/jobs.hpp"
#include "server/core/alert_book.hpp"
#include "server/core/dead_work.hpp"
#include "server/core/office_test_support.hpp"

namespace tally::workers {
namespace {

using core::Desk;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class BuryTest : public core::testing::OfficeTest {
 protected:
  // Watching a session that is not there, tried once; whoever did it ended without a word.
  SessionId die() {
    const SessionId session = world_.new_id<SessionId>();
    act([&](Desk& desk) -> Result<void> {
      const auto queued =
          platform::queue_job(desk.transaction(),
                              {.id = desk.world().new_id<JobId>(),
                               .tenant = tenant_,
                               .queue = std::string(core::kPipelineQueue),
                               .kind = std::string(core::kWatchKind),
                               .body = fmt::format(R"({{"session":"{}"}})", session.text()),
                               .unique_key = std::nullopt,
                               .due = desk.now(),
                               .tries_max = 1},
                              desk.now());
      return queued ? Result<void>{} : std::unexpected(queued.error());
    });
    for (const std::size_t leased : {1U, 0U}) {
      const auto claimed = store_->write_and_wait([&](platform::Transaction& transaction) {
        return platform::claim_jobs(
            transaction, {.queue = std::string(core::kPipelineQueue), .worker = "w"}, world_.now());
      });
      EXPECT_TRUE(claimed && claimed->size() == leased);
      world_.pass(2 * platform::kJobLease);
    }
    return session;
  }
  void bury_some() {
    bury(*office_, [this](server::LogLevel, std::string_view, std::string_view text) {
      complaints_.emplace_back(text);
    });
  }
  std::vector<std::string> alerted() {
    const auto alerts = office_->look_and_wait([&](platform::Transaction& transaction) {
      return core::list_alerts(transaction, tenant_, {}, {}, 2 * kBuriedAtATime);
    });
    EXPECT_TRUE(alerts) << alerts.error().message;
    std::vector<std::string> objects;
    for (const auto& alert : alerts.value_or(std::vector<core::StoredAlert>())) {
      objects.push_back(alert.object);
    }
    return objects;
  }

  std::vector<std::string> complaints_;
};
TALLY_ON_BOTH_STORES(BuryTest);

TEST_P(BuryTest, WhatCantBeToldInFullIsAlertedAndHidesNothing) {
  for (std::int64_t i = 0; i < kBuriedAtATime; ++i) die();
  const std::string last = die().text();
  bury_some();
  EXPECT_THAT(alerted(), SizeIs(kBuriedAtATime));
  EXPECT_THAT(alerted(), Not(Contains(last)));
  EXPECT_THAT(complaints_, SizeIs(kBuriedAtATime));
  bury_some();
  EXPECT_THAT(alerted(), Contains(last));
  complaints_.clear();
  bury_some();
  EXPECT_THAT(complaints_, IsEmpty());
}

}  // namespace
}  // namespace tally::workers
