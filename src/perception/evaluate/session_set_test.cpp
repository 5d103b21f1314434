#include "perception/evaluate/session_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "perception/evaluate/testing_folder.hpp"

namespace tally::evaluate {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::Folder;
using ::testing::HasSubstr;
using testing::kTwoCameras;
using testing::write_session;

TEST(SessionSet, FindsSessionsByNameAndNothingElse) {
  const Folder here;
  write_session(here, "set/b");
  write_session(here, "set/a");
  here.write("set/notes/readme", "x");
  here.write("set/session.txt", "x");
  const auto sessions = find_sessions(here.path() / "set");
  ASSERT_TRUE(sessions) << sessions.error().message;
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ((*sessions)[0].name, "a");
  EXPECT_EQ((*sessions)[1].name, "b");
  EXPECT_THAT((*sessions)[0].cameras, ElementsAre("cam0", "cam1"));
  EXPECT_EQ(find_sessions(here.path() / "set", 1)->size(), 1U);
  EXPECT_EQ(find_sessions(here.path() / "set" / "b" / "").value()[0].name, "b");
}

TEST(SessionSet, AFolderWithoutSessionsIsToldWhatOneIs) {
  const Folder here;
  const auto none = find_sessions(here.path());
  EXPECT_EQ(none.error().code.name, "eval.no_sessions");
  EXPECT_THAT(none.error().message, HasSubstr("session.toml"));
  EXPECT_EQ(find_sessions(here.path() / "no").error().code.name, "file.not_found");
}

TEST(SessionSet, ASessionThatCantBeReadIsListedWithItsProblem) {
  const Folder here;
  here.write("a/session.toml", "version = = 1");
  here.write("b/session.toml", "version = 1\n");
  here.write("c/session.toml", "[[video]]\nfile = \"x\"\n");
  here.write("d/session.toml", "x = \xC3\xA9\n");
  const auto sessions = find_sessions(here.path()).value();
  EXPECT_THAT(sessions[0].problem, HasSubstr("a/session.toml:1:"));
  EXPECT_THAT(sessions[1].problem, HasSubstr("names no video"));
  EXPECT_THAT(sessions[2].problem, HasSubstr("c/session.toml:1: [[video]] must name its camera"));
  EXPECT_THAT(sessions[3].problem, HasSubstr("d/session.toml:1:"));
}

TEST(SessionSet, ReducedToSomeCamerasEverythingElseStays) {
  const auto reduced = with_cameras(kTwoCameras, {"cam1"}, "s");
  ASSERT_TRUE(reduced) << reduced.error().message;
  EXPECT_THAT(cameras_of(*reduced, "s").value(), ElementsAre("cam1"));
  EXPECT_THAT(*reduced, HasSubstr("version = 1"));
  EXPECT_THAT(*reduced, HasSubstr("layout.toml"));
  const auto first = with_cameras(kTwoCameras, {"cam0"}, "s");
  EXPECT_THAT(*first, HasSubstr("start_ms = 12"));
  EXPECT_THAT(with_cameras(kTwoCameras, {"cam7"}, "s").error().message,
              HasSubstr("no camera \"cam7\"; it has cam0, cam1"));
}

TEST(SessionSet, TheDigestIsOfNamesAndContentButNotOfTheTruth) {
  const Folder here;
  write_session(here, "a");
  const auto digest = [&] { return session_digest(here.path() / "a").value(); };
  const std::string before = digest();
  here.write("a/truth.json", "another truth");
  EXPECT_EQ(digest(), before);
  here.write("a/products/p01/0.jpg", "photo!");
  const std::string changed = digest();
  EXPECT_NE(changed, before);
  fs::rename(here.path() / "a/products/p01", here.path() / "a/products/p02");
  EXPECT_NE(digest(), changed);
}

TEST(SessionSet, ALentSessionHasNoTruthAndTheOriginalStaysAsItIs) {
  const Folder here;
  write_session(here, "a");
  const SessionSource source = find_sessions(here.path()).value()[0];
  ASSERT_TRUE(lend_session(source, {}, here.path() / "lent"));
  EXPECT_FALSE(here.has("lent/truth.json"));
  EXPECT_EQ(here.read("lent/session.toml"), kTwoCameras);
  EXPECT_EQ(here.read("lent/products/p01/0.jpg"), "photo");
  ASSERT_TRUE(lend_session(source, {"cam1"}, here.path() / "single"));
  EXPECT_THAT(cameras_of(here.read("single/session.toml"), "s").value(), ElementsAre("cam1"));
  EXPECT_EQ(here.read("a/session.toml"), kTwoCameras);
  EXPECT_FALSE(lend_session(source, {"cam9"}, here.path() / "none"));
}

// Where it leads out of the session, `tally process` refuses it; what it holds must not come in.
TEST(SessionSet, ALinkIsLentAsALink) {
  const Folder here;
  write_session(here, "a");
  here.write("secret", "far");
  fs::create_symlink("cam0.mp4", here.path() / "a/cam1.mp4");
  fs::create_symlink("../secret", here.path() / "a/out");
  const SessionSource source = find_sessions(here.path()).value()[0];
  ASSERT_TRUE(lend_session(source, {}, here.path() / "x/y/lent"));
  EXPECT_EQ(here.read("x/y/lent/cam1.mp4"), "video of a");
  EXPECT_EQ(fs::read_symlink(here.path() / "x/y/lent/out"), "../secret");
  const std::string before = session_digest(source.folder).value();
  here.write("secret", "farther");
  EXPECT_NE(session_digest(source.folder).value(), before);
}

}  // namespace
}  // namespace tally::evaluate
