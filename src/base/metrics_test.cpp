#include "base/metrics.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <numeric>

namespace tally {
namespace {

TEST(Distribution, PercentilesAreSamplesByNearestRank) {
  std::vector<double> samples(100);
  std::iota(samples.rbegin(), samples.rend(), 1.0);
  const Distribution found = distribution_of(samples);
  EXPECT_EQ(found.count, 100U);
  EXPECT_EQ(found.p50, 50);
  EXPECT_EQ(found.p90, 90);
  EXPECT_EQ(found.p99, 99);
  EXPECT_EQ(found.max, 100);
  EXPECT_DOUBLE_EQ(found.mean, 50.5);
}

TEST(Distribution, FewOrNoSamplesAreFine) {
  EXPECT_EQ(distribution_of({}).count, 0U);
  EXPECT_EQ(distribution_of({}).p99, 0);
  EXPECT_EQ(distribution_of({7}).p50, 7);
  EXPECT_EQ(distribution_of({7}).p99, 7);
}

TEST(ResourceUse, MemoryAndOpenFilesFollowWhatTheProcessDoes) {
  const ResourceUse before = resource_use();
  EXPECT_GT(before.resident_bytes, 0);
  EXPECT_GE(before.resident_bytes_peak, before.resident_bytes);
  std::vector<char> block(64U << 20U, 1);
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const ResourceUse after = resource_use();
  EXPECT_GE(after.resident_bytes_peak, before.resident_bytes + (60 << 20)) << block.back();
  EXPECT_EQ(after.open_files, before.open_files + 1);
  ::close(fd);
  EXPECT_EQ(resource_use().open_files, before.open_files);
}

}  // namespace
}  // namespace tally
