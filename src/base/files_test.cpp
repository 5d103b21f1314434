#include "base/files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <iterator>

namespace tally {
namespace {
namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_files_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(root_), fs::directory_iterator());
  }
  fs::path root_;
};

TEST_F(Files, ReadsBackWhatItWroteAndLeavesNoTemporary) {
  ASSERT_TRUE(write_file_atomically(root_ / "a", "first"));
  ASSERT_TRUE(write_file_atomically(root_ / "a", "second"));
  EXPECT_EQ(read_file(root_ / "a", 100).value(), "second");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, TheLimitIsExact) {
  ASSERT_TRUE(write_file_atomically(root_ / "a", "12345"));
  EXPECT_TRUE(read_file(root_ / "a", 5));
  EXPECT_EQ(read_file(root_ / "a", 4).error().code.name, "file.too_large");
}

TEST_F(Files, MissingFilesAndFoldersAreTold) {
  EXPECT_EQ(read_file(root_ / "none", 1).error().code.kind, ErrorKind::kNotFound);
  EXPECT_EQ(read_file(root_, 1).error().code.name, "file.unreadable");
}

TEST_F(Files, AStagedFolderAppearsOnlyWhenCommitted) {
  {
    auto staged = StagedFolder::beside(root_ / "out");
    ASSERT_TRUE(staged);
    ASSERT_TRUE(write_file_atomically(staged->path() / "x", "1"));
    EXPECT_FALSE(fs::exists(root_ / "out"));
  }
  EXPECT_EQ(entries(), 0);
  auto staged = StagedFolder::beside(root_ / "out");
  ASSERT_TRUE(write_file_atomically(staged->path() / "x", "1"));
  ASSERT_TRUE(staged->commit());
  EXPECT_EQ(read_file(root_ / "out" / "x", 10).value(), "1");
}

TEST_F(Files, CommitKeepsOtherFilesOfAnExistingFolderAndReplacesItsOwn) {
  ASSERT_TRUE(write_file_atomically(root_ / "out" / "mine", "keep"));
  ASSERT_TRUE(write_file_atomically(root_ / "out" / "x", "old"));
  auto staged = StagedFolder::beside(root_ / "out/");
  ASSERT_TRUE(write_file_atomically(staged->path() / "x", "new"));
  ASSERT_TRUE(staged->commit());
  EXPECT_EQ(read_file(root_ / "out" / "mine", 10).value(), "keep");
  EXPECT_EQ(read_file(root_ / "out" / "x", 10).value(), "new");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AFileInTheWayOfAFolderIsRefusedAndKept) {
  ASSERT_TRUE(write_file_atomically(root_ / "out", "mine"));
  EXPECT_EQ(StagedFolder::beside(root_ / "out").error().code.name, "file.unwritable");
  EXPECT_EQ(read_file(root_ / "out", 10).value(), "mine");
}

}  // namespace
}  // namespace tally
