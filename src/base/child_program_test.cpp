#include "base/child_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace tally {
namespace {

using ::testing::HasSubstr;

Result<void> shell(const std::string& script,
                   std::chrono::seconds time_max = std::chrono::minutes(1),
                   const std::stop_token& stop = {}) {
  return run_child({"/bin/sh", "-c", script}, time_max, stop);
}

// From here on pidfd_open fails for this thread, as on an old kernel.
bool forbid_pidfd() {
  std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// In a thread of its own, whose filter ends with it. False where filters can't be set.
bool without_pidfd(const std::function<void()>& body) {
  bool forbidden = false;
  std::jthread([&] {
    forbidden = forbid_pidfd();
    if (!forbidden) return;
    EXPECT_EQ(::syscall(SYS_pidfd_open, ::getpid(), 0), -1);
    body();
  }).join();
  return forbidden;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

TEST(ChildProgram, ThatEndsWellIsNoError) { EXPECT_TRUE(shell("echo data; echo message >&2")); }

TEST(ChildProgram, ItsLastWordsAreTheError) {
  const auto failed =
      shell("echo first >&2; echo 'tally: error[media.empty]: a: has no bytes' >&2; exit 1");
  EXPECT_EQ(failed.error().code.name, "child.failed");
  EXPECT_EQ(failed.error().message, "error[media.empty]: a: has no bytes");
  EXPECT_EQ(shell("exit 7").error().message, "ended with exit status 7");
}

TEST(ChildProgram, ThatCrashesIsToldByItsSignal) {
  EXPECT_THAT(shell("kill -SEGV $$").error().message, HasSubstr("killed by signal 11"));
}

TEST(ChildProgram, ThatIsNotThereCantBeStarted) {
  EXPECT_THAT(run_child({"/no/such/program"}, std::chrono::seconds(1), {}).error().message,
              HasSubstr("can't start /no/such/program"));
}

TEST(ChildProgram, ThatTakesTooLongIsEnded) {
  EXPECT_THAT(shell("exec sleep 600", std::chrono::seconds(0)).error().message,
              HasSubstr("did not end within 0 s"));
}

TEST(ChildProgram, ThatIsStoppedEndsBeforeTheCallReturns) {
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = shell("exec sleep 600", std::chrono::minutes(5), stop.get_token());
  EXPECT_EQ(stopped.error().code.name, "child.stopped");
}

// Or the next one would find it still writing where it writes.
TEST(ChildProgram, ThatIsStoppedTakesWithItWhatItHadStarted) {
  std::stop_source stop;
  pid_t started = 0;
  const auto stopped =
      run_child({"/bin/sh", "-c", "(trap '' TERM; sleep 600) & echo $! >&2; wait"},
                std::chrono::minutes(5), stop.get_token(), [&](std::string_view line) {
                  started = static_cast<pid_t>(std::stol(std::string(line)));
                  stop.request_stop();
                });
  EXPECT_EQ(stopped.error().code.name, "child.stopped");
  ASSERT_GT(started, 0);
  // Gone, or waiting to be reaped by whoever inherits it.
  const auto lives = [&] {
    std::ifstream stat("/proc/" + std::to_string(started) + "/stat");
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(')');
    return end != std::string::npos && end + 2 < text.size() && text[end + 2] != 'Z';
  };
  while (lives()) std::this_thread::yield();  // It was killed: that it ends is a matter of time.
}

TEST(ChildProgram, ItsLinesAreHeardAsTheyCome) {
  std::vector<std::string> heard;
  const auto ended =
      run_child({"/bin/sh", "-c", "printf 'a\nb\nhalf' >&2"}, std::chrono::minutes(1), {},
                [&](std::string_view line) { heard.emplace_back(line); });
  EXPECT_TRUE(ended);
  EXPECT_EQ(heard, (std::vector<std::string>{"a", "b"}));
}

// A pipe that nobody reads would hold it for ever.
TEST(ChildProgram, MayTalkALot) {
  const auto failed =
      shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1");
  EXPECT_EQ(failed.error().message, "line 19999");
}

TEST(ChildProgram, WithoutPidfdIsHeldToItsTimeAndToldJustTheSame) {
  const bool could = without_pidfd([] {
    EXPECT_TRUE(shell("exit 0"));
    EXPECT_EQ(shell("echo last words >&2; exit 3").error().message, "last words");
    EXPECT_THAT(shell("kill -SEGV $$").error().message, HasSubstr("killed by signal 11"));
    EXPECT_THAT(shell("exec sleep 600", std::chrono::seconds(0)).error().message,
                HasSubstr("did not end within 0 s"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(shell("exec sleep 600", std::chrono::minutes(5), stop.get_token()).error().code.name,
              "child.stopped");
  });
  if (!could) GTEST_SKIP() << "no seccomp filters here";
}

// Neither a closed standard error nor one that a grandchild holds tells that the child has ended.
TEST(ChildProgram, WithoutPidfdMayCloseOrLeaveOpenItsStandardError) {
  const bool could = without_pidfd([] {
    EXPECT_EQ(shell("exec 2>&-; read line < /dev/null; exit 3").error().message,
              "ended with exit status 3");
    EXPECT_THAT(shell("exec sleep 600 2>&-", std::chrono::seconds(0)).error().message,
                HasSubstr("did not end within 0 s"));
    EXPECT_EQ(shell("sleep 5 & exit 4", std::chrono::seconds(60)).error().message,
              "ended with exit status 4");
  });
  if (!could) GTEST_SKIP() << "no seccomp filters here";
}

TEST(ChildProgram, ThatClosesItsStandardErrorCostsNothingWhileItRuns) {
  const double before = cpu_seconds();
  EXPECT_THAT(shell("exec sleep 600 2>&-", std::chrono::seconds(1)).error().message,
              HasSubstr("did not end within 1 s"));
  EXPECT_LT(cpu_seconds() - before, 0.3);
}

}  // namespace
}  // namespace tally
