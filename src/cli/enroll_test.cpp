// What `tally enroll` does, seen from outside, with an embedder that knows colours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>

#include "cli/testing_program.hpp"
#include "perception/inference/tiny_graph.hpp"
#include "perception/vision/draw.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using testing::Workplace;

std::string jpeg(vision::Color color, int width = 100, int height = 80) {
  vision::Picture picture{.size = {width, height}, .rgb = {}};
  for (int i = 0; i < width * height; ++i) {
    for (const std::uint8_t value : {color.red, color.green, color.blue}) {
      picture.rgb.push_back(value);
    }
  }
  return vision::encode_jpeg(picture).value();
}

constexpr vision::Color kRed{220, 20, 30};
constexpr vision::Color kDarkRed{215, 22, 30};
constexpr vision::Color kGreen{10, 200, 40};
constexpr vision::Color kBlue{20, 30, 230};

class EnrollCommand : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    models_ = std::make_unique<Workplace>();
    for (const auto& [name, gain] : {std::pair{"embedder", 0.02F}, std::pair{"other", 0.03F}}) {
      inference::write_tiny_graph(
          {.input = {1, 3, 64, 64}, .outputs = {{16}}, .gain = gain, .unit_length = true},
          models_->path() / "tiny.xml");
      const Ended ended =
          models_->tally({"compile", "tiny.xml", "-o", name, "--task", "embed", "--name", name});
      ASSERT_EQ(ended.exit_code, 0) << ended.err;
      EXPECT_THAT(ended.out, HasSubstr("embedder, input 64x64, 16 values"));
    }
  }
  static void TearDownTestSuite() { models_.reset(); }

  [[nodiscard]] Ended enroll(std::vector<std::string> words,
                             const std::string& model = "embedder") {
    words.insert(words.begin(), "enroll");
    words.insert(words.end(), {"--model", (models_->path() / model).string()});
    return here_.tally(words);
  }
  // The one way an error looks.
  void expect_error(const Ended& ended, int exit_code, const std::string& words) {
    EXPECT_EQ(ended.exit_code, exit_code);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, MatchesRegex("tally: error\\[[a-z_.]+\\]: [^\n]+\n"));
    EXPECT_THAT(ended.err, HasSubstr(words));
  }
  [[nodiscard]] std::vector<std::string> products() const {
    std::vector<std::string> ids;
    for (const Json& one : Json::parse(here_.read("gallery/gallery.json"))["products"]) {
      ids.push_back(one["id"]);
    }
    return ids;
  }

  Workplace here_;
  static std::unique_ptr<Workplace> models_;
};
std::unique_ptr<Workplace> EnrollCommand::models_;

TEST_F(EnrollCommand, ProductsAreAddedReplacedExtendedAndRemoved) {
  here_.write("a.jpg", jpeg(kRed));
  here_.write("b.jpg", jpeg(kGreen));
  const Ended first = enroll({"--product", "cola", "a.jpg", "b.jpg"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, "cola: added, 2 photos\ngallery: 1 product\n");
  EXPECT_THAT(first.err, IsEmpty());
  EXPECT_EQ(enroll({"--product", "cola", "a.jpg"}).out,
            "cola: replaced, 1 photo\ngallery: 1 product\n");
  EXPECT_EQ(enroll({"--product", "cola", "--add", "b.jpg"}).out,
            "cola: extended, 2 photos\ngallery: 1 product\n");
  EXPECT_THAT(enroll({"--product", "cola", "--add", "b.jpg"}).err, HasSubstr("already"));
  here_.write("c.jpg", jpeg(kBlue));
  EXPECT_EQ(enroll({"--product", "blue", "c.jpg"}).exit_code, 0);
  EXPECT_THAT(products(), ::testing::ElementsAre("blue", "cola"));
  const Ended removed = here_.tally({"enroll", "--product", "cola", "--remove"});
  EXPECT_EQ(removed.out, "cola: removed, 2 photos\ngallery: 1 product\n") << removed.err;
  EXPECT_THAT(products(), ::testing::ElementsAre("blue"));
  EXPECT_EQ(std::distance(fs::directory_iterator(here_.path() / "gallery"), {}), 2);
}

TEST_F(EnrollCommand, AFolderOfProductsIsEnrolledAndLookAlikesAreNamed) {
  here_.write("photos/cola/1.jpg", jpeg(kRed));
  here_.write("photos/kola/1.jpg", jpeg(kDarkRed));
  here_.write("photos/copy/1.png.txt", "not looked at");
  here_.write("photos/copy/1.jpg", jpeg(kGreen));
  here_.write("photos/lime/1.jpg", jpeg(kGreen));
  const Ended ended = enroll({"--photos", "photos", "--gallery", "shelf", "--json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("copy and lime have the same picture"));
  EXPECT_THAT(ended.err, HasSubstr("cola and kola"));
  EXPECT_THAT(ended.err, ::testing::Not(HasSubstr("cola and lime")));
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json["schema"], "tally.enrollment.v1");
  EXPECT_EQ(json["gallery"]["products"], 4);
  EXPECT_EQ(json["products"][0]["change"], "added");
  EXPECT_EQ(json["look_alikes"][0]["products"], Json({"copy", "lime"}));
  EXPECT_TRUE(json["look_alikes"][0]["same_picture"]);
  EXPECT_THAT(here_.entries(), ::testing::ElementsAre("photos", "shelf"));
  EXPECT_THAT(enroll({"--photos", "photos", "--gallery", "shelf", "-q"}).err, IsEmpty());
}

TEST_F(EnrollCommand, ErrorsNameThePhotoAndNothingIsEnrolled) {
  here_.write("a.jpg", jpeg(kRed));
  here_.write("small.jpg", jpeg(kRed, 30, 200));
  here_.write("text.jpg", "no photo");
  expect_error(enroll({"--product", "cola", "a.jpg", "none.jpg"}), 3, "none.jpg");
  expect_error(enroll({"--product", "cola", "a.jpg", "text.jpg"}), 1, "text.jpg");
  expect_error(enroll({"--product", "cola", "a.jpg", "small.jpg"}), 1, "small.jpg: is 30x200");
  expect_error(enroll({"--product", "co/la", "a.jpg"}), 2, "slash");
  expect_error(enroll({"--product", ".cola", "a.jpg"}), 2, "dot");
  expect_error(enroll({"--photos", "none"}), 3, "none");
  here_.write("photos/cola/notes.txt", "x");
  expect_error(enroll({"--photos", "photos"}), 3, "no photo in it");
  EXPECT_FALSE(fs::exists(here_.path() / "gallery"));
}

TEST_F(EnrollCommand, RemovingWhatIsNotThereIsNotFound) {
  expect_error(here_.tally({"enroll", "--product", "cola", "--remove"}), 3, "tally enroll");
  here_.write("a.jpg", jpeg(kRed));
  ASSERT_EQ(enroll({"--product", "cola", "a.jpg"}).exit_code, 0);
  expect_error(here_.tally({"enroll", "--product", "cols", "--remove"}), 3, "did you mean 'cola'?");
}

TEST_F(EnrollCommand, AGalleryOfAnotherEmbedderIsRefusedAndKept) {
  here_.write("a.jpg", jpeg(kRed));
  ASSERT_EQ(enroll({"--product", "cola", "a.jpg"}).exit_code, 0);
  const std::string before = here_.read("gallery/gallery.json");
  expect_error(enroll({"--product", "lime", "a.jpg"}, "other"), 1, "was made by embedder embedder");
  EXPECT_EQ(here_.read("gallery/gallery.json"), before);
  expect_error(enroll({"--product", "lime", "a.jpg"}, "none"), 3, "none");
  here_.write("gallery/gallery.json", "{}");
  expect_error(enroll({"--product", "lime", "a.jpg"}), 1, "gallery.json");
}

}  // namespace
}  // namespace tally::cli
