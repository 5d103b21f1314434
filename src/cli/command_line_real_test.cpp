// What the program does with a real model and real clips, seen from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <memory>

#include "cli/testing_program.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using Json = nlohmann::json;
using testing::Ended;
using testing::Workplace;

const fs::path kData = fs::path(TALLY_SOURCE_DIR) / ".." / "shared" / "data";
const std::string kGraph = (kData / "models" / "yolox_nano_416_fp32.onnx").string();
const std::string kBottles = (kData / "videos" / "bottle-detection_take4_put4.mp4").string();
const std::string kQuietClip = (kData / "videos" / "sam2_cups_hands.mp4").string();
const std::string kBus = (kData / "images" / "bus.jpg").string();

class RealCommandLine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!fs::exists(kGraph)) return;
    model_place_ = std::make_unique<Workplace>();
    const Ended ended =
        model_place_->tally({"compile", kGraph, "-o", "yolox", "--names", "coco80"});
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
  }
  static void TearDownTestSuite() { model_place_.reset(); }
  void SetUp() override {
    if (!model_place_) GTEST_SKIP() << "needs ../shared/data";
  }
  static std::string model() { return (model_place_->path() / "yolox").string(); }

  Workplace here_;
  static std::unique_ptr<Workplace> model_place_;
};
std::unique_ptr<Workplace> RealCommandLine::model_place_;

TEST_F(RealCommandLine, ProcessWritesCartReportAndClips) {
  const Ended ended = here_.tally({"process", kBottles, "--model", model(), "-o", "results"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("Report: results/report.html"));
  EXPECT_THAT(ended.out, HasSubstr("bottle"));
  EXPECT_THAT(ended.err, IsEmpty());
  const Json cart = Json::parse(here_.read("results/cart.json"));
  EXPECT_EQ(cart["schema"], "tally.cart.v1");
  ASSERT_FALSE(cart["events"].empty());
  for (const Json& event : cart["events"]) {
    EXPECT_GT(here_.read("results/" + event["evidence"].get<std::string>()).size(), 1000U);
  }
  EXPECT_THAT(here_.read("results/report.html"), HasSubstr("data:video/mp4;base64,"));
  EXPECT_THAT(here_.entries(), ::testing::ElementsAre("results"));
}

TEST_F(RealCommandLine, WithJsonStandardOutputIsTheCartAndNoFileAppears) {
  const Ended ended = here_.tally({"process", kQuietClip, "--model", model(), "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json cart = Json::parse(ended.out);
  EXPECT_EQ(cart["schema"], "tally.cart.v1");
  EXPECT_TRUE(cart["events"].empty());
  EXPECT_THAT(ended.err, IsEmpty());
  EXPECT_THAT(here_.entries(), IsEmpty());
}

TEST_F(RealCommandLine, ClipsOfAnEarlierRunDoNotStay) {
  here_.write("results/evidence/0099.mp4", "old");
  here_.write("results/cart.json", R"({"schema": "tally.cart.v1"})");
  here_.write("results/mine.txt", "mine");
  const Ended ended = here_.tally({"process", kQuietClip, "--model", model(), "-o", "results"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_FALSE(fs::exists(here_.path() / "results/evidence/0099.mp4"));
  EXPECT_EQ(here_.read("results/mine.txt"), "mine");
}

// A folder called evidence may hold anything.
TEST_F(RealCommandLine, AFolderThatHoldsOtherThingsIsRefusedAndKept) {
  here_.write("mine/evidence/notes.txt", "mine");
  const Ended ended = here_.tally({"process", kQuietClip, "--model", model(), "-o", "mine"});
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("give a folder of its own with -o"));
  EXPECT_EQ(here_.read("mine/evidence/notes.txt"), "mine");
}

TEST_F(RealCommandLine, WhatIsNoVideoFailsAndLeavesNoFolder) {
  here_.write("empty.mp4", "");
  here_.write("text.mp4", "this is a text and not a video, whatever its name says\n");
  for (const std::string& name : {"empty.mp4", "text.mp4"}) {
    const Ended ended = here_.tally({"process", name, "--model", model(), "-o", "results"});
    EXPECT_EQ(ended.exit_code, 1) << name;
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err,
                MatchesRegex("tally: error\\[media\\.[a-z_]+\\]: [^\n]*" + name + "[^\n]*\n"));
  }
  EXPECT_THAT(here_.entries(), ::testing::ElementsAre("empty.mp4", "text.mp4"));
}

TEST_F(RealCommandLine, AListGoesOnAfterABadClip) {
  here_.write("empty.mp4", "");
  const std::string list =
      "no.mp4\n" + kQuietClip + "\n\nempty.mp4\r\n" + std::string(5000, 'x') + "\n" + kQuietClip;
  const Ended ended = here_.tally({"process", "--stdin-list", "--model", model()}, list);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.err, HasSubstr("3 of 5 videos failed"));
  std::vector<Json> lines;
  for (std::size_t at = 0; at < ended.out.size();) {
    const std::size_t end = ended.out.find('\n', at);
    lines.push_back(Json::parse(ended.out.substr(at, end - at)));
    at = end + 1;
  }
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0]["error"]["code"], "media.not_found");
  EXPECT_EQ(lines[2]["error"]["code"], "media.empty");
  EXPECT_EQ(lines[3]["error"]["code"], "cli.usage");
  EXPECT_EQ(lines[1]["cart"]["schema"], "tally.cart.v1");
  lines[1]["cart"].erase("stats");
  lines[4]["cart"].erase("stats");
  EXPECT_EQ(lines[1], lines[4]) << "what came between two runs of a clip changes nothing";
}

TEST_F(RealCommandLine, AListOfGoodClipsSucceeds) {
  const Ended ended =
      here_.tally({"process", "--stdin-list", "--model", model()}, kQuietClip + "\n");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(std::ranges::count(ended.out, '\n'), 1);
}

std::string session_of(const std::vector<std::string>& cameras) {
  std::string text = "version = 1\n";
  for (const std::string& camera : cameras) {
    text += "[[video]]\ncamera = \"" + camera + "\"\nfile = \"" + camera + ".mp4\"\n";
  }
  return text;
}

TEST_F(RealCommandLine, ASessionFolderOfOneCameraGivesTheVideosCart) {
  here_.write("visit/session.toml", session_of({"left", "right"}));
  fs::copy(kBottles, here_.path() / "visit/left.mp4");
  const Ended ended = here_.tally({"process", "visit/", "--model", model(), "--json", "-o", "out"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err,
              MatchesRegex("[^\n]*camera right was lost: [^\n]*right.mp4: is not there\n"));
  Json cart = Json::parse(ended.out);
  EXPECT_EQ(cart["inputs"]["videos"][1]["problem"], "media.not_found");
  const std::string page = here_.read("out/report.html");
  EXPECT_THAT(page, HasSubstr("left.mp4"));
  EXPECT_THAT(page, HasSubstr("<title>Nothing to charge &#183; visit</title>"));
  const Ended video = here_.tally({"process", kBottles, "--model", model(), "--json"});
  const Json alone = Json::parse(video.out);
  EXPECT_EQ(cart["lines"], alone["lines"]);
  EXPECT_EQ(cart["decision"], alone["decision"]);
  ASSERT_FALSE(cart["events"].empty());
  EXPECT_EQ(cart["events"][0]["evidence"], "evidence/0001_left.mp4");
  EXPECT_EQ(cart["events"][0]["clips"]["left"], "evidence/0001_left.mp4");
  EXPECT_TRUE(fs::exists(here_.path() / "out/evidence/0001_left.mp4"));
}

TEST_F(RealCommandLine, SeveralCamerasNeedACalibratedLayout) {
  here_.write("visit/session.toml", session_of({"left", "right"}));
  fs::copy(kQuietClip, here_.path() / "visit/left.mp4");
  fs::copy(kQuietClip, here_.path() / "visit/right.mp4");
  const Ended none = here_.tally({"process", "visit", "--model", model()});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("several cameras need a layout with a [cabinet]"));
  here_.write("visit/layout.toml",
              "version = 1\n[cabinet]\nwidth = 0.8\nheight = 1.4\ndepth = 0.5\n"
              "[[product]]\nid = \"a\"\nsize = [0.07, 0.07, 0.12]\n[[shelf]]\nid = \"s\"\nz = 0.1\n"
              "[[facing]]\nid = \"f\"\nshelf = \"s\"\nproduct = \"a\"\nx = [0, 0.1]\n[[camera]]\n"
              "id = \"left\"\nsize = [1280, 720]\nfocal = [900, 900]\ncentre = [640, 360]\n"
              "position = [0, -0.2, 1.5]\nrotation = [[1, 0, 0], [0, -1, 0], [0, 0, -1]]\n");
  here_.write("visit/session.toml", "layout = \"layout.toml\"\n" + session_of({"left", "right"}));
  const Ended half = here_.tally({"process", "visit", "--model", model()});
  EXPECT_EQ(half.exit_code, 1);
  EXPECT_THAT(half.err, HasSubstr("lacks the calibration of right"));
}

TEST_F(RealCommandLine, AFolderWithoutSessionIsNotFound) {
  here_.write("visit/left.mp4", "x");
  const Ended ended = here_.tally({"process", "visit", "--model", model()});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.err, HasSubstr("session.toml"));
  here_.write("visit/session.toml", session_of({"left"}));
  const Ended camera = here_.tally({"process", "visit", "--model", model(), "--camera", "left"});
  EXPECT_EQ(camera.exit_code, 2);
  EXPECT_THAT(here_.entries(), ::testing::ElementsAre("visit"));
}

TEST_F(RealCommandLine, AnInterruptLeavesNothingAndEndsByItsSignal) {
  const pid_t pid = here_.start({"process", kBottles, "--model", model(), "-o", "results"});
  // The staging folder is made before the first frame; then there is something to clean up.
  siginfo_t info{};
  while (here_.entries().empty()) {
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT), 0);
    ASSERT_EQ(info.si_pid, 0) << "ended before it began";
  }
  ::kill(pid, SIGINT);
  const Ended ended = here_.wait(pid);
  EXPECT_EQ(ended.signal, SIGINT);
  EXPECT_THAT(ended.err, HasSubstr("interrupted"));
  EXPECT_THAT(here_.entries(), IsEmpty());
}

TEST_F(RealCommandLine, DetectTellsWhatIsInAPicture) {
  const Ended json = here_.tally({"detect", kBus, "--model", model(), "--json"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const Json image = Json::parse(json.out)["images"][0];
  EXPECT_EQ(image["width"], 810);
  EXPECT_EQ(image["height"], 1080);
  const auto is_bus = [](const Json& found) { return found["class"] == "bus"; };
  EXPECT_TRUE(std::ranges::any_of(image["detections"], is_bus));
  EXPECT_THAT(here_.tally({"detect", kBus, "--model", model()}).out, HasSubstr("person"));
  EXPECT_THAT(here_.entries(), IsEmpty());
}

TEST_F(RealCommandLine, DetectLooksAtTheFramesAskedForAndDrawsThem) {
  const Ended ended = here_.tally({"detect", kBottles, kBus, kBus, "--model", model(), "--frames",
                                   "0,30", "--draw", "seen", "--json", "-q"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json images = Json::parse(ended.out)["images"];
  ASSERT_EQ(images.size(), 4U);
  EXPECT_EQ(images[1]["frame"], 30);
  EXPECT_GT(images[1]["time_ms"], 900);
  for (const char* name : {"bottle-detection_take4_put4_000000.jpg", "bus.jpg", "bus-2.jpg"}) {
    EXPECT_THAT(here_.read(std::string("seen/") + name), ::testing::StartsWith("\xff\xd8"));
  }
  const Ended beyond = here_.tally({"detect", kBottles, "--model", model(), "--frames", "99999"});
  EXPECT_EQ(beyond.exit_code, 3);
  EXPECT_THAT(beyond.err, HasSubstr("the last is 1188"));
}

TEST_F(RealCommandLine, DetectFollowsThingsThroughAVideo) {
  const Ended ended = here_.tally(
      {"detect", kBottles, "--model", model(), "--frames", "0,3,6,9", "--track", "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json images = Json::parse(ended.out)["images"];
  const auto tracks_of = [](const Json& image) {
    std::set<int> tracks;
    for (const Json& found : image["detections"]) {
      if (found["class"] == "bottle" && found.contains("track")) tracks.insert(int{found["track"]});
    }
    return tracks;
  };
  EXPECT_EQ(tracks_of(images[1]).size(), 3U);
  EXPECT_EQ(tracks_of(images[1]), tracks_of(images[3]));
}

TEST_F(RealCommandLine, CompileDoesNotReplaceAPackageUnlessForced) {
  const std::vector<std::string> words{"compile", kGraph, "-o", "package", "--names", "coco80"};
  ASSERT_EQ(here_.tally(words).exit_code, 0);
  const Ended again = here_.tally(words);
  EXPECT_EQ(again.exit_code, 4);
  EXPECT_THAT(again.err, HasSubstr("--force"));
  std::vector<std::string> forced = words;
  forced.emplace_back("--force");
  EXPECT_EQ(here_.tally(forced).exit_code, 0);
}

TEST_F(RealCommandLine, APackageWhoseGraphWasChangedIsRefused) {
  fs::copy(model(), here_.path() / "package", fs::copy_options::recursive);
  here_.write("package/model.onnx", "something else");
  const Ended ended = here_.tally({"process", kQuietClip, "--model", "package"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.err, HasSubstr("model.onnx"));
  EXPECT_THAT(here_.entries(), Not(::testing::Contains("results")));
}

TEST_F(RealCommandLine, BenchSaysHowFastInJson) {
  const Ended engine =
      here_.tally({"bench", "engine", model(), "--seconds", "0.2", "--json", "-q"});
  ASSERT_EQ(engine.exit_code, 0) << engine.err;
  const Json speed = Json::parse(engine.out);
  EXPECT_GT(speed["inferences_per_second"], 0);
  for (const char* key : {"threads", "streams", "precision", "description", "latency_ms"}) {
    EXPECT_TRUE(speed.contains(key)) << key;
  }
  const Ended clip = here_.tally({"bench", "pipeline", kQuietClip, "--model", model(), "--repeat",
                                  "2", "--no-reference", "--json"});
  ASSERT_EQ(clip.exit_code, 0) << clip.err;
  const Json bench = Json::parse(clip.out);
  EXPECT_GT(bench["frames_per_second"], 0);
  EXPECT_EQ(bench["frames_per_second_runs"].size(), 2U);
  EXPECT_TRUE(bench["runs_agree"]);
  EXPECT_FALSE(bench.contains("reference"));
}

}  // namespace
}  // namespace tally::cli
