#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "platform/aggregates.hpp"
#include "platform/events.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::id_of;
using testing::outcome_of;

const TenantId kOurs = id_of<TenantKind>(1);
const TenantId kTheirs = id_of<TenantKind>(2);

class AggregatesTest : public testing::StoreTest {
 protected:
  Result<Aggregate> insert(std::string id, Instant now, const TenantId& tenant = kOurs,
                           std::string state = "open") {
    return write([&](Transaction& transaction) {
      return insert_aggregate(transaction, {tenant, "session", id, 0, state, "{}", {}, {}}, now);
    });
  }
  Result<Aggregate> update(const Aggregate& aggregate, Instant now) {
    return write(
        [&](Transaction& transaction) { return update_aggregate(transaction, aggregate, now); });
  }
  std::optional<Aggregate> find(const TenantId& tenant, std::string_view id) {
    return read([&](Transaction& transaction) {
             return find_aggregate(transaction, tenant, "session", id);
           })
        .value();
  }
  std::vector<std::string> list(const AggregatePage& page) {
    std::vector<std::string> ids;
    const auto found =
        read([&](Transaction& transaction) { return list_aggregates(transaction, page); });
    for (const Aggregate& aggregate : found.value()) ids.push_back(aggregate.id);
    return ids;
  }
};
TALLY_ON_BOTH_STORES(AggregatesTest);

TEST_P(AggregatesTest, ChangeFromTheVersionThatWasRead) {
  Aggregate session = insert("s", at(10)).value();
  EXPECT_EQ(session.version, 1);
  session.state = "settled";
  session.body = R"({"total":5})";
  const Aggregate changed = update(session, at(20)).value();
  EXPECT_EQ(changed.version, 2);
  const auto found = find(kOurs, "s");
  EXPECT_EQ(found->version, 2);
  EXPECT_EQ(found->state, "settled");
  EXPECT_EQ(found->body, R"({"total":5})");
  EXPECT_EQ(found->created_at, at(10));
  EXPECT_EQ(found->updated_at, at(20));
  // The one who still has version 1 was too slow.
  EXPECT_EQ(outcome_of(update(session, at(30))), "store.stale");
  EXPECT_EQ(find(kOurs, "s")->version, 2);
}

TEST_P(AggregatesTest, AreThereOnce) {
  ASSERT_TRUE(insert("s", at(1)));
  EXPECT_EQ(outcome_of(insert("s", at(2))), "store.duplicate");
  EXPECT_EQ(outcome_of(insert("s", at(2), kTheirs)), "store.duplicate");
  EXPECT_EQ(outcome_of(update({kOurs, "session", "t", 1, "", "", {}, {}}, at(3))), "store.missing");
}

TEST_P(AggregatesTest, OfOtherTenantsAreNotThere) {
  Aggregate session = insert("s", at(1)).value();
  EXPECT_FALSE(find(kTheirs, "s"));
  EXPECT_THAT(list({.tenant = kTheirs, .kind = "session"}), ElementsAre());
  session.tenant = kTheirs;
  EXPECT_EQ(outcome_of(update(session, at(2))), "store.missing");
}

TEST_P(AggregatesTest, AreListedNewestFirstInPages) {
  for (const auto& [id, created] : {std::pair("a", 1), {"b", 3}, {"c", 2}, {"d", 3}}) {
    ASSERT_TRUE(insert(id, at(created), kOurs, id == std::string("c") ? "closed" : "open"));
  }
  ASSERT_TRUE(insert("e", at(9), kTheirs));
  AggregatePage page{.tenant = kOurs, .kind = "session"};
  EXPECT_THAT(list(page), ElementsAre("d", "b", "c", "a"));
  page.limit = 2;
  EXPECT_THAT(list(page), ElementsAre("d", "b"));
  page.starting_after = "b";
  EXPECT_THAT(list(page), ElementsAre("c", "a"));
  page.starting_after = "e";  // Another tenant's id begins no page.
  EXPECT_THAT(list(page), ElementsAre());
  EXPECT_THAT(list({.tenant = kOurs, .kind = "session", .state = "closed"}), ElementsAre("c"));
}

TEST_P(AggregatesTest, AreListedOverAllTenantsForTheSystemsOwnWork) {
  for (const auto& [id, tenant] : {std::pair("b", kOurs), {"a", kTheirs}, {"c", kOurs}}) {
    ASSERT_TRUE(insert(id, at(1), tenant));
  }
  const auto after = [&](std::string_view id, std::int64_t limit) {
    std::string ids;
    const auto found = read([&](Transaction& transaction) {
      return list_in_state(transaction, "session", "open", id, limit);
    });
    for (const Aggregate& aggregate : found.value()) ids += aggregate.id;
    return ids;
  };
  EXPECT_EQ(after("", 2), "ab");
  EXPECT_EQ(after("b", 2), "c");
}

TEST_P(AggregatesTest, EndAtTheirLimits) {
  EXPECT_EQ(outcome_of(write([&](Transaction& transaction) {
              return insert_aggregate(
                  transaction,
                  {kOurs, "k", "i", 0, "", std::string(kBodyBytesMax + 1, 'a'), {}, {}}, at(1));
            })),
            "store.limit");
  for (const std::int64_t limit : {std::int64_t{0}, kPageMax + 1}) {
    EXPECT_EQ(outcome_of(read([&](Transaction& transaction) {
                return list_aggregates(transaction, {.tenant = kOurs, .kind = "k", .limit = limit});
              })),
              "store.limit");
  }
}

class EventsTest : public testing::StoreTest {
 protected:
  static Result<std::int64_t> append(Connection& connection, const TenantId& tenant,
                                     std::uint64_t number) {
    return connection.write([&](Transaction& transaction) {
      return append_event(transaction, {tenant, 0, id_of<EventNameKind>(number), "session.settled",
                                        "ses_1", 3, at(7), "{}"});
    });
  }
  std::vector<std::int64_t> after(const TenantId& tenant, std::int64_t sequence,
                                  std::int64_t limit = 100) {
    std::vector<std::int64_t> sequences;
    const auto events = read([&](Transaction& transaction) {
      return events_after(transaction, tenant, sequence, limit);
    });
    for (const StoredEvent& event : events.value()) sequences.push_back(event.sequence);
    return sequences;
  }
};
TALLY_ON_BOTH_STORES(EventsTest);

TEST_P(EventsTest, AreNumberedForEachTenantFromOne) {
  EXPECT_EQ(append(*connection_, kOurs, 1), 1);
  EXPECT_EQ(append(*connection_, kTheirs, 2), 1);
  EXPECT_EQ(append(*connection_, kOurs, 3), 2);
  EXPECT_EQ(outcome_of(append(*connection_, kOurs, 3)), "store.duplicate");
  EXPECT_EQ(append(*connection_, kOurs, 4), 3);  // The one that was refused left no gap.
  EXPECT_THAT(after(kOurs, 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(after(kOurs, 2), ElementsAre(3));
  EXPECT_THAT(after(kOurs, 0, 2), ElementsAre(1, 2));
  EXPECT_THAT(after(kTheirs, 0), ElementsAre(1));
}

TEST_P(EventsTest, ComeBackWhole) {
  ASSERT_TRUE(append(*connection_, kOurs, 1));
  const auto events =
      read([](Transaction& transaction) { return events_after(transaction, kOurs, 0, 1); });
  const StoredEvent& event = events->at(0);
  EXPECT_EQ(event.id, id_of<EventNameKind>(1));
  EXPECT_EQ(event.type, "session.settled");
  EXPECT_EQ(event.object_id, "ses_1");
  EXPECT_EQ(event.object_version, 3);
  EXPECT_EQ(event.at, at(7));
  EXPECT_EQ(event.body, "{}");
}

TEST_P(EventsTest, OfManyWritersAtOnceHaveNoGapsAndNoDoubles) {
  constexpr std::int64_t kWriters = 4;
  constexpr std::int64_t kEach = 10;
  std::vector<std::thread> threads;
  for (std::int64_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([writer, connection = connect_again()] {
      for (std::int64_t number = 1; number <= kEach; ++number) {
        // As a caller would: busy is not lost.
        while (true) {
          const auto done =
              append(*connection, kOurs, static_cast<std::uint64_t>(writer * 100 + number));
          if (done || !is(done.error(), StoreError::kBusy)) {
            EXPECT_TRUE(done) << done.error().message;
            break;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto sequences = after(kOurs, 0);
  ASSERT_EQ(std::ssize(sequences), kWriters * kEach);
  for (std::int64_t index = 0; index < kWriters * kEach; ++index) {
    EXPECT_EQ(sequences[static_cast<std::size_t>(index)], index + 1);
  }
}

TEST_P(EventsTest, ComeInPagesWithinALimit) {
  for (const std::int64_t limit : {std::int64_t{0}, kEventsPageMax + 1}) {
    EXPECT_EQ(outcome_of(read([&](Transaction& transaction) {
                return events_after(transaction, kOurs, 0, limit);
              })),
              "store.limit");
  }
}

}  // namespace
}  // namespace tally::platform
