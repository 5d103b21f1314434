#include "platform/migrations.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "platform/schema.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using testing::outcome_of;

class MigrationsTest : public testing::EmptyStoreTest {
 protected:
  Result<int> apply(const std::vector<Migration>& migrations, std::string_view room = "room") {
    return migrate(*connection_, room, migrations, at(5));
  }
  std::string outcome(std::string_view sql) {
    return outcome_of(
        connection_->write([&](Transaction& transaction) { return transaction.execute(sql); }));
  }

  const Migration first_{1, "first", "CREATE TABLE one (id TEXT)", {}};
  const Migration second_{
      2, "second", "CREATE TABLE two (id TEXT); CREATE TABLE three (id TEXT)", {"two"}};
};
TALLY_ON_BOTH_STORES(MigrationsTest);

TEST_P(MigrationsTest, AreAppliedOnceEachInOrder) {
  EXPECT_EQ(apply({first_}), 1);
  EXPECT_EQ(apply({first_, second_}), 1);
  EXPECT_EQ(apply({first_, second_}), 0);
  EXPECT_EQ(outcome("INSERT INTO three (id) VALUES ('a')"), "");
}

TEST_P(MigrationsTest, OfOneRoomKnowNothingOfAnothers) {
  EXPECT_EQ(apply({first_, second_}), 2);
  EXPECT_EQ(apply({{1, "other", "CREATE TABLE other (id TEXT)", {}}}, "other"), 1);
}

TEST_P(MigrationsTest, OfANewerProgramAreRefused) {
  ASSERT_EQ(apply({first_, second_}), 2);
  const auto older = apply({first_});
  EXPECT_EQ(outcome_of(older), "store.schema");
  EXPECT_NE(older.error().message.find("migration 2 of room, and this program knows 1"),
            std::string::npos)
      << older.error().message;
}

TEST_P(MigrationsTest, ThatWereChangedAfterwardsAreRefused) {
  ASSERT_EQ(apply({first_, second_}), 2);
  for (Migration changed : {Migration{2, "second", "CREATE TABLE two (id BIGINT)", {"two"}},
                            Migration{2, "second", std::string_view(second_.sql), {}}}) {
    EXPECT_EQ(outcome_of(apply({first_, changed})), "store.schema");
  }
  // A better name for the same is no change.
  Migration renamed = second_;
  renamed.name = "better";
  EXPECT_EQ(apply({first_, renamed}), 0);
}

TEST_P(MigrationsTest, ThatFailLeaveNothingOfThemselves) {
  const Migration broken{2, "broken", "CREATE TABLE two (id TEXT); CREATE TABLE one (id TEXT)", {}};
  EXPECT_EQ(outcome_of(apply({first_, broken})), "store.statement");
  EXPECT_EQ(outcome("INSERT INTO two (id) VALUES ('a')"), "store.statement");  // No such table.
  EXPECT_EQ(apply({first_, second_}), 1);
}

TEST_P(MigrationsTest, OfSeveralProgramsAtOnceAreAppliedOnce) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (int program = 0; program < 4; ++program) connections.push_back(connect_again());
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (const auto& connection : connections) {
    threads.emplace_back([&] {
      const auto done = migrate(*connection, "platform", platform_migrations(), at(0));
      EXPECT_TRUE(done) << done.error().message;
      applied += done.value_or(0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, std::ssize(platform_migrations()));
}

// What builds an index over years of rows takes longer than any request may.
TEST_P(MigrationsTest, HaveMoreTimeThanOtherStatements) {
  constexpr std::chrono::milliseconds kShort{20};
  std::visit([&](auto& database) { database.statement_timeout = kShort; }, options_.database);
  connection_ = connect_again();
  const std::string slow =
      "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted "
      "WHERE n < 1000000) SELECT COUNT(*) FROM counted";
  const std::string make = "CREATE TABLE sums (total BIGINT); INSERT INTO sums (total) " + slow;
  EXPECT_EQ(outcome(slow), "store.timeout");
  EXPECT_EQ(apply({{1, "slow", make, {}}}), 1);
  EXPECT_EQ(outcome(slow), "store.timeout");  // Only then.
}

TEST_P(MigrationsTest, GuardTablesThatMayOnlyGrow) {
  ASSERT_EQ(apply({first_, second_}), 2);
  ASSERT_EQ(outcome("INSERT INTO two (id) VALUES ('a'), ('b')"), "");
  EXPECT_EQ(outcome("UPDATE two SET id = 'c'"), "store.constraint");
  EXPECT_EQ(outcome("UPDATE two SET id = 'c' WHERE id = 'nobody'"), "");  // Nothing to change.
  EXPECT_EQ(outcome("DELETE FROM two"), "store.constraint");
  EXPECT_EQ(outcome("INSERT INTO two (id) VALUES ('c')"), "");
  EXPECT_EQ(outcome("UPDATE one SET id = 'c'"), "");
  if (GetParam() == Engine::kPostgres) EXPECT_EQ(outcome("TRUNCATE two"), "store.constraint");
}

TEST_P(MigrationsTest, OfPlatformGuardEvents) {
  ASSERT_TRUE(migrate(*connection_, "platform", platform_migrations(), at(0)));
  ASSERT_EQ(outcome("INSERT INTO events (tenant, sequence, id, type, object_id, object_version, "
                    "at, body) VALUES ('t', 1, 'e', 'a', 'o', 1, 0, '')"),
            "");
  EXPECT_EQ(outcome("UPDATE events SET body = 'x'"), "store.constraint");
  EXPECT_EQ(outcome("DELETE FROM events"), "store.constraint");
}

// A released migration never changes. When one is added, its line is added here.
TEST(PlatformMigrations, AreWhatTheyWereWhenTheyWereReleased) {
  std::vector<std::string> checksums;
  for (const Migration& migration : platform_migrations()) {
    checksums.push_back(checksum_of(migration).substr(0, 16));
  }
  EXPECT_EQ(checksums,
            (std::vector<std::string>{"b8c8772db5ec629a", "addef7aba0d08963", "9615375e8478cfda",
                                      "58f7eeef757516ad", "aa8808cdc48ae3b2", "aabb412047f09203",
                                      "6f443b3f610864de", "cf96323c2bd1b330"}));
}

}  // namespace
}  // namespace tally::platform
