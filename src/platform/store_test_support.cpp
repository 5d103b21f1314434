#include "platform/store_test_support.hpp"

#include "platform/schema.hpp"
#include "platform/temporary_postgres.hpp"

namespace tally::platform::testing {

void EmptyStoreTest::SetUp() {
  if (GetParam() == Engine::kSqlite) {
    options_.database = SqliteOptions{.file = folder_.path() / "store.db"};
  } else {
    const auto& server = TemporaryPostgres::shared();
    if (!server) GTEST_SKIP() << server.error().message;
    const auto database = (*server)->new_database();
    ASSERT_TRUE(database) << database.error().message;
    options_.database = PostgresOptions{.connection = (*server)->connection_to(*database)};
  }
  connection_ = connect_again();
}

std::unique_ptr<Connection> EmptyStoreTest::connect_again() const {
  auto connection = connect(options_);
  EXPECT_TRUE(connection) << connection.error().message;
  return connection ? std::move(*connection) : nullptr;
}

void StoreTest::SetUp() {
  EmptyStoreTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  const auto migrated = migrate(*connection_, "platform", platform_migrations(), at(0));
  ASSERT_TRUE(migrated) << migrated.error().message;
}

std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
  return std::string(name_of(info.param));
}

}  // namespace tally::platform::testing
