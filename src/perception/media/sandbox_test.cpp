// Canaries: tally-decoder enters its sandbox and tries what it must not be able to do.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <string>

#include "perception/media/decoder/canary.hpp"

namespace tally::media {
namespace {

// The wait status of `tally-decoder --canary NAME`.
int status_of(const std::string& name) {
  std::string program = TALLY_BINARY_DIR "/tally-decoder";
  std::string flag = "--canary";
  std::string canary = name;
  char* arguments[] = {program.data(), flag.data(), canary.data(), nullptr};
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ), 0);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return status;
}

TEST(Sandbox, LetsTheDecoderLive) {
  const int status = status_of("nothing");
  ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), decoder::kCanaryAlive);
}

TEST(Sandbox, AnUnknownCanaryIsNoProof) {
  EXPECT_EQ(WEXITSTATUS(status_of("flap")), decoder::kCanaryUnknown);
}

class ForbiddenCall : public ::testing::TestWithParam<const char*> {};

TEST_P(ForbiddenCall, KillsTheDecoder) {
  const int status = status_of(GetParam());
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit status " << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

#if __has_feature(address_sanitizer)
// The sanitizer's runtime writes its reports.
constexpr const char* kWriteOrOpen = "open";
#else
constexpr const char* kWriteOrOpen = "write";
#endif

INSTANTIATE_TEST_SUITE_P(Media, ForbiddenCall,
                         ::testing::Values("open", "create", "socket", "exec", "fork", "kill",
                                           "ptrace", "read", kWriteOrOpen));

class RefusedByOtherMeans : public ::testing::TestWithParam<const char*> {};

TEST_P(RefusedByOtherMeans, StopsWithoutSeccompToo) {
  const int status = status_of(GetParam());
  ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), decoder::kCanaryRefused);
}

// Landlock came with Linux 5.13, its TCP rules with 6.7. The test machine has both.
INSTANTIATE_TEST_SUITE_P(Media, RefusedByOtherMeans,
                         ::testing::Values("landlock-open", "landlock-create", "landlock-connect",
                                           "limit-files"));

#if !__has_feature(address_sanitizer)
TEST(Sandbox, ExecutableMemoryKillsTheDecoder) {
  EXPECT_EQ(WTERMSIG(status_of("executable-memory")), SIGSYS);
}

TEST(Sandbox, MemoryIsLimited) {
  EXPECT_EQ(WEXITSTATUS(status_of("limit-memory")), decoder::kCanaryRefused);
}
#endif

}  // namespace
}  // namespace tally::media
