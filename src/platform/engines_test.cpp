// What only one of the two stores can suffer.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "platform/store_test_support.hpp"
#include "platform/temporary_postgres.hpp"

namespace tally::platform {
namespace {
namespace fs = std::filesystem;

using testing::outcome_of;
using testing::TemporaryPostgres;

Result<void> make_table(Connection& connection) {
  return connection.write([](Transaction& transaction) {
    return transaction.run_script("CREATE TABLE numbers (number BIGINT, filling TEXT)");
  });
}
Result<std::int64_t> insert(Connection& connection, std::int64_t number,
                            const std::string& filling = "") {
  return connection.write([&](Transaction& transaction) {
    return transaction.execute("INSERT INTO numbers (number, filling) VALUES ($1, $2)", number,
                               filling);
  });
}
std::int64_t count(Connection& connection) {
  const auto rows = connection.read([](Transaction& transaction) {
    return transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM numbers");
  });
  return std::get<0>(rows.value().value());
}

class SqliteTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> open(std::int64_t pages_max = 0) {
    auto connection = connect_sqlite({.file = file_, .pages_max = pages_max});
    EXPECT_TRUE(connection) << connection.error().message;
    return std::move(*connection);
  }

  testing::TemporaryFolder folder_;
  const fs::path file_ = folder_.path() / "store.db";
};

TEST_F(SqliteTest, IsFullWhenItIsFullAndGoesOnAfterwards) {
  const auto connection = open(40);
  ASSERT_TRUE(make_table(*connection));
  ASSERT_TRUE(insert(*connection, 1));
  EXPECT_EQ(outcome_of(insert(*connection, 2, std::string(400'000, 'a'))), "store.full");
  EXPECT_EQ(count(*connection), 1);
  EXPECT_TRUE(insert(*connection, 3));
}

TEST_F(SqliteTest, TellsAFileThatIsNoDatabase) {
  std::ofstream(file_) << std::string(8192, 'x');
  EXPECT_EQ(outcome_of(connect_sqlite({.file = file_})), "store.corrupt");
}

TEST_F(SqliteTest, TellsAFolderThatIsNotThere) {
  EXPECT_EQ(outcome_of(connect_sqlite({.file = folder_.path() / "none" / "store.db"})),
            "store.unavailable");
}

TEST_F(SqliteTest, IsForItsOwnersEyes) {
  const auto connection = open();
  ASSERT_TRUE(make_table(*connection));
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << entry.path();
  }
}

// Whether a program beside this one finds the file locked, as SQLite looks before it takes the log.
bool seen_locked(const fs::path& file) {
  const pid_t other = ::fork();
  if (other == 0) {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    const bool asked = descriptor >= 0 && ::fcntl(descriptor, F_GETLK, &lock) == 0;
    ::_exit(asked && lock.l_type != F_UNLCK ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(other, &status, 0) == other && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Several processes share a file, and people look into it while the server runs.
TEST_F(SqliteTest, KeepsItsLocksWhenAnotherConnectionIsOpened) {
  const auto first = open();
  ASSERT_TRUE(make_table(*first));
  ASSERT_TRUE(seen_locked(file_));
  const auto second = open();
  EXPECT_TRUE(seen_locked(file_));
}

TEST_F(SqliteTest, IsBusyWhenAnotherWritesForTooLong) {
  const auto connection = open();
  ASSERT_TRUE(make_table(*connection));
  auto hasty = connect_sqlite({.file = file_, .busy_timeout = std::chrono::milliseconds(20)});
  const auto done = connection->write([&](Transaction&) -> Result<void> {
    EXPECT_EQ(outcome_of(insert(**hasty, 1)), "store.busy");
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(insert(**hasty, 1));
}

TEST_F(SqliteTest, SyncsEachCommit) {
  const auto connection = open();
  const auto setting = [&](std::string_view name) {
    const auto row = connection->read([&](Transaction& transaction) {
      return transaction.query_one<std::int64_t>(fmt::format("PRAGMA {}", name));
    });
    return std::get<0>(row.value().value());
  };
  EXPECT_EQ(setting("synchronous"), 2);  // FULL
  EXPECT_EQ(setting("foreign_keys"), 1);
}

// A program that writes and says so, killed in the middle of it.
TEST_F(SqliteTest, KeepsWhatWasAcknowledgedThroughKillMinusNine) {
  std::int64_t acknowledged = 0;
  ASSERT_TRUE(make_table(*open()));
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto connection = connect_sqlite({.file = file_});
    for (std::int64_t number = 1;; ++number) {
      if (!insert(**connection, number)) ::_exit(1);
      if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
    }
  }
  ::close(ends[1]);
  for (int answers = 0; answers < 25; ++answers) {
    ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (std::int64_t last = 0; ::read(ends[0], &last, sizeof last) > 0;) acknowledged = last;
  ::close(ends[0]);
  const auto after = open();
  EXPECT_GE(count(*after), acknowledged);
  EXPECT_LE(count(*after), acknowledged + 1);
  const auto check = after->read([](Transaction& transaction) {
    return transaction.query_one<std::string>("PRAGMA integrity_check");
  });
  EXPECT_EQ(std::get<0>(check.value().value()), "ok");
}

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto& shared = TemporaryPostgres::shared();
    if (!shared) GTEST_SKIP() << shared.error().message;
    server_ = shared->get();
    database_ = server_->new_database().value();
  }
  Result<std::unique_ptr<Connection>> open(const std::string& more = "") {
    return connect_postgres({.connection = server_->connection_to(database_) + more});
  }

  TemporaryPostgres* server_ = nullptr;
  std::string database_;
};

TEST_F(PostgresTest, ThatMayLoseWhatItAcknowledgedIsRefused) {
  ASSERT_TRUE(open());
  const std::string database = "ALTER DATABASE " + database_;
  ASSERT_TRUE(server_->run(database + " SET synchronous_commit = off"));
  const auto refused = open();
  EXPECT_EQ(outcome_of(refused), "store.unsafe");
  EXPECT_NE(refused.error().message.find("synchronous_commit = off"), std::string::npos);
  ASSERT_TRUE(server_->run(database + " SET synchronous_commit = local"));
  EXPECT_TRUE(open());
  for (const std::string setting : {"fsync", "full_page_writes"}) {
    ASSERT_TRUE(server_->run("ALTER SYSTEM SET " + setting + " = off"));
    server_->kill();
    ASSERT_TRUE(server_->start_again());
    EXPECT_EQ(outcome_of(open()), "store.unsafe") << setting;
    ASSERT_TRUE(server_->run("ALTER SYSTEM RESET " + setting));
    server_->kill();
    ASSERT_TRUE(server_->start_again());
  }
  EXPECT_TRUE(open());
}

TEST_F(PostgresTest, ThatSortsOrEncodesOtherwiseIsRefused) {
  for (const std::string wrong :
       {"ENCODING 'SQL_ASCII' LOCALE 'C'", "LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'"}) {
    ASSERT_TRUE(server_->run("CREATE DATABASE wrong TEMPLATE template0 " + wrong)) << wrong;
    const auto refused = connect_postgres({.connection = server_->connection_to("wrong")});
    EXPECT_EQ(outcome_of(refused), "store.unsafe") << wrong;
    ASSERT_TRUE(server_->run("DROP DATABASE wrong"));
  }
}

TEST_F(PostgresTest, ThatIsNotThereIsUnavailable) {
  EXPECT_EQ(outcome_of(connect_postgres({.connection = "host=/nonexistent dbname=x"})),
            "store.unavailable");
  EXPECT_EQ(outcome_of(connect_postgres({.connection = server_->connection_to("none")})),
            "store.unavailable");
}

TEST_F(PostgresTest, ThatWasKilledIsReachedAgainWithAllItAcknowledged) {
  const auto connection = std::move(open().value());
  ASSERT_TRUE(make_table(*connection));
  ASSERT_TRUE(insert(*connection, 1));
  const auto cut = connection->write([&](Transaction& transaction) -> Result<std::int64_t> {
    EXPECT_TRUE(transaction.execute("INSERT INTO numbers (number) VALUES (2)"));
    server_->kill();
    return transaction.execute("INSERT INTO numbers (number) VALUES (3)");
  });
  EXPECT_EQ(outcome_of(cut), "store.unavailable");
  EXPECT_EQ(outcome_of(insert(*connection, 4)), "store.unavailable");
  ASSERT_TRUE(server_->start_again());
  EXPECT_TRUE(insert(*connection, 5));
  EXPECT_EQ(count(*connection), 2);
}

TEST_F(PostgresTest, ThatWentAwayBetweenTwoTransactionsIsNotNoticed) {
  const auto connection = std::move(open().value());
  ASSERT_TRUE(make_table(*connection));
  server_->kill();
  ASSERT_TRUE(server_->start_again());
  EXPECT_TRUE(insert(*connection, 1));
}

TEST_F(PostgresTest, ThatIsLostWhileCommittingLeavesItUncertain) {
  const auto connection = std::move(open().value());
  ASSERT_TRUE(make_table(*connection));
  const auto lost = connection->write([&](Transaction& transaction) -> Result<void> {
    EXPECT_TRUE(transaction.execute("INSERT INTO numbers (number) VALUES (2)"));
    server_->kill();
    return {};
  });
  EXPECT_EQ(outcome_of(lost), "store.uncertain");
  ASSERT_TRUE(server_->start_again());
  EXPECT_EQ(count(*connection), 0);
}

TEST_F(PostgresTest, KeepsTwoProgramsFromChangingTheSchemaTogether) {
  const auto one = std::move(open().value());
  const auto two = std::move(connect_postgres({.connection = server_->connection_to(database_),
                                               .migration_timeout = std::chrono::milliseconds(50)})
                                 .value());
  ASSERT_TRUE(one->lock_schema());
  EXPECT_EQ(outcome_of(two->lock_schema()), "store.busy");
  one->unlock_schema();
  EXPECT_TRUE(two->lock_schema());
  two->unlock_schema();
}

}  // namespace
}  // namespace tally::platform
