#include "perception/verify/pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/temporary_folder.hpp"

namespace tally::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string problem(std::string_view text) {
  const auto labels = parse_labels(text, "a.txt");
  return labels ? "" : labels.error().message;
}

TEST(Labels, AreBoxesAndPolygons) {
  const auto labels = parse_labels("3 0.5 0.5 0.2 0.4\r\n\n7 0.1 0.2 0.3 0.2 0.3 0.6\n", "a.txt");
  ASSERT_TRUE(labels) << labels.error().message;
  ASSERT_EQ(labels->size(), 2);
  EXPECT_EQ((*labels)[0].class_id, 3);
  EXPECT_FLOAT_EQ((*labels)[0].box.left, 0.4F);
  EXPECT_FLOAT_EQ((*labels)[0].box.bottom, 0.7F);
  EXPECT_EQ((*labels)[1].class_id, 7);
  EXPECT_EQ((*labels)[1].box, (vision::Box{0.1F, 0.2F, 0.3F, 0.6F}));
}

TEST(Labels, AreClippedAndThoseOutsideLeftOut) {
  const auto labels = parse_labels("0 0 0.5 0.2 1\n0 2 2 0.1 0.1\n0 0.5 0.5 0 0", "a.txt");
  ASSERT_TRUE(labels);
  ASSERT_EQ(labels->size(), 1);
  EXPECT_EQ(labels->front().box, (vision::Box{0, 0, 0.1F, 1}));
  EXPECT_TRUE(parse_labels("", "a.txt").value().empty());
}

TEST(Labels, MistakesAreToldWithTheirLine) {
  EXPECT_THAT(problem("0 0.5 0.5 0.1 0.1\n0 0.5 bottle 0.1 0.1"), HasSubstr("a.txt:2"));
  EXPECT_THAT(problem("0 0.5 0.5 0.1"), HasSubstr("a.txt:1"));
  EXPECT_THAT(problem("0 0.1 0.1 0.2 0.2 0.3"), HasSubstr("polygon"));
  EXPECT_THAT(problem("0 nan 0.5 0.1 0.1"), HasSubstr("a.txt:1"));
  EXPECT_THAT(problem("-1 0.5 0.5 0.1 0.1"), HasSubstr("no class"));
  EXPECT_THAT(problem("0.5 0.5 0.5 0.1 0.1"), HasSubstr("no class"));
  std::string long_line = "0";
  for (std::size_t i = 0; i < kLabelNumbersMax; ++i) long_line += " 0.5";
  EXPECT_NE(problem(long_line), "");
}

class Pictures : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view content = "x") const {
    ASSERT_TRUE(write_file_atomically(folder_ / name, content));
  }
  [[nodiscard]] std::vector<std::string> names(const PictureSet& set) const {
    std::vector<std::string> names;
    for (const Picture& picture : set.pictures) names.push_back(picture.file.filename());
    return names;
  }
  TemporaryFolder folder_;
};

TEST_F(Pictures, AreThoseOfAFolderByName) {
  write("b.jpg");
  write("a.PNG");
  write("notes.txt");
  const auto set = list_pictures(folder_.path());
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_THAT(names(*set), ElementsAre("a.PNG", "b.jpg"));
  EXPECT_FALSE(set->labelled);
}

TEST_F(Pictures, OfADataSetAreThoseWithLabels) {
  write("data.yaml", "names: ['bottle', 'can']\n");
  write("train/images/a.jpg");
  write("train/images/b.jpg");
  write("train/images/c.jpg");
  write("train/labels/a.txt", "1 0.5 0.5 0.2 0.2\n");
  write("train/labels/c.txt", "");
  for (const char* part : {"", "train"}) {
    const auto set = list_pictures(folder_ / part);
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_TRUE(set->labelled);
    EXPECT_THAT(names(*set), ElementsAre("a.jpg", "c.jpg"));
    EXPECT_THAT(set->class_names, ElementsAre("bottle", "can"));
    EXPECT_EQ(set->pictures[0].labels.size(), 1);
    EXPECT_TRUE(set->pictures[1].labels.empty());
  }
}

TEST_F(Pictures, AFolderWithoutAnyIsAnError) {
  EXPECT_EQ(list_pictures(folder_ / "nowhere").error().code.kind, ErrorKind::kNotFound);
  EXPECT_EQ(list_pictures(folder_.path()).error().code.name, "verify.no_pictures");
  write("images/a.jpg");
  write("labels/b.txt", "");
  EXPECT_THAT(list_pictures(folder_.path()).error().message, HasSubstr("picture with labels"));
  write("labels/a.txt", "0 1 2\n");
  EXPECT_THAT(list_pictures(folder_.path()).error().message, HasSubstr("a.txt:1"));
}

}  // namespace
}  // namespace tally::verify
