#include "server/workers/janitor.hpp"

#include <gmock/gmock.h>

#include "platform/migrations.hpp"
#include "platform/store_test_support.hpp"
#include "platform/stray_blobs.hpp"
#include "server/api/testing_api.hpp"
#include "server/core/schema.hpp"
#include "server/identity/schema.hpp"
#include "server/webhooks/schema.hpp"
#include "server/workers/schema.hpp"

namespace tally::workers {
namespace {

using platform::BlobKind;
using platform::Transaction;
using std::chrono::days;
using std::chrono::hours;

const TenantId kTenant = platform::testing::id_of<TenantKind>(1);
constexpr Instant kStart{std::chrono::milliseconds(1'800'000'000'000)};

class JanitorTest : public platform::testing::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const auto& [room, migrations] : {std::pair{"identity", identity::identity_migrations()},
                                           std::pair{"core", core::core_migrations()},
                                           std::pair{"webhooks", webhooks::webhook_migrations()},
                                           std::pair{"workers", worker_migrations()}}) {
      const auto migrated = migrate(*connection_, room, migrations, kStart);
      ASSERT_TRUE(migrated) << migrated.error().message;
    }
    auto store = platform::Store::open(options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    world_.set(kStart);
    office_.emplace(*store_, world_, board_);
    auto files = platform::BlobFiles::open(folder_.path() / "blobs");
    ASSERT_TRUE(files) << files.error().message;
    files_.emplace(*std::move(files));
  }

  void keep(std::string owner, BlobKind kind) {
    const auto sha256 = files_->put(owner);
    ASSERT_TRUE(sha256);
    const auto added = write([&](Transaction& transaction) {
      return platform::add_blob(transaction, *files_, {kTenant, owner, "cam0.mp4"}, kind, *sha256,
                                world_.now());
    });
    ASSERT_TRUE(added) << added.error().message;
  }
  bool is_there(std::string owner) {
    const auto blob = read([&](Transaction& transaction) {
      return platform::find_blob(transaction, {kTenant, owner, "cam0.mp4"});
    });
    EXPECT_TRUE(blob && *blob);
    const bool there = !(*blob)->purged_at;
    EXPECT_EQ(files_->has((*blob)->sha256), there);
    return there;
  }
  int clean(Duration passed) {
    world_.set(kStart + passed);
    return do_chores(*office_, chores(*files_, retention_, complain()), complain());
  }
  server::Log complain() {
    return [this](server::LogLevel, std::string_view, std::string_view text) {
      complaints_.emplace_back(text);
    };
  }
  std::int64_t count(std::string_view sql) {
    const auto row =
        read([&](Transaction& transaction) { return transaction.query_one<std::int64_t>(sql); });
    EXPECT_TRUE(row && *row) << sql;
    return std::get<0>(**row);
  }

  api::testing::TestWorld world_;
  core::HintBoard board_;
  std::unique_ptr<platform::Store> store_;
  std::optional<core::Office> office_;
  std::optional<platform::BlobFiles> files_;
  platform::Retention retention_;
  std::vector<std::string> complaints_;
};
TALLY_ON_BOTH_STORES(JanitorTest);

TEST_P(JanitorTest, RemovesEachKindOfBlobWhenItHadItsTime) {
  keep("video", BlobKind::kRawVideo);
  keep("evidence", BlobKind::kEvidence);
  keep("picture", BlobKind::kPicture);
  clean(hours(72) - Duration(1));
  EXPECT_TRUE(is_there("video"));
  clean(hours(73));
  EXPECT_FALSE(is_there("video"));
  EXPECT_TRUE(is_there("evidence"));
  clean(days(91));
  EXPECT_FALSE(is_there("evidence"));
  EXPECT_TRUE(is_there("picture"));
}

TEST_P(JanitorTest, KeepsBlobsAsTheConfigurationSays) {
  retention_.raw_video = hours(1);
  keep("video", BlobKind::kRawVideo);
  clean(hours(1));
  EXPECT_FALSE(is_there("video"));
}

TEST_P(JanitorTest, KeepsWhatADisputeHolds) {
  keep("disputed", BlobKind::kRawVideo);
  ASSERT_TRUE(write([&](Transaction& transaction) {
    return platform::hold_blobs(transaction, kTenant, "disputed", kStart + platform::kHoldMax,
                                "dsp_1", kStart);
  }));
  clean(platform::kHoldMax - Duration(1));
  EXPECT_TRUE(is_there("disputed"));
  clean(platform::kHoldMax + hours(1));
  EXPECT_FALSE(is_there("disputed"));
}

TEST_P(JanitorTest, RemovesMoreThanOneStepOfBlobs) {
  const int videos = 3 * static_cast<int>(platform::kPurgeFilesMax);
  for (int i = 0; i < videos; ++i) keep(fmt::format("video{}", i), BlobKind::kRawVideo);
  clean(hours(73));
  EXPECT_EQ(count("SELECT COUNT(*) FROM blobs WHERE purged_at IS NULL"), 0);
}

TEST_P(JanitorTest, RemovesOldFilesThatNoBlobHas) {
  const auto file = [&](std::string_view content, Duration age) {
    const auto sha256 = files_->put(content);
    EXPECT_TRUE(sha256);
    std::filesystem::last_write_time(files_->path_of(*sha256),
                                     std::chrono::file_clock::from_sys(kStart - age));
    return *sha256;
  };
  keep("video", BlobKind::kRawVideo);
  file("video", days(2));
  const std::string old = file("refused", platform::kStrayAge);
  const std::string young = file("on its way", platform::kStrayAge - hours(1));
  clean(Duration(0));
  EXPECT_TRUE(is_there("video"));
  EXPECT_FALSE(files_->has(old));
  EXPECT_TRUE(files_->has(young));
  EXPECT_EQ(count("SELECT COUNT(*) FROM blob_contents"), 1);
  clean(kStraysEvery);
  EXPECT_TRUE(is_there("video"));
  EXPECT_FALSE(files_->has(young));
  EXPECT_THAT(complaints_, ::testing::IsEmpty());
}

TEST_P(JanitorTest, RemovesMoreThanOneStepOfFilesThatNoBlobHas) {
  std::vector<std::string> strays;
  for (int i = 0; i < 3 * static_cast<int>(platform::kPurgeFilesMax); ++i) {
    strays.push_back(files_->put(fmt::format("stray{}", i)).value_or(""));
    std::filesystem::last_write_time(files_->path_of(strays.back()),
                                     std::chrono::file_clock::from_sys(kStart - days(2)));
  }
  clean(Duration(0));
  for (const std::string& stray : strays) EXPECT_FALSE(files_->has(stray));
}

TEST_P(JanitorTest, ForgetsRowsThatHaveHadTheirTime) {
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute("INSERT INTO used_door_tokens (nonce, expires_at) VALUES ('a', $1)",
                               kStart);
  }));
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute(
        "INSERT INTO idempotency_keys (tenant, principal, request_key, route, request_sha256, "
        "in_flight, token, started_at, created_at) VALUES ('t', 'p', 'k', 'r', 's', 0, 1, $1, $1)",
        kStart);
  }));
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute(
        "INSERT INTO jobs (id, tenant, queue, kind, body, state, tries, tries_max, token, due_at, "
        "leased_until, created_at, finished_at) VALUES ('j', 't', 'q', 'k', '', 'done', 1, 5, 1, "
        "$1, 0, $1, $1)",
        kStart);
  }));
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute(
        "INSERT INTO outbox (id, message_key, position, topic, body, state, tries, tries_max, "
        "token, due_at, leased_until, created_at, finished_at) VALUES ('m', 'k', 1, 't', '', "
        "'delivered', 1, 5, 1, $1, 0, $1, $1)",
        kStart);
  }));
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute(
        "INSERT INTO webhook_deliveries (endpoint, sequence, tenant, state, tries, token, due_at, "
        "leased_until, give_up_at, dead_at) VALUES ('e', 1, 't', 'dead', 9, 9, $1, 0, $1, $1)",
        kStart);
  }));
  constexpr std::string_view kAll[] = {"SELECT COUNT(*) FROM used_door_tokens",
                                       "SELECT COUNT(*) FROM idempotency_keys",
                                       "SELECT COUNT(*) FROM jobs", "SELECT COUNT(*) FROM outbox",
                                       "SELECT COUNT(*) FROM webhook_deliveries"};
  clean(Duration(1));
  for (const std::string_view sql : kAll) EXPECT_EQ(count(sql), 1) << sql;
  clean(days(31));
  for (const std::string_view sql : kAll) EXPECT_EQ(count(sql), 0) << sql;
  EXPECT_TRUE(complaints_.empty()) << complaints_.front();
}

TEST_P(JanitorTest, DoesEachChoreWhenItIsDueAgain) {
  const int all = clean(Duration(0));
  EXPECT_EQ(all, 8);
  EXPECT_EQ(clean(kBlobsEvery - Duration(1)), 0);
  EXPECT_EQ(clean(kBlobsEvery), 1);
  EXPECT_EQ(clean(kRowsEvery), all - 1);
  EXPECT_EQ(clean(kStraysEvery), all);
}

TEST_P(JanitorTest, IsOneAtATime) {
  int steps = 0;
  const std::vector<Chore> inner{{"one", kRowsEvery, [&](Transaction&, Instant) -> Result<bool> {
                                    ++steps;
                                    return false;
                                  }}};
  auto elsewhere = platform::Store::open(options_);
  ASSERT_TRUE(elsewhere);
  core::Office other(**elsewhere, world_, board_);
  const auto take = [&] { return do_chores(other, inner, complain()); };
  // Who had it was killed: nobody else is at it until the lease ends.
  ASSERT_TRUE(write([](Transaction& transaction) {
    return transaction.execute(
        "INSERT INTO chores (name, due_at, leased_until, token) VALUES ('one', 0, $1, 1)",
        kStart + kChoreLease);
  }));
  EXPECT_EQ(take(), 0);
  world_.set(kStart + kChoreLease);
  EXPECT_EQ(take(), 1);
  EXPECT_EQ(steps, 1);
}

TEST_P(JanitorTest, RollsBackTheStepOfALostLease) {
  const std::vector<Chore> lost{
      {"one", kRowsEvery, [](Transaction& transaction, Instant) -> Result<bool> {
         const auto taken = transaction.execute(
             "UPDATE chores SET token = token + 1, leased_until = 0 WHERE name = 'one'");
         if (!taken) return std::unexpected(taken.error());
         return true;
       }}};
  EXPECT_EQ(do_chores(*office_, lost, complain()), 0);
  ASSERT_EQ(complaints_.size(), 1U);
  EXPECT_THAT(complaints_[0], ::testing::HasSubstr("somebody else is at chore one"));
}

TEST_P(JanitorTest, TriesAChoreAgainThatFailedAndDoesTheOthers) {
  int done = 0;
  const std::vector<Chore> both{{"bad", kRowsEvery,
                                 [](Transaction&, Instant) -> Result<bool> {
                                   return fail(platform::StoreError::kCorrupt, "the disk is gone");
                                 }},
                                {"good", kRowsEvery, [&](Transaction&, Instant) -> Result<bool> {
                                   ++done;
                                   return false;
                                 }}};
  const auto log = complain();
  EXPECT_EQ(do_chores(*office_, both, log), 1);
  EXPECT_THAT(complaints_, ::testing::ElementsAre("bad: the disk is gone"));
  world_.set(kStart + kChoreAgain - Duration(1));
  do_chores(*office_, both, log);
  EXPECT_EQ(complaints_.size(), 1U);
  world_.set(kStart + kChoreAgain);
  do_chores(*office_, both, log);
  EXPECT_EQ(complaints_.size(), 2U);
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace tally::workers
