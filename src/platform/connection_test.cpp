#include "platform/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <thread>

#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using testing::id_of;
using testing::outcome_of;

// A small table of its own.
class ConnectionTest : public testing::EmptyStoreTest {
 protected:
  void SetUp() override {
    EmptyStoreTest::SetUp();
    if (IsSkipped()) return;
    const auto made = connection_->write([](Transaction& transaction) {
      return transaction.run_script(
          "CREATE TABLE things (name TEXT PRIMARY KEY, size BIGINT NOT NULL CHECK (size >= 0), "
          "weight DOUBLE PRECISION, content BYTEA);"
          "CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (name));");
    });
    ASSERT_TRUE(made) << made.error().message;
  }

  Result<std::int64_t> insert(std::string_view name, std::int64_t size) {
    return connection_->write([&](Transaction& transaction) {
      return transaction.execute("INSERT INTO things (name, size) VALUES ($1, $2)", name, size);
    });
  }
  std::int64_t count() {
    return connection_
        ->read([](Transaction& transaction) -> Result<std::int64_t> {
          const auto row = transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM things");
          if (!row) return std::unexpected(row.error());
          return std::get<0>(row->value());
        })
        .value();
  }
  // The outcome of one statement in a writing transaction.
  template <typename... Parameters>
  std::string outcome(std::string_view sql, const Parameters&... parameters) {
    return outcome_of(connection_->write(
        [&](Transaction& transaction) { return transaction.execute(sql, parameters...); }));
  }
};
TALLY_ON_BOTH_STORES(ConnectionTest);

TEST_P(ConnectionTest, GivesBackEveryValueAsItWentIn) {
  const std::string all_bytes = [] {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return bytes;
  }();
  using Row = std::tuple<std::string, std::int64_t, std::optional<double>, std::optional<Blob>>;
  const std::vector<Row> rows{
      {"", 0, std::nullopt, std::nullopt},
      {"O'Brien \"$1\" -- \n\t \xF0\x9F\xA5\xA4", std::numeric_limits<std::int64_t>::max(), 0.1,
       Blob{all_bytes}},
      {"z", 1, -1e300, Blob{}},
  };
  for (const auto& [name, size, weight, content] : rows) {
    ASSERT_EQ(outcome("INSERT INTO things (name, size, weight, content) VALUES ($1, $2, $3, $4)",
                      name, size, weight, content),
              "");
  }
  const auto read = connection_->read([](Transaction& transaction) {
    return transaction.query<std::string, std::int64_t, std::optional<double>, std::optional<Blob>>(
        "SELECT name, size, weight, content FROM things ORDER BY name");
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, rows);
}

TEST_P(ConnectionTest, ReadsNumbersTruthAndTimeOfExpressions) {
  const SessionId session = id_of<SessionKind>(7);
  const auto row = connection_->read([&](Transaction& transaction) {
    return transaction.query_one<std::int64_t, bool, bool, Instant, SessionId, std::string>(
        "SELECT COUNT(1), 1 = 1, EXISTS (SELECT 1 FROM things), $1, $2, 'text'", at(1234), session);
  });
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->value(),
            std::tuple(std::int64_t{1}, true, false, at(1234), session, std::string("text")));
}

TEST_P(ConnectionTest, SortsTextByItsBytes) {
  for (const std::string_view name : {"b", "B", "a", "\xC3\xA4", "_", "Z"}) {
    ASSERT_TRUE(insert(name, 0));
  }
  const auto names = connection_->read([](Transaction& transaction) {
    return transaction.query<std::string>("SELECT name FROM things ORDER BY name");
  });
  EXPECT_EQ(names, (std::vector<std::tuple<std::string>>{
                       {"B"}, {"Z"}, {"_"}, {"a"}, {"b"}, {"\xC3\xA4"}}));
}

TEST_P(ConnectionTest, TellsHowManyRowsAStatementTouched) {
  EXPECT_EQ(insert("a", 1), 1);
  EXPECT_EQ(insert("b", 2), 1);
  const auto changed = connection_->write([](Transaction& transaction) -> Result<std::string> {
    const auto none = transaction.execute("UPDATE things SET size = 5 WHERE name = 'c'");
    const auto there = transaction.execute(
        "INSERT INTO things (name, size) VALUES ('a', 9) ON CONFLICT DO NOTHING");
    const auto both = transaction.execute("UPDATE things SET size = size + 1");
    const auto gone = transaction.execute("DELETE FROM things WHERE name = 'b'");
    const auto read = transaction.execute("SELECT name FROM things");
    return fmt::format("{} {} {} {} {}", none.value(), there.value(), both.value(), gone.value(),
                       read.value());
  });
  EXPECT_EQ(changed, "0 0 2 1 0");
}

TEST_P(ConnectionTest, TellsErrorsApart) {
  ASSERT_TRUE(insert("a", 1));
  EXPECT_EQ(outcome("INSERT INTO things (name, size) VALUES ('a', 2)"), "store.duplicate");
  EXPECT_EQ(outcome("INSERT INTO things (name, size) VALUES ('b', -1)"), "store.constraint");
  EXPECT_EQ(outcome("INSERT INTO things (name) VALUES ('b')"), "store.constraint");
  EXPECT_EQ(outcome("INSERT INTO parts (thing) VALUES ('none')"), "store.constraint");
  EXPECT_EQ(outcome("SELEC 1"), "store.statement");
  EXPECT_EQ(outcome("SELECT nothing FROM things"), "store.statement");
  EXPECT_EQ(outcome("SELECT \"a\" FROM things"), "store.statement");
  EXPECT_EQ(outcome("SELECT 1; SELECT 2"), "store.statement");
  EXPECT_EQ(outcome("DELETE FROM things WHERE name = $1"), "store.statement");
  EXPECT_EQ(outcome("DELETE FROM things WHERE name = $1", "a", "b"), "store.statement");
  EXPECT_EQ(count(), 1);
}

TEST_P(ConnectionTest, RefusesWhatNotBothStoresWouldKeep) {
  const std::string insert_name = "INSERT INTO things (name, size) VALUES ($1, 0)";
  EXPECT_EQ(outcome(insert_name, std::string("a\0b", 3)), "store.value");
  EXPECT_EQ(outcome(insert_name, "\xFF"), "store.value");
  EXPECT_EQ(outcome("INSERT INTO things (name, size, weight) VALUES ('a', 0, $1)",
                    std::numeric_limits<double>::quiet_NaN()),
            "store.value");
  EXPECT_EQ(outcome(insert_name, std::string(kValueBytesMax + 1, 'a')), "store.limit");
  EXPECT_EQ(count(), 0);
}

TEST_P(ConnectionTest, TellsARowThatIsNotWhatWasAskedFor) {
  ASSERT_TRUE(insert("a", 1));
  EXPECT_EQ(outcome_of(connection_->read([](Transaction& transaction) {
              return transaction.query<std::int64_t>("SELECT name FROM things");
            })),
            "store.corrupt");
  EXPECT_EQ(outcome_of(connection_->read([](Transaction& transaction) {
              return transaction.query<double>("SELECT weight FROM things");
            })),
            "store.corrupt");
  EXPECT_EQ(outcome_of(connection_->read([](Transaction& transaction) {
              return transaction.query<std::string>("SELECT name, size FROM things");
            })),
            "store.statement");
}

TEST_P(ConnectionTest, GivesNoMoreRowsThanItsLimit) {
  const std::string many =
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) "
      "SELECT n FROM numbers";
  const auto rows = [&](std::size_t limit) {
    return connection_->read([&](Transaction& transaction) {
      return transaction.query<std::int64_t>(fmt::format(fmt::runtime(many), limit));
    });
  };
  EXPECT_EQ(rows(kRowsMax)->size(), kRowsMax);
  EXPECT_EQ(outcome_of(rows(kRowsMax + 1)), "store.limit");
}

TEST_P(ConnectionTest, TakesNoMoreParametersThanItsLimit) {
  const auto run = [&](std::size_t parameters) {
    std::string sql = "SELECT 0";
    for (std::size_t at = 1; at <= parameters; ++at) sql += fmt::format(" + ${}", at);
    const std::vector<Value> values(parameters, std::int64_t{1});
    return outcome_of(
        connection_->read([&](Transaction& transaction) { return transaction.run(sql, values); }));
  };
  EXPECT_EQ(run(kParametersMax), "");
  EXPECT_EQ(run(kParametersMax + 1), "store.limit");
}

TEST_P(ConnectionTest, RollsBackWhatGaveAnError) {
  const auto done = connection_->write([](Transaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.execute("INSERT INTO things (name, size) VALUES ('a', 1)"));
    return fail(StoreError::kStale, "on second thoughts");
  });
  EXPECT_EQ(outcome_of(done), "store.stale");
  EXPECT_EQ(count(), 0);
}

TEST_P(ConnectionTest, RunsNothingMoreAfterAStatementThatFailed) {
  const auto done = connection_->write([](Transaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.execute("INSERT INTO things (name, size) VALUES ('a', 1)"));
    EXPECT_FALSE(transaction.execute("INSERT INTO things (name, size) VALUES ('a', 1)"));
    EXPECT_EQ(outcome_of(transaction.execute("INSERT INTO things (name, size) VALUES ('b', 1)")),
              "store.duplicate");
    return {};  // It overlooks the error, which does not make it a success.
  });
  EXPECT_EQ(outcome_of(done), "store.duplicate");
  EXPECT_EQ(count(), 0);
}

TEST_P(ConnectionTest, DoesNotWriteWhereItWasToRead) {
  EXPECT_EQ(outcome_of(connection_->read([](Transaction& transaction) {
              return transaction.execute("INSERT INTO things (name, size) VALUES ('a', 1)");
            })),
            "store.statement");
  EXPECT_EQ(insert("a", 1), 1);  // And writes again when it may.
}

TEST_P(ConnectionTest, ReadsOneSnapshot) {
  ASSERT_TRUE(insert("a", 1));
  const auto other = connect_again();
  const auto sizes = other->read([&](Transaction& transaction) -> Result<std::string> {
    const auto before = transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM things");
    EXPECT_TRUE(insert("b", 1));
    const auto after = transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM things");
    return fmt::format("{} {}", std::get<0>(before->value()), std::get<0>(after->value()));
  });
  EXPECT_EQ(sizes, "1 1");
  EXPECT_EQ(count(), 2);
}

// Two transactions that each look at both rows and empty one: one after the other, the second one
// would see that it must not. Snapshots alone would let both pass.
TEST_P(ConnectionTest, WritesAsIfOneTransactionFollowedTheOther) {
  ASSERT_TRUE(insert("left", 1));
  ASSERT_TRUE(insert("right", 1));
  const auto empty_one = [](Connection& connection, std::string_view name) {
    return connection.write([&](Transaction& transaction) -> Result<void> {
      const auto sum =
          transaction.query_one<std::int64_t>("SELECT CAST(SUM(size) AS BIGINT) FROM things");
      if (!sum) return std::unexpected(sum.error());
      if (std::get<0>(sum->value()) < 2) return fail(StoreError::kConstraint, "one must stay");
      const auto done = transaction.execute("UPDATE things SET size = 0 WHERE name = $1", name);
      if (!done) return std::unexpected(done.error());
      return {};
    });
  };
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(outcome("UPDATE things SET size = 1"), "");
    const auto other = connect_again();
    std::atomic<int> succeeded{0};
    std::thread left([&] { succeeded += empty_one(*connection_, "left") ? 1 : 0; });
    std::thread right([&] { succeeded += empty_one(*other, "right") ? 1 : 0; });
    left.join();
    right.join();
    EXPECT_EQ(succeeded, 1);
  }
}

TEST_P(ConnectionTest, RunsWorkAgainWhenOthersCameInBetween) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 25;
  ASSERT_TRUE(insert("counter", 0));
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, connection = connect_again()] {
      for (int time = 0; time < kTimes; ++time) {
        const auto done = connection->write([](Transaction& transaction) -> Result<std::int64_t> {
          const auto size = transaction.query_one<std::int64_t>("SELECT size FROM things");
          if (!size) return std::unexpected(size.error());
          return transaction.execute("UPDATE things SET size = $1", std::get<0>(size->value()) + 1);
        });
        failed += done ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto size = connection_->read([](Transaction& transaction) {
    return transaction.query_one<std::int64_t>("SELECT size FROM things");
  });
  // Nothing is lost, nothing is counted twice; who gave up said so.
  EXPECT_EQ(std::get<0>(size->value()), kThreads * kTimes - failed);
  EXPECT_LT(failed, kThreads * kTimes / 10);
}

TEST_P(ConnectionTest, StopsAStatementThatTakesTooLong) {
  constexpr std::chrono::milliseconds kShort{50};
  if (auto* sqlite = std::get_if<SqliteOptions>(&options_.database)) {
    sqlite->statement_timeout = kShort;
  } else {
    std::get<PostgresOptions>(options_.database).statement_timeout = kShort;
  }
  const auto hasty = connect_again();
  EXPECT_EQ(outcome_of(hasty->read([](Transaction& transaction) {
              return transaction.query<std::int64_t>(
                  "WITH RECURSIVE numbers (n) AS "
                  "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000000) "
                  "SELECT COUNT(*) FROM numbers");
            })),
            "store.timeout");
  EXPECT_TRUE(hasty->read(
      [](Transaction& transaction) { return transaction.query<std::int64_t>("SELECT 1"); }));
}

TEST_P(ConnectionTest, KeepsItsPreparedStatementsWithinALimit) {
  for (int number = 0; number < 600; ++number) {
    ASSERT_EQ(outcome(fmt::format("SELECT {}", number)), "");
  }
}

// Those that met go apart: each waits longer and longer, and not as long as the other.
TEST_P(ConnectionTest, WaitsBetweenTries) {
  const auto pauses_of = [](Connection& connection) {
    std::vector<Duration> pauses;
    connection.set_pause([&](Duration time) { pauses.push_back(time); });
    EXPECT_EQ(outcome_of(connection.write([](Transaction&) -> Result<void> {
                return fail(StoreError::kConflict, "somebody came in between");
              })),
              "store.busy");
    return pauses;
  };
  const std::vector<Duration> mine = pauses_of(*connection_);
  ASSERT_EQ(mine.size(), kTransactionTriesMax - 1U);
  Duration whole = kRetryBackoff.first;
  for (const Duration pause : mine) {
    EXPECT_GE(pause, whole / 2);
    EXPECT_LE(pause, whole);
    whole = std::min(whole * 2, kRetryBackoff.longest);
  }
  EXPECT_NE(mine, pauses_of(*connect_again()));
  EXPECT_NE(mine, pauses_of(*connection_));
}

}  // namespace
}  // namespace tally::platform
