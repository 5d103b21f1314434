#include "perception/cart/session_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/files.hpp"
#include "perception/media/media_test_support.hpp"

namespace tally::cart {
namespace {

namespace fs = std::filesystem;
using media::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kGood = R"(version = 1
layout = "layout.toml"
photos = "products"
[[video]]
camera = "cam0"
file = "cam0.mp4"
[[video]]
camera = "cam1"
file = "video/cam1.mp4"
start_ms = 12
)";

Error error_of(std::string_view text) {
  const auto session = parse_session(text, "s.toml");
  EXPECT_FALSE(session) << text;
  return session ? Error{} : session.error();
}

std::string video(std::string_view camera, std::string_view file) {
  return "version = 1\n[[video]]\ncamera = \"" + std::string(camera) + "\"\nfile = \"" +
         std::string(file) + "\"\n";
}

TEST(SessionFile, IsReadWhole) {
  const SessionFile session = parse_session(kGood, "s.toml").value();
  EXPECT_EQ(session.layout, "layout.toml");
  EXPECT_EQ(session.photos, "products");
  EXPECT_TRUE(session.gallery.empty());
  ASSERT_EQ(session.videos.size(), 2U);
  EXPECT_EQ(session.videos[0].start, SessionTime{0});
  EXPECT_EQ(session.videos[1].camera, "cam1");
  EXPECT_EQ(session.videos[1].file, "video/cam1.mp4");
  EXPECT_EQ(session.videos[1].start, std::chrono::milliseconds(12));
  EXPECT_EQ(parse_session(video("cam0", "a.mp4"), "s.toml")->layout, "");
  EXPECT_EQ(session.kind, SessionKind::kShopping);
  EXPECT_EQ(parse_session("kind = \"restock\"\n" + video("cam0", "a.mp4"), "s.toml")->kind,
            SessionKind::kRestock);
}

TEST(SessionFile, SaysWhereAndWhatIsWrong) {
  const std::string good = video("c", "c.mp4");
  for (const auto& [text, code, message] : std::vector<std::array<std::string, 3>>{
           {"", "session.version", "s.toml:1:1: it must begin with \"version = 1\""},
           {"version = 2", "session.version", "version 2 is not known here"},
           {"version = ", "session.syntax", "s.toml:1:"},
           {"version = 1", "session.syntax", "write a [[video]]"},
           {"version = 1\nvideo = 3", "session.syntax", "write [[video]]"},
           {good + "[[video]]\ncamera = \"d\"\n", "session.syntax", "\"file\" must be given"},
           {good + "camara = \"d\"\n", "session.syntax", "s.toml:5:1: unknown key \"camara\""},
           {good + "start_ms = 1.5\n", "session.syntax", "a whole number"},
           {good + "start_ms = -1\n", "session.value", "0 to 600000"},
           {"videos = 1\n" + good, "session.syntax", "unknown key \"videos\""},
           {"kind = \"repair\"\n" + good, "session.value", "s.toml:1:8: \"kind\" must be"},
           {"photos = \"p\"\ngallery = \"g\"\n" + good, "session.value",
            "s.toml:2:11: give either"},
           {good + "[[video]]\ncamera = \"c\"\nfile = \"d.mp4\"\n", "session.value",
            "camera \"c\" has a video already"},
           {good + "[[video]]\ncamera = \"d\"\nfile = \"./c.mp4\"\n", "session.value",
            "is the video of camera \"c\" already"}}) {
    const Error error = error_of(text);
    EXPECT_EQ(error.code.name, code) << error.message;
    EXPECT_THAT(error.message, HasSubstr(message));
    EXPECT_THAT(error.message, StartsWith("s.toml:"));
  }
}

TEST(SessionFile, PathsStayInTheFolder) {
  for (const char* path : {"/etc/passwd", "../c.mp4", "a/../../c.mp4", "a/..", "c\\u0000.mp4"}) {
    EXPECT_THAT(error_of(video("c", path)).message,
                HasSubstr("s.toml:4:8: \"file\" must be a path"));
    const std::string layout = "layout = \"" + std::string(path) + "\"\n" + video("c", "c.mp4");
    EXPECT_THAT(error_of(layout).message, HasSubstr("s.toml:1:10: \"layout\" must be a path"));
  }
  EXPECT_TRUE(parse_session(video("c", "a/..b/c..mp4"), "s.toml"));
}

TEST(SessionFile, CamerasNameFiles) {
  for (const std::string& camera :
       {std::string("a/b"), std::string(".a"), std::string("-a"), std::string("caf\u00e9"),
        std::string("a b"), std::string(kCameraIdBytesMax + 1, 'a')}) {
    EXPECT_THAT(error_of(video(camera, "c.mp4")).message, HasSubstr("since it names files"));
  }
  EXPECT_TRUE(parse_session(video(std::string(kCameraIdBytesMax, 'a'), "c.mp4"), "s.toml"));
  EXPECT_TRUE(parse_session(video("_Top-Left.2", "c.mp4"), "s.toml"));
}

TEST(SessionFile, HoldsItsLimits) {
  std::string text = "version = 1\n";
  const auto add = [&](std::size_t i) {
    text += "[[video]]\ncamera = \"c" + std::to_string(i) + "\"\nfile = \"" + std::to_string(i) +
            ".mp4\"\n";
  };
  for (std::size_t i = 0; i < kSessionVideosMax; ++i) add(i);
  EXPECT_TRUE(parse_session(text, "s.toml"));
  add(kSessionVideosMax);
  EXPECT_THAT(error_of(text).message, HasSubstr("more than 16 of video"));
}

class SessionFolder : public ::testing::Test {
 protected:
  void write(std::string_view name, std::string_view content) const {
    ASSERT_TRUE(write_file_atomically(folder_ / name, content));
  }
  [[nodiscard]] Error load_error() const {
    const auto session = load_session(folder_.path());
    EXPECT_FALSE(session);
    return session ? Error{} : session.error();
  }
  TemporaryFolder folder_;
};

TEST_F(SessionFolder, AVideoThatIsNotThereIsACameraLess) {
  write("session.toml", kGood);
  write("layout.toml", "");
  write("products/p/0.jpg", "");
  write("cam0.mp4", "x");
  const SessionFile session = load_session(folder_.path()).value();
  EXPECT_EQ(session.videos[0].file, folder_ / "cam0.mp4");
  EXPECT_EQ(session.layout, folder_ / "layout.toml");
  EXPECT_FALSE(session.videos[0].missing);
  EXPECT_TRUE(session.videos[1].missing);
  EXPECT_EQ(session.videos_there(), 1U);
  fs::remove(folder_ / "cam0.mp4");
  EXPECT_EQ(load_error().code.name, "session.no_video");
  EXPECT_EQ(load_error().code.kind, ErrorKind::kNotFound);
}

TEST_F(SessionFolder, AnythingElseThatIsNamedMustBeThere) {
  EXPECT_EQ(load_error().code.kind, ErrorKind::kNotFound);
  write("session.toml", kGood);
  write("cam0.mp4", "x");
  EXPECT_THAT(load_error().message, HasSubstr("names it as the session's layout"));
  write("layout.toml", "");
  EXPECT_THAT(load_error().message, HasSubstr("names it as the session's photos"));
  EXPECT_EQ(load_error().code.name, "session.missing");
}

TEST_F(SessionFolder, LinksDoNotLeadOutOfIt) {
  const TemporaryFolder elsewhere;
  ASSERT_TRUE(write_file_atomically(elsewhere / "secret.mp4", "x"));
  write("session.toml", video("c", "c.mp4"));
  fs::create_symlink(elsewhere / "secret.mp4", folder_ / "c.mp4");
  EXPECT_EQ(load_error().code.name, "session.value");
  EXPECT_THAT(load_error().message, HasSubstr("leads out of the session's folder"));
  fs::remove(folder_ / "c.mp4");
  write("real.mp4", "x");
  fs::create_symlink("real.mp4", folder_ / "c.mp4");
  EXPECT_TRUE(load_session(folder_.path()));
}

TEST_F(SessionFolder, AFileOverTheLimitIsRefused) {
  write("session.toml", std::string(kSessionBytesMax + 1, '#'));
  EXPECT_EQ(load_error().code.name, "session.unreadable");
}

}  // namespace
}  // namespace tally::cart
