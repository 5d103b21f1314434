#include "platform/dead_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/jobs.hpp"
#include "platform/outbox.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::id_of;
using ::testing::IsEmpty;
using testing::outcome_of;

constexpr Duration kLong = std::chrono::hours(1);

class DeadWorkTest : public testing::StoreTest {
 protected:
  static TenantId tenant(std::uint64_t number) { return id_of<TenantKind>(number); }

  // Work with one try.
  void put_message(std::uint64_t number, const TenantId& whose) {
    ASSERT_TRUE(write([&](Transaction& transaction) {
      return platform::put_message(transaction,
                                   {.id = id_of<MessageKind>(number),
                                    .tenant = whose,
                                    .key = fmt::format("pay_{}", number),
                                    .topic = "payment",
                                    .body = "{}",
                                    .due = at(0),
                                    .tries_max = 1},
                                   at(0));
    }));
  }
  void put_job(std::uint64_t number, const TenantId& whose) {
    ASSERT_TRUE(write([&](Transaction& transaction) {
      return queue_job(transaction,
                       {.id = id_of<JobKind>(number),
                        .tenant = whose,
                        .queue = "pipeline",
                        .kind = "session.watch",
                        .body = "{}",
                        .unique_key = std::nullopt,
                        .due = at(0),
                        .tries_max = 1},
                       at(0));
    }));
  }
  // Whoever claims ends without a word; the next claim finds out.
  void abandon_all(Instant now) {
    for (const Instant when : {now, now + kLong}) {
      ASSERT_TRUE(write([&](Transaction& transaction) {
        return claim_messages(transaction, {.count = 9}, when);
      }));
      ASSERT_TRUE(write([&](Transaction& transaction) {
        return claim_jobs(transaction, {.queue = "pipeline", .worker = "w", .count = 9}, when);
      }));
    }
  }
  std::vector<std::string> listed(const TenantId& whose, std::optional<std::string> after = {},
                                  std::int64_t limit = 10) {
    return ids_of(read(
        [&](Transaction& transaction) { return list_dead(transaction, whose, after, limit); }));
  }
  std::vector<std::string> untold() {
    return ids_of(read([](Transaction& transaction) { return untold_dead(transaction, 10); }));
  }
  static std::vector<std::string> ids_of(const Result<std::vector<DeadWork>>& works) {
    std::vector<std::string> ids;
    EXPECT_TRUE(works) << works.error().message;
    for (const DeadWork& work : works.value_or(std::vector<DeadWork>())) ids.push_back(work.id);
    return ids;
  }
  DeadWork dead(const std::string& id) {
    return read([&](Transaction& transaction) { return need_dead(transaction, tenant(1), id); })
        .value_or(DeadWork{});
  }

  const std::string message_ = id_of<MessageKind>(1).text();
  const std::string job_ = id_of<JobKind>(2).text();
};
TALLY_ON_BOTH_STORES(DeadWorkTest);

TEST_P(DeadWorkTest, IsListedToItsTenantAlone) {
  put_message(1, tenant(1));
  put_job(2, tenant(1));
  put_job(3, tenant(2));
  EXPECT_THAT(listed(tenant(1)), IsEmpty());
  abandon_all(at(0));
  EXPECT_THAT(listed(tenant(1)), ElementsAre(message_, job_));
  EXPECT_THAT(listed(tenant(1), {}, 1), ElementsAre(message_));
  EXPECT_THAT(listed(tenant(1), message_), ElementsAre(job_));
  EXPECT_THAT(listed(tenant(1), job_), IsEmpty());
  EXPECT_THAT(listed(tenant(2)), ElementsAre(id_of<JobKind>(3).text()));
  const DeadWork message = dead(message_);
  EXPECT_EQ(message.kind, "payment");
  EXPECT_EQ(message.key, "pay_1");
  EXPECT_EQ(message.tries, 1);
  EXPECT_EQ(message.since, at(0) + kLong);
  EXPECT_THAT(message.error, ::testing::HasSubstr("ended before it said"));
  EXPECT_EQ(dead(job_).kind, "session.watch");
  EXPECT_EQ(dead(id_of<JobKind>(3).text()).id, "");  // Another's.
  EXPECT_EQ(outcome_of(read([&](Transaction& transaction) {
              return list_dead(transaction, tenant(1), {}, kDeadPageMax + 1);
            })),
            "store.limit");
}

TEST_P(DeadWorkTest, IsTriedAnewOrLetGo) {
  put_message(1, tenant(1));
  put_job(2, tenant(1));
  abandon_all(at(0));
  const Instant now = at(0) + 2 * kLong;
  const auto revive = [&](const DeadWork& work) {
    return outcome_of(
        write([&](Transaction& transaction) { return revive_dead(transaction, work, now); }));
  };
  const auto discard = [&](const DeadWork& work) {
    return outcome_of(
        write([&](Transaction& transaction) { return discard_dead(transaction, work, now); }));
  };
  DeadWork message = dead(message_);
  message.body = "it was tried before";
  const DeadWork job = dead(job_);
  EXPECT_EQ(revive(message), "");
  EXPECT_EQ(revive(job), "");
  EXPECT_EQ(revive(message), "store.stale");
  EXPECT_EQ(revive(job), "store.stale");
  EXPECT_THAT(listed(tenant(1)), IsEmpty());
  abandon_all(now);
  EXPECT_THAT(listed(tenant(1)), ElementsAre(message_, job_));
  EXPECT_EQ(dead(message_).body, "it was tried before");
  EXPECT_EQ(discard(message), "");
  EXPECT_EQ(discard(job), "");
  EXPECT_EQ(discard(message), "store.stale");
  EXPECT_EQ(discard(job), "store.stale");
  EXPECT_THAT(listed(tenant(1)), IsEmpty());
  DeadWork neither;
  neither.id = "usr_1";
  EXPECT_EQ(revive(neither), "store.missing");
}

TEST_P(DeadWorkTest, IsToldOnceEachTimeItDies) {
  put_message(1, tenant(1));
  put_job(2, tenant(2));
  EXPECT_THAT(untold(), IsEmpty());
  abandon_all(at(0));
  EXPECT_THAT(untold(), ElementsAre(job_, message_));
  const DeadWork message = dead(message_);
  const auto mark = [&] {
    return write([&](Transaction& transaction) { return mark_told(transaction, message); }).value();
  };
  EXPECT_TRUE(mark());
  EXPECT_FALSE(mark());
  EXPECT_THAT(untold(), ElementsAre(job_));
  const Instant now = at(0) + 2 * kLong;
  ASSERT_TRUE(
      write([&](Transaction& transaction) { return revive_dead(transaction, message, now); }));
  abandon_all(now);
  EXPECT_THAT(untold(), ElementsAre(job_, message_));
}

}  // namespace
}  // namespace tally::platform
