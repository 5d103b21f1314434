// What `tally audit` says of two pictures, seen from outside: of a drawn cabinet, and an embedder
// that knows colours.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/testing_program.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/identify/testing_view.hpp"
#include "perception/inference/tiny_graph.hpp"
#include "perception/vision/draw.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using identify::testing::Scene;
using identify::testing::shoot;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using testing::Workplace;

constexpr std::array<vision::Box, 3> kBoxes{
    {{0.05F, 0.3F, 0.25F, 0.6F}, {0.4F, 0.3F, 0.6F, 0.6F}, {0.75F, 0.3F, 0.95F, 0.6F}}};

std::string layout_text() {
  std::string text =
      "version = 1\n[[camera]]\nid = \"cam0\"\n[[camera]]\nid = \"blind\"\nzone = [0, 0, 1, 1]\n";
  for (const char* id : {"a", "b", "c"}) text += fmt::format("[[product]]\nid = \"{}\"\n", id);
  for (std::size_t i = 0; i < kBoxes.size(); ++i) {
    const vision::Box& box = kBoxes[i];
    text += fmt::format("[[facing]]\nid = \"f{}\"\nproduct = \"{}\"\n", i + 1,
                        std::string(1, static_cast<char>('a' + i)));
    text += fmt::format("[[view]]\ncamera = \"cam0\"\nfacing = \"f{}\"\nbox = [{}, {}, {}, {}]\n",
                        i + 1, box.left, box.top, box.right, box.bottom);
  }
  return text;
}

std::string picture(const std::vector<int>& kinds, float light = 1) {
  Scene scene;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != 0) scene.packs.push_back({kinds[i], kBoxes[i]});
  }
  return vision::encode_jpeg(vision::to_picture(shoot(scene, {.light = light}))).value();
}

class AuditCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    here_.write("layout.toml", layout_text());
    here_.write("full.jpg", picture({1, 2, 3}));
    here_.write("fewer.jpg", picture({1, 0, 3}, 0.9F));
    here_.write("swapped.jpg", picture({1, 3, 3}));
  }
  [[nodiscard]] Ended audit(const std::string& before, const std::string& after,
                            std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"audit", before, after, "--layout", "layout.toml"};
    words.insert(words.end(), more.begin(), more.end());
    return here_.tally(words);
  }
  // The one way an error looks.
  static void expect_error(const Ended& ended, int exit_code, const std::string& words) {
    EXPECT_EQ(ended.exit_code, exit_code);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, MatchesRegex("tally: error\\[[a-z_.]+\\]: [^\n]+\n"));
    EXPECT_THAT(ended.err, HasSubstr(words));
  }

  Workplace here_;
};

TEST_F(AuditCommand, SaysWhatLeftAndWhatCame) {
  const Ended left = audit("full.jpg", "fewer.jpg");
  EXPECT_EQ(left.exit_code, 0) << left.err;
  EXPECT_THAT(left.err, IsEmpty());
  EXPECT_THAT(left.out, ::testing::StartsWith("1 item left, nothing came; "));
  EXPECT_THAT(left.out, HasSubstr("f2"));
  EXPECT_THAT(left.out, ::testing::Not(HasSubstr("f1")));
  EXPECT_THAT(audit("fewer.jpg", "full.jpg").out,
              ::testing::StartsWith("nothing left, 1 item came; "));
  EXPECT_THAT(audit("full.jpg", "full.jpg").out,
              MatchesRegex("nothing left, nothing came; [^\n]* sure\n"));
}

TEST_F(AuditCommand, JsonHasAllProbabilities) {
  const Ended ended = audit("full.jpg", "fewer.jpg", {"--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json["schema"], "tally.audit.v1");
  EXPECT_EQ(json["left"], 1);
  EXPECT_EQ(json["came"], 0);
  ASSERT_EQ(json["facings"].size(), 3U);
  EXPECT_EQ(json["facings"][1]["change"], "gone");
  double sum = 0;
  for (const auto& [name, value] : json["facings"][1]["probabilities"].items()) {
    sum += value.get<double>();
  }
  EXPECT_NEAR(sum, 1, 1e-3);
  EXPECT_EQ(json["lines"][1]["product"], "b");
  EXPECT_EQ(json["lines"][1]["left"], 1);
  EXPECT_TRUE(json["alignment"]["found"]);
  EXPECT_EQ(audit("full.jpg", "fewer.jpg", {"--json"}).out, ended.out);
}

TEST_F(AuditCommand, AFacingThatTheCameraNoLongerSeesIsToldAndNotGuessed) {
  const auto part = [&](const std::string& name, int left, int right) {
    const vision::Picture whole =
        vision::to_picture(identify::read_photo(here_.path() / "full.jpg").value());
    vision::Picture cut;
    cut.size = {right - left, whole.size.height};
    for (int y = 0; y < whole.size.height; ++y) {
      const auto row = whole.rgb.begin() + (y * whole.size.width + left) * 3;
      cut.rgb.insert(cut.rgb.end(), row, row + cut.size.width * 3);
    }
    here_.write(name, vision::encode_jpeg(cut).value());
    return cut.size.width;
  };
  const int width =
      vision::to_picture(identify::read_photo(here_.path() / "full.jpg").value()).size.width;
  const int shift = width / 14;
  part("left.jpg", 0, width - shift);
  part("right.jpg", shift, width);
  std::string layout = layout_text();
  layout +=
      "[[facing]]\nid = \"edge\"\nproduct = \"a\"\n[[view]]\ncamera = \"cam0\"\n"
      "facing = \"edge\"\nbox = [0.0, 0.7, 0.04, 0.9]\n";
  here_.write("layout.toml", layout);
  const Ended ended = audit("left.jpg", "right.jpg");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err + ended.out, HasSubstr("no longer sees facing edge"));
}

TEST_F(AuditCommand, APictureOfAnotherShapeThanTheCalibrationsIsRefused) {
  here_.write("layout.toml", R"(version = 1
[cabinet]
width = 0.8
height = 1.4
depth = 0.5
[[product]]
id = "a"
size = [0.066, 0.066, 0.122]
[[shelf]]
id = "s1"
z = 0.05
[[facing]]
id = "f1"
shelf = "s1"
product = "a"
x = [-0.1, 0.1]
[[camera]]
id = "cam0"
size = [1280, 400]
focal = [600.0, 600.0]
centre = [640.0, 200.0]
position = [0.0, -1.0, 0.1]
rotation = [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]
)");
  expect_error(audit("full.jpg", "full.jpg"), 1, "full.jpg");
}

TEST_F(AuditCommand, WithAGalleryItSaysWhichProductStandsThereNow) {
  inference::write_tiny_graph(
      {.input = {1, 3, 64, 64}, .outputs = {{16}}, .gain = 0.02F, .unit_length = true},
      here_.path() / "tiny.xml");
  ASSERT_EQ(here_.tally({"compile", "tiny.xml", "-o", "models/embedder"}).exit_code, 0);
  // What an enrolment photo shows is what the audit cuts out: the pack and a little around it.
  for (int i = 0; i < 3; ++i) {
    const Scene pack{{{i + 1, {0.08F, 0.08F, 0.92F, 0.92F}}}};
    here_.write(fmt::format("photos/{}/1.jpg", std::string(1, static_cast<char>('a' + i))),
                vision::encode_jpeg(vision::to_picture(shoot(pack, {.width = 100, .height = 100})))
                    .value());
  }
  ASSERT_EQ(here_.tally({"enroll", "--photos", "photos"}).exit_code, 0);
  const Ended ended = audit("full.jpg", "swapped.jpg", {"--gallery", "gallery", "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json facing = Json::parse(ended.out)["facings"][1];
  EXPECT_EQ(facing["change"], "other") << facing;
  EXPECT_EQ(facing["other_product"], "c");
}

TEST_F(AuditCommand, WhatIsMissingOrDoesNotFitIsTold) {
  expect_error(audit("none.jpg", "full.jpg"), 3, "none.jpg");
  expect_error(audit("full.jpg", "none.jpg"), 3, "none.jpg");
  expect_error(audit("full.jpg", "full.jpg", {"--camera", "top"}), 2, "it has cam0, blind");
  expect_error(audit("full.jpg", "full.jpg", {"--camera", "blind"}), 2, "[[view]]");
  expect_error(audit("full.jpg", "full.jpg", {"--gallery", "none"}), 3, "none");
  expect_error(audit("full.jpg", "full.jpg", {"--model", "none"}), 3, "none");
  here_.write("text.jpg", "no picture");
  expect_error(audit("full.jpg", "text.jpg"), 1, "text.jpg");
  expect_error(here_.tally({"audit", "full.jpg", "full.jpg", "--layout", "none.toml"}), 3,
               "none.toml");
}

TEST_F(AuditCommand, PicturesOfDifferentPlacesComeWithADoubt) {
  const Scene elsewhere{{{6, {0.0F, 0.0F, 0.5F, 1.0F}}, {7, {0.5F, 0.0F, 1.0F, 1.0F}}}};
  here_.write("elsewhere.jpg", vision::encode_jpeg(vision::to_picture(shoot(elsewhere))).value());
  const Ended ended = audit("full.jpg", "elsewhere.jpg", {"--json"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.err, HasSubstr("could not be aligned"));
  EXPECT_EQ(Json::parse(ended.out)["reasons"].size(), 1U);
}

}  // namespace
}  // namespace tally::cli
