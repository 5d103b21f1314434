#include "server/serve/this_process.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.hpp"
#include "platform/jobs.hpp"
#include "platform/outbox.hpp"
#include "platform/schema.hpp"

namespace tally::serve {
namespace {

namespace fs = std::filesystem;
using platform::Transaction;

void touch(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "x";
}

TEST(ThisProcess, TakesOverFromTheDeadAndLeavesTheLivingAlone) {
  const TemporaryFolder data;
  const platform::StoreOptions options{.database = platform::SqliteOptions{data / "store.db"}};
  {
    const auto connection = platform::connect(options);
    ASSERT_TRUE(connection);
    ASSERT_TRUE(migrate(**connection, "platform", platform::platform_migrations(), Instant()));
  }
  const auto store = platform::Store::open(options);
  ASSERT_TRUE(store);
  server::World& world = server::real_world();
  core::HintBoard board;
  core::Office office(**store, world, board);
  const auto living = platform::Presence::begin(data / "running", "run-living");
  ASSERT_TRUE(living);
  touch(data / "running/run-dead");  // As a process leaves it that was killed.
  for (const char* name : {"run-dead", "run-living", "run-ended"}) {
    touch(data.path() / "uploads" / name / "1.part");
  }
  const Instant now = world.now();
  const auto claim_as = [&](const std::string& worker) {
    return (*store)->write_and_wait([&](Transaction& transaction) -> Result<std::size_t> {
      const auto jobs =
          platform::claim_jobs(transaction, {.queue = "q", .worker = worker}, world.now());
      const auto messages =
          platform::claim_messages(transaction, {.count = 1, .worker = worker}, world.now());
      if (!jobs || !messages) return std::unexpected((jobs ? messages.error() : jobs.error()));
      return jobs->size() + messages->size();
    });
  };
  const auto put = (*store)->write_and_wait([&](Transaction& transaction) -> Result<void> {
    for (const char* key : {"one", "two"}) {
      const auto queued = platform::queue_job(transaction,
                                              {.id = world.new_id<JobId>(),
                                               .tenant = TenantId::from_bits({}),
                                               .queue = "q",
                                               .kind = "kind",
                                               .body = "{}",
                                               .unique_key = key,
                                               .due = now},
                                              now);
      if (!queued) return std::unexpected(queued.error());
      auto sent = platform::put_message(transaction,
                                        {.id = world.new_id<platform::MessageId>(),
                                         .tenant = TenantId::from_bits({}),
                                         .key = key,
                                         .topic = "t",
                                         .body = "{}",
                                         .due = now},
                                        now);
      if (!sent) return sent;
    }
    return {};
  });
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(claim_as("run-dead"), 2U);
  EXPECT_EQ(claim_as("run-living"), 2U);
  EXPECT_EQ(claim_as("run-other"), 0U);

  const auto process = ThisProcess::begin(data.path(), office);
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_EQ(claim_as(process->name()), 2U);  // What the dead one had, and nothing else.
  EXPECT_EQ(claim_as(process->name()), 0U);
  EXPECT_FALSE(fs::exists(data / "running/run-dead"));
  EXPECT_TRUE(fs::exists(data / "uploads/run-living/1.part"));
  EXPECT_FALSE(fs::exists(data / "uploads/run-dead"));
  EXPECT_FALSE(fs::exists(data / "uploads/run-ended"));
  EXPECT_TRUE(fs::is_directory(process->uploads()));
  EXPECT_TRUE(fs::is_directory(process->work()));
}

}  // namespace
}  // namespace tally::serve
