#include "platform/blobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "base/digest.hpp"
#include "base/recorded_syncs.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {
namespace fs = std::filesystem;

using testing::at;
using testing::id_of;
using testing::outcome_of;

const TenantId kTenant = id_of<TenantKind>(1);

int files_in(const fs::path& folder) {
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() ? 1 : 0;
  }
  return count;
}

class BlobFilesTest : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  BlobFiles files_ = BlobFiles::open(folder_.path() / "blobs").value();
};

TEST_F(BlobFilesTest, AreNamedByTheirContent) {
  const std::string content("\0\xFF video", 8);
  const std::string sha256 = files_.put(content).value();
  EXPECT_EQ(sha256, sha256_hex(content));
  EXPECT_EQ(files_.path_of(sha256),
            folder_.path() / "blobs" / sha256.substr(0, 2) / sha256.substr(2, 2) / sha256);
  EXPECT_EQ(files_.read(sha256), content);
  EXPECT_EQ(files_.put(content), sha256);
  EXPECT_EQ(files_in(folder_.path()), 1);
  EXPECT_EQ(files_.read(files_.put("").value()), "");
}

TEST_F(BlobFilesTest, TellWhatWasChangedOrIsGone) {
  const std::string sha256 = files_.put("video").value();
  std::ofstream(files_.path_of(sha256)) << "vIdeo";
  EXPECT_EQ(outcome_of(files_.read(sha256)), "blob.damaged");
  EXPECT_EQ(files_.put("video"), sha256);  // Which mends it.
  EXPECT_EQ(files_.read(sha256), "video");
  EXPECT_TRUE(files_.has(sha256));
  EXPECT_EQ(files_.remove(sha256), true);
  EXPECT_EQ(files_.remove(sha256), false);
  EXPECT_FALSE(files_.has(sha256));
  EXPECT_EQ(outcome_of(files_.read(sha256)), "blob.missing");
}

TEST_F(BlobFilesTest, AreReachedByNoOtherName) {
  const std::string upper(64, 'A');
  for (const std::string& name : {std::string("../../etc/passwd"), std::string(), upper,
                                  std::string(63, 'a'), std::string(65, 'a')}) {
    EXPECT_EQ(outcome_of(files_.read(name)), "blob.name");
    EXPECT_EQ(outcome_of(files_.remove(name)), "blob.name");
    EXPECT_TRUE(files_.path_of(name).empty());
    EXPECT_FALSE(files_.has(name));
  }
}

TEST_F(BlobFilesTest, EndAtTheirLimit) {
  EXPECT_EQ(outcome_of(files_.put(std::string(kBlobBytesMax + 1, 'a'))), "blob.too_large");
}

TEST_F(BlobFilesTest, LeaveNothingHalfWhenTheDiskIsFull) {
  // A limit on the size of files stops a write in its middle, as a full disk does.
  constexpr rlim_t kRoom = 64'000;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{kRoom, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto put = files_.put(std::string(2 * kRoom, 'a'));
  const auto fits = files_.put(std::string(kRoom, 'b'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(outcome_of(put), "blob.full");
  EXPECT_TRUE(fits);
  EXPECT_EQ(files_in(folder_.path()), 1);  // The one that fits.
}

TEST_F(BlobFilesTest, TakeUnfinishedOnesAwayAtStart) {
  const std::string sha256 = files_.put("video").value();
  std::ofstream(files_.path_of(sha256).parent_path() / ".part-abcdef") << "vid";
  EXPECT_EQ(files_.remove_leftovers(), 1);
  EXPECT_EQ(files_.remove_leftovers(), 0);
  EXPECT_EQ(files_.read(sha256), "video");
}

// A folder that is not synced may be gone after a loss of power, with all that lies in it.
TEST_F(BlobFilesTest, AreKeptWithAllTheFoldersAboveThem) {
  const auto syncs = [] {
    const std::vector<fs::path> all = take_recorded_syncs();
    return std::set<fs::path>(all.begin(), all.end());
  };
  (void)syncs();
  const fs::path root = folder_.path() / "a" / "b";
  const BlobFiles files = BlobFiles::open(root / "").value();
  EXPECT_THAT(syncs(), ::testing::IsSupersetOf({folder_.path(), root.parent_path()}));
  const fs::path place = files.path_of(files.put("video").value()).parent_path();
  EXPECT_THAT(syncs(), ::testing::IsSupersetOf({root, place.parent_path(), place}));
  // Another program may have made the folders and not have synced them yet.
  EXPECT_TRUE(files.put("video"));
  EXPECT_THAT(syncs(), ::testing::IsSupersetOf({root, place.parent_path(), place}));
  EXPECT_TRUE(files.remove(sha256_hex("video")));
  EXPECT_THAT(syncs(), ::testing::Contains(place));
}

TEST_F(BlobFilesTest, AreForTheirOwnersEyes) {
  const std::string sha256 = files_.put("video").value();
  EXPECT_EQ(fs::status(files_.path_of(sha256)).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(folder_.path() / "blobs").permissions(), fs::perms::owner_all);
}

class BlobsTest : public testing::StoreTest {
 protected:
  std::string add(std::string owner, std::string name, std::string_view content,
                  Instant now = at(0), BlobKind kind = BlobKind::kRawVideo) {
    const std::string sha256 = files_.put(content).value();
    return outcome_of(write([&](Transaction& transaction) {
      return add_blob(transaction, files_, {kTenant, owner, name}, kind, sha256, now);
    }));
  }
  Purged purge_once(Instant now) {
    return write(
               [&](Transaction& transaction) { return purge_blobs(transaction, files_, {}, now); })
        .value();
  }
  std::int64_t purge(Instant now) { return purge_once(now).blobs; }
  std::optional<BlobEntry> find(std::string owner, std::string name) {
    return read([&](Transaction& transaction) {
             return find_blob(transaction, {kTenant, owner, name});
           })
        .value();
  }
  Result<std::int64_t> hold(std::string owner, Instant until, Instant now) {
    return write([&](Transaction& transaction) {
      return hold_blobs(transaction, kTenant, owner, until, "dispute", now);
    });
  }
  std::string erase(std::string owner, std::string name, Instant now) {
    return outcome_of(write([&](Transaction& transaction) {
      return erase_blob(transaction, files_, {kTenant, owner, name}, now);
    }));
  }

  BlobFiles files_ = BlobFiles::open(folder_.path() / "blobs").value();
  const Instant three_days_ = at(0) + std::chrono::hours(72);
};
TALLY_ON_BOTH_STORES(BlobsTest);

TEST_P(BlobsTest, AreFoundByOwnerAndName) {
  ASSERT_EQ(add("s", "cam1/0", "video 1", at(5)), "");
  ASSERT_EQ(add("s", "cam0/0", "video 0"), "");
  const auto entry = find("s", "cam1/0");
  EXPECT_EQ(entry->sha256, sha256_hex("video 1"));
  EXPECT_EQ(entry->bytes, 7);
  EXPECT_EQ(entry->kind, BlobKind::kRawVideo);
  EXPECT_EQ(entry->created_at, at(5));
  EXPECT_FALSE(find("s", "cam2/0"));
  const auto all =
      read([](Transaction& transaction) { return blobs_of(transaction, kTenant, "s"); });
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).name.name, "cam0/0");
}

TEST_P(BlobsTest, OfTheSameNameAndContentAreOne) {
  ASSERT_EQ(add("s", "0", "video"), "");
  EXPECT_EQ(add("s", "0", "video"), "");
  EXPECT_EQ(add("s", "0", "another"), "blob.different");
  EXPECT_EQ(purge(three_days_), 1);
}

TEST_P(BlobsTest, WithoutTheirFileAreRefused) {
  EXPECT_EQ(outcome_of(write([&](Transaction& transaction) {
              return add_blob(transaction, files_, {kTenant, "s", "0"}, BlobKind::kRawVideo,
                              sha256_hex("elsewhere"), at(0));
            })),
            "blob.missing");
  EXPECT_FALSE(find("s", "0"));
}

TEST_P(BlobsTest, AreGoneWhenTheirTimeIsOver) {
  ASSERT_EQ(add("s", "video", "video"), "");
  ASSERT_EQ(add("s", "later", "later", at(1)), "");
  ASSERT_EQ(add("s", "clip", "clip", at(0), BlobKind::kEvidence), "");
  EXPECT_EQ(purge(three_days_ - Duration(1)), 0);
  EXPECT_EQ(purge(three_days_), 1);
  EXPECT_EQ(find("s", "video")->purged_at, three_days_);  // That it was there is known.
  EXPECT_FALSE(files_.has(sha256_hex("video")));
  EXPECT_TRUE(files_.has(sha256_hex("later")));
  EXPECT_EQ(add("s", "video", "video"), "blob.different");  // It does not come back.
  EXPECT_EQ(purge(at(0) + std::chrono::days(90)), 2);
  EXPECT_EQ(purge(at(0) + std::chrono::days(900)), 0);
}

TEST_P(BlobsTest, OfEqualContentKeepTheFileUntilTheLastIsGone) {
  ASSERT_EQ(add("s", "0", "video"), "");
  ASSERT_EQ(add("t", "0", "video", at(10)), "");
  EXPECT_EQ(purge(three_days_), 1);
  EXPECT_TRUE(files_.has(sha256_hex("video")));
  EXPECT_EQ(purge(three_days_ + Duration(10)), 1);
  EXPECT_FALSE(files_.has(sha256_hex("video")));
}

TEST_P(BlobsTest, ThatAreDisputedStayLonger) {
  ASSERT_EQ(add("s", "0", "video"), "");
  ASSERT_EQ(add("t", "0", "other"), "");
  const Instant month = at(0) + kHoldMax;
  EXPECT_EQ(outcome_of(hold("s", month + Duration(1), at(0))), "blob.held");
  EXPECT_EQ(hold("s", month, at(0)), 1);
  EXPECT_EQ(hold("s", at(5), at(0)), 1);  // A shorter one changes nothing.
  EXPECT_EQ(find("s", "0")->held_until, month);
  EXPECT_EQ(purge(three_days_), 1);
  EXPECT_EQ(erase("s", "0", three_days_), "blob.held");
  EXPECT_EQ(purge(month - Duration(1)), 0);
  EXPECT_EQ(purge(month), 1);
}

TEST_P(BlobsTest, ThatAreNoLongerDisputedGo) {
  ASSERT_EQ(add("s", "0", "video"), "");
  ASSERT_EQ(hold("s", at(0) + kHoldMax, at(0)), 1);
  EXPECT_EQ(
      write([](Transaction& transaction) { return release_blobs(transaction, kTenant, "s"); }), 1);
  EXPECT_EQ(purge(three_days_), 1);
}

TEST_P(BlobsTest, AreErasedWhenSomebodyAsks) {
  ASSERT_EQ(add("s", "0", "picture", at(0), BlobKind::kPicture), "");
  EXPECT_EQ(erase("s", "0", at(1)), "");
  EXPECT_FALSE(files_.has(sha256_hex("picture")));
  EXPECT_EQ(erase("s", "0", at(1)), "blob.missing");
}

TEST_P(BlobsTest, ArePurgedInPortions) {
  constexpr int kMore = 3;
  const std::string sha256 = files_.put("video").value();
  ASSERT_TRUE(write([&](Transaction& transaction) -> Result<void> {
    for (int number = 0; number < kPurgeMax + kMore; ++number) {
      const auto added = add_blob(transaction, files_, {kTenant, "s", std::to_string(number)},
                                  BlobKind::kRawVideo, sha256, at(0));
      if (!added) return added;
    }
    return {};
  }));
  EXPECT_EQ(purge(three_days_), kPurgeMax);
  EXPECT_TRUE(files_.has(sha256));
  EXPECT_EQ(purge(three_days_), kMore);
  EXPECT_FALSE(files_.has(sha256));
}

TEST_P(BlobsTest, TakeTheWriterForAFewFilesAtATime) {
  for (int number = 0; number < kPurgeFilesMax + 2; ++number) {
    ASSERT_EQ(add("s", std::to_string(number), fmt::format("video {}", number)), "");
  }
  EXPECT_EQ(purge(three_days_), kPurgeFilesMax);
  EXPECT_EQ(purge(three_days_), 2);
  EXPECT_FALSE(purge_once(three_days_).go_on());
}

// A folder in the place of a file is something that no unlink removes.
TEST_P(BlobsTest, WhoseFilesCantBeRemovedAreToldAndHoldNobodyUp) {
  for (int number = 0; number < kPurgeFilesMax; ++number) {
    const std::string content = fmt::format("bad {}", number);
    ASSERT_EQ(add("s", fmt::format("bad {}", number), content), "");
    const fs::path file = files_.path_of(sha256_hex(content));
    fs::remove(file);
    fs::create_directories(file / "in the way");
  }
  ASSERT_EQ(add("s", "good", "good", at(1)), "");
  const Instant due = three_days_ + Duration(1);
  const Purged first = purge_once(due);
  EXPECT_EQ(first.blobs, 0);
  ASSERT_EQ(std::ssize(first.stuck), kPurgeFilesMax);
  EXPECT_EQ(first.stuck[0].name.name, "bad 0");
  EXPECT_EQ(first.stuck[0].error.code.name, "blob.unwritable");
  EXPECT_FALSE(find("s", "bad 0")->purged_at);  // It is not gone, and nothing says that it is.
  EXPECT_EQ(purge(due), 1);
  EXPECT_FALSE(files_.has(sha256_hex("good")));
  EXPECT_FALSE(purge_once(due + kPurgeAgain - Duration(1)).go_on());
  fs::remove_all(files_.path_of(sha256_hex("bad 0")));
  const Purged again = purge_once(due + kPurgeAgain);
  EXPECT_EQ(again.blobs, 1);  // Gone is gone, whoever did it.
  EXPECT_TRUE(find("s", "bad 0")->purged_at);
  EXPECT_EQ(std::ssize(again.stuck), kPurgeFilesMax - 1);
  EXPECT_EQ(erase("s", "bad 1", due), "blob.unwritable");
  EXPECT_FALSE(find("s", "bad 1")->purged_at);
}

// One thread adds blobs of one content and the other purges them: what was added has its file.
TEST_P(BlobsTest, AreNeverPurgedUnderOneThatWasJustAdded) {
  const auto other = connect_again();
  std::thread purger([&] {
    for (int round = 0; round < 60; ++round) {
      (void)other->write([&](Transaction& transaction) {
        return purge_blobs(transaction, files_, {}, three_days_);
      });
    }
  });
  int missing = 0;
  int added = 0;
  for (int round = 0; round < 30; ++round) {
    const std::string name = std::to_string(round);
    // The purger may have been between put and add, which is told.
    (void)add("old", name, "video", at(0));
    const std::string outcome = add("new", name, "video", three_days_);
    if (outcome == "blob.missing") continue;
    EXPECT_EQ(outcome, "");
    ++added;
    missing += files_.has(sha256_hex("video")) ? 0 : 1;
    EXPECT_EQ(erase("new", name, three_days_), "");
  }
  purger.join();
  EXPECT_EQ(missing, 0);
  EXPECT_GT(added, 0);
}

}  // namespace
}  // namespace tally::platform
