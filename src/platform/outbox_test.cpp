#include "platform/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::id_of;
using testing::outcome_of;

const TenantId kTenant = id_of<TenantKind>(1);

MessageId id(std::uint64_t number) { return id_of<MessageKind>(number); }

class OutboxTest : public testing::StoreTest {
 protected:
  Result<void> put(std::uint64_t number, std::string key, Instant due = at(0),
                   std::string topic = "t") {
    return write([&](Transaction& transaction) {
      return put_message(transaction,
                         {id(number), kTenant, key, topic, fmt::format("body {}", number), due},
                         at(0));
    });
  }
  std::vector<Message> claim(Instant now, const MessageClaim& wish = {}) {
    return write([&](Transaction& transaction) { return claim_messages(transaction, wish, now); })
        .value();
  }
  std::vector<std::string> claimed(Instant now, const MessageClaim& wish = {}) {
    std::vector<std::string> bodies;
    for (const Message& message : claim(now, wish)) bodies.push_back(message.body);
    return bodies;
  }
  std::string delivered(const MessageLease& lease, Instant now) {
    return outcome_of(write(
        [&](Transaction& transaction) { return delivered_message(transaction, lease, now); }));
  }
  Result<bool> failed(const MessageLease& lease, Instant now) {
    return write([&](Transaction& transaction) {
      return failed_message(transaction, lease, {"provider is down \xFF", {}, 0}, now);
    });
  }
  OutboxState state() {
    return read([](Transaction& transaction) { return outbox_state(transaction); }).value();
  }
  // Tries it until it is dead; gives back when that was.
  Instant kill(Instant now) {
    for (std::int64_t tries = 1; tries <= kMessageTriesMax; ++tries, now += Duration(600'000)) {
      const auto messages = claim(now);
      EXPECT_EQ(messages.size(), 1U);
      EXPECT_EQ(messages[0].tries, tries);
      EXPECT_EQ(failed(messages[0].lease, now), tries < kMessageTriesMax);
    }
    return now;
  }
};
TALLY_ON_BOTH_STORES(OutboxTest);

TEST_P(OutboxTest, KeepsAMessageOnlyWithItsCause) {
  const auto undone = write([](Transaction& transaction) -> Result<void> {
    EXPECT_TRUE(put_message(transaction, {id(1), kTenant, "k", "t", "b", at(0)}, at(0)));
    return fail(StoreError::kStale, "no");
  });
  EXPECT_FALSE(undone);
  EXPECT_EQ(state().waiting, 0);
}

TEST_P(OutboxTest, DeliversEachKeyInOrderAndKeysBesideEachOther) {
  for (const auto& [number, key] : {std::pair(1, "a"), {2, "a"}, {3, "b"}, {4, "a"}}) {
    ASSERT_TRUE(put(static_cast<std::uint64_t>(number), key));
  }
  const auto first = claim(at(1));
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].body, "body 1");
  EXPECT_EQ(first[1].body, "body 3");
  EXPECT_LT(first[0].position, 2);
  EXPECT_THAT(claimed(at(2)), ElementsAre());  // 2 waits for 1, which is leased.
  EXPECT_EQ(delivered(first[0].lease, at(3)), "");
  const auto second = claim(at(4));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, "body 2");
  EXPECT_EQ(delivered(second[0].lease, at(5)), "");
  EXPECT_THAT(claimed(at(6)), ElementsAre("body 4"));
}

TEST_P(OutboxTest, KeepsTheOrderWhileTheFirstWaitsForItsBackoff) {
  ASSERT_TRUE(put(1, "a"));
  ASSERT_TRUE(put(2, "a"));
  const auto first = claim(at(0));
  EXPECT_EQ(failed(first[0].lease, at(10)), true);
  EXPECT_THAT(claimed(at(509)), ElementsAre());  // Half of the first second is the shortest wait.
  EXPECT_THAT(claimed(at(510)), ElementsAre("body 1"));
}

TEST_P(OutboxTest, WaitsUntilAMessageIsDue) {
  ASSERT_TRUE(put(1, "a", at(100)));
  EXPECT_EQ(state().oldest_due, at(100));
  EXPECT_THAT(claimed(at(99)), ElementsAre());
  EXPECT_THAT(claimed(at(100)), ElementsAre("body 1"));
}

TEST_P(OutboxTest, GivesAMessageToTheNextWhenALeaseEnds) {
  ASSERT_TRUE(put(1, "a"));
  const auto slow = claim(at(0));
  const Instant end = at(0) + kMessageLease;
  EXPECT_EQ(slow[0].leased_until, end);
  EXPECT_THAT(claimed(end - Duration(1)), ElementsAre());
  const auto next = claim(end);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].lease.token, slow[0].lease.token + 1);
  EXPECT_EQ(delivered(slow[0].lease, end), "store.stale");
  EXPECT_EQ(outcome_of(failed(slow[0].lease, end)), "store.stale");
  EXPECT_EQ(delivered(next[0].lease, end), "");
  EXPECT_EQ(delivered(next[0].lease, end), "store.stale");  // Once is enough.
  EXPECT_EQ(delivered({id(9), 1}, end), "store.missing");
}

TEST_P(OutboxTest, GivesWhatADeadCarrierHadToTheNextAtOnce) {
  for (std::uint64_t number : {1, 2}) ASSERT_TRUE(put(number, fmt::format("key {}", number)));
  const auto dead = claim(at(0), {.count = 1, .worker = "dead"});
  const auto alive = claim(at(0), {.count = 1, .worker = "alive"});
  const auto release = [&](std::string_view worker) {
    return write(
        [&](Transaction& transaction) { return release_messages(transaction, worker, at(5)); });
  };
  EXPECT_EQ(release("nobody"), 0);
  EXPECT_EQ(release("dead"), 1);
  const auto next = claim(at(5), {.worker = "next"});
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].lease.id, dead.at(0).lease.id);
  EXPECT_EQ(delivered(dead[0].lease, at(5)), "store.stale");
  EXPECT_EQ(release("dead"), 0);  // It is another's now.
  EXPECT_EQ(delivered(alive.at(0).lease, at(5)), "");
}

TEST_P(OutboxTest, StopsAKeyAtADeadMessageUntilAHumanDecides) {
  ASSERT_TRUE(put(1, "a"));
  ASSERT_TRUE(put(2, "b", at(0) + std::chrono::days(30)));
  Instant now = kill(at(0));
  ASSERT_TRUE(put(3, "a"));
  EXPECT_EQ(state().dead, 1);
  EXPECT_THAT(claimed(now), ElementsAre());
  const auto revive = [&](std::uint64_t number) {
    return outcome_of(write([&](Transaction& transaction) {
      return revive_message(transaction, id(number), "another body", now);
    }));
  };
  EXPECT_EQ(revive(3), "store.stale");
  EXPECT_EQ(revive(1), "");
  now = kill(now);
  EXPECT_EQ(outcome_of(write([&](Transaction& transaction) {
              return discard_message(transaction, id(1), now);
            })),
            "");
  EXPECT_THAT(claimed(now), ElementsAre("body 3"));
}

TEST_P(OutboxTest, DoesNotGiveAMessageForeverToThoseThatEndWithoutAWord) {
  ASSERT_TRUE(put(1, "a"));
  Instant now = at(0);
  for (std::int64_t tries = 0; tries < kMessageTriesMax; ++tries, now += kMessageLease) {
    EXPECT_EQ(claim(now).size(), 1U);
  }
  EXPECT_THAT(claimed(now), ElementsAre());
  EXPECT_EQ(state().dead, 1);
}

TEST_P(OutboxTest, GivesMessagesOfOneTopicToThoseWhoAskForIt) {
  ASSERT_TRUE(put(1, "a", at(0), "mail"));
  ASSERT_TRUE(put(2, "b", at(0), "payment"));
  ASSERT_TRUE(put(3, "a", at(0), "payment"));
  EXPECT_THAT(claimed(at(1), {.topic = "payment"}), ElementsAre("body 2"));
}

TEST_P(OutboxTest, TakesAnIdOnceAndClaimsWithinALimit) {
  ASSERT_TRUE(put(1, "a"));
  EXPECT_EQ(outcome_of(put(1, "b")), "store.duplicate");
  for (const std::int64_t count : {std::int64_t{0}, kClaimMax + 1}) {
    EXPECT_EQ(outcome_of(write([&](Transaction& transaction) {
                return claim_messages(transaction, {.count = count}, at(0));
              })),
              "store.limit");
  }
}

TEST_P(OutboxTest, ForgetsWhatWasDeliveredLongAgo) {
  ASSERT_TRUE(put(1, "a"));
  ASSERT_TRUE(put(2, "b"));
  const auto messages = claim(at(0));
  ASSERT_EQ(delivered(messages[0].lease, at(10)), "");
  const auto purge = [&](Instant before) {
    return write([&](Transaction& transaction) { return purge_messages(transaction, before); });
  };
  EXPECT_EQ(purge(at(10)), 0);
  EXPECT_EQ(purge(at(11)), 1);
  EXPECT_EQ(state().waiting, 1);
}

TEST_P(OutboxTest, NumbersMessagesOfOneKeyFromManyWritersInOneRow) {
  constexpr std::uint64_t kWriters = 4;
  constexpr std::uint64_t kEach = 8;
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([writer, connection = connect_again()] {
      for (std::uint64_t number = 0; number < kEach; ++number) {
        const auto done = connection->write([&](Transaction& transaction) {
          return put_message(transaction,
                             {id(writer * 100 + number), kTenant, "a", "t", "b", at(0)}, at(0));
        });
        EXPECT_TRUE(done) << done.error().message;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t last = 0;
  for (std::uint64_t number = 0; number < kWriters * kEach; ++number) {
    const auto messages = claim(at(1));
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].position, ++last);
    ASSERT_EQ(delivered(messages[0].lease, at(1)), "");
  }
}

}  // namespace
}  // namespace tally::platform
