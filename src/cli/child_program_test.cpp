#include "cli/child_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::cli {
namespace {

using ::testing::HasSubstr;

Result<void> shell(const std::string& script,
                   std::chrono::seconds time_max = std::chrono::minutes(1),
                   const std::stop_token& stop = {}) {
  return run_child({"/bin/sh", "-c", script}, time_max, stop);
}

TEST(ChildProgram, ThatEndsWellIsNoError) { EXPECT_TRUE(shell("echo data; echo message >&2")); }

TEST(ChildProgram, ItsLastWordsAreTheError) {
  const auto failed =
      shell("echo first >&2; echo 'tally: error[media.empty]: a: has no bytes' >&2; exit 1");
  EXPECT_EQ(failed.error().code.name, "cli.child");
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
  EXPECT_EQ(stopped.error().code.name, "cli.interrupted");
}

// A pipe that nobody reads would hold it for ever.
TEST(ChildProgram, MayTalkALot) {
  const auto failed =
      shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1");
  EXPECT_EQ(failed.error().message, "line 19999");
}

}  // namespace
}  // namespace tally::cli
