#include "platform/presence.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/temporary_folder.hpp"

namespace tally::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A program with this name that is there until it is killed; gives its id and that of its child,
// which runs another program by then: until it does, it shares its parent's lock.
struct Program {
  pid_t self = -1;
  pid_t child = -1;
};

Program start_program(const std::filesystem::path& folder, const std::string& name) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t self = ::fork();
  if (self == 0) {
    const auto presence = Presence::begin(folder, name);
    int started[2];
    if (::pipe2(started, O_CLOEXEC) != 0) ::_exit(1);
    const pid_t child = presence ? ::fork() : -1;
    if (child == 0) {
      ::execlp("sleep", "sleep", "1000", static_cast<char*>(nullptr));
      ::_exit(1);
    }
    ::close(started[1]);
    char none = 0;
    if (::read(started[0], &none, 1) != 0) ::_exit(1);  // Closed by the child's exec.
    if (::write(ready[1], &child, sizeof child) != sizeof child) ::_exit(1);
    while (true) ::pause();
  }
  Program program{self, -1};
  EXPECT_EQ(::read(ready[0], &program.child, sizeof program.child),
            static_cast<ssize_t>(sizeof program.child));
  EXPECT_GT(program.child, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  return program;
}

void kill_program(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(PresenceTest, TellsWhoDiedFromWhoLives) {
  const TemporaryFolder folder;
  const auto running = folder.path() / "running";
  const Program first = start_program(running, "first");
  const Program second = start_program(running, "second");
  const auto me = Presence::begin(running, "me");
  ASSERT_TRUE(me) << me.error().message;
  EXPECT_THAT(me->ended(), IsEmpty());
  kill_program(first.self);  // Its child lives on, and keeps nothing locked.
  EXPECT_THAT(me->ended(), ElementsAre("first"));
  EXPECT_FALSE(me->lives("first"));
  EXPECT_TRUE(me->lives("second"));
  EXPECT_TRUE(me->lives("me"));
  EXPECT_FALSE(me->lives("nobody"));
  me->forget("first");
  EXPECT_THAT(me->ended(), IsEmpty());
  kill_program(second.self);
  EXPECT_THAT(me->ended(), ElementsAre("second"));
  for (const pid_t child : {first.child, second.child}) ::kill(child, SIGKILL);
}

TEST(PresenceTest, LeavesNothingWhereItEndsInOrder) {
  const TemporaryFolder folder;
  const auto other = Presence::begin(folder.path(), "other");
  ASSERT_TRUE(other);
  {
    auto begun = Presence::begin(folder.path(), "moved");
    ASSERT_TRUE(begun);
    const Presence moved = *std::move(begun);
    EXPECT_EQ(moved.name(), "moved");
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "moved"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "moved"));
  EXPECT_THAT(other->ended(), IsEmpty());
}

TEST(PresenceTest, SaysWhyItCantBegin) {
  const TemporaryFolder folder;
  const auto there = Presence::begin(folder.path() / "name", "me");
  ASSERT_TRUE(there);
  const auto none = Presence::begin(folder.path() / "name" / "me", "me");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code.name, "file.unwritable");
}

}  // namespace
}  // namespace tally::platform
