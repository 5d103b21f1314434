// For tests: the same test on both stores, each time with a new database.
//
//   class JobsTest : public testing::StoreTest {};
//   TALLY_ON_BOTH_STORES(JobsTest);
//   TEST_P(JobsTest, AreLeasedToOneWorkerAtATime) { … }
//
// Where PostgreSQL can't be started its half is skipped, saying so.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "base/temporary_folder.hpp"
#include "platform/store.hpp"

namespace tally::platform::testing {

using tally::TemporaryFolder;

// An empty database; the fixture below has platform's tables too.
class EmptyStoreTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override;

  // One more connection to the same database.
  [[nodiscard]] std::unique_ptr<Connection> connect_again() const;

  TemporaryFolder folder_;
  StoreOptions options_;
  std::unique_ptr<Connection> connection_;
};

class StoreTest : public EmptyStoreTest {
 protected:
  void SetUp() override;

  template <typename Work>
  auto write(Work work) {
    return connection_->write(work);
  }
  template <typename Work>
  auto read(Work work) {
    return connection_->read(work);
  }
};

// Values that a test can name.
template <typename Kind>
[[nodiscard]] Id<Kind> id_of(std::uint64_t number) {
  IdBits bits{};
  std::memcpy(bits.data(), &number, sizeof number);
  return Id<Kind>::from_bits(bits);
}
[[nodiscard]] inline Instant at(std::int64_t ms) { return Instant(Duration(ms)); }

// "" for success, else the error's code: EXPECT_EQ(outcome_of(done), "store.stale").
template <typename T>
[[nodiscard]] std::string outcome_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().code.name);
}

[[nodiscard]] std::string engine_name(const ::testing::TestParamInfo<Engine>& info);

}  // namespace tally::platform::testing

#define TALLY_ON_BOTH_STORES(Suite)                                                                \
  INSTANTIATE_TEST_SUITE_P(                                                                        \
      Stores, Suite,                                                                               \
      ::testing::Values(::tally::platform::Engine::kSqlite, ::tally::platform::Engine::kPostgres), \
      ::tally::platform::testing::engine_name)
