#include "perception/inference/class_names.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string problem_of(const Result<std::vector<std::string>>& names) {
  return names ? "" : names.error().message;
}

TEST(NamesLiteral, ReadsWhatPythonWrites) {
  EXPECT_THAT(parse_names_literal("{0: 'person', 1: 'traffic light'}", "m").value(),
              ElementsAre("person", "traffic light"));
  EXPECT_THAT(
      parse_names_literal(R"({0: "driver's seat", 1: 'a "b" \'c\' \\', 2: 'caf\xe9\u20ac'})", "m")
          .value(),
      ElementsAre("driver's seat", R"(a "b" 'c' \)", "café€"));
  EXPECT_THAT(parse_names_literal("['a', \"b\",]", "m").value(), ElementsAre("a", "b"));
  EXPECT_THAT(parse_names_literal(R"( {"1": "b", "0": "a"} )", "m").value(), ElementsAre("a", "b"));
}

TEST(NamesLiteral, RefusesEverythingElse) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "list or mapping"},
      {"person", "list or mapping"},
      {"{}", "there are none"},
      {"{0: 'a'", "end is missing"},
      {"{0: 'a", "not closed"},
      {"{0: 'a' 1: 'b'}", "',' or the end"},
      {"{0: 'a'} x", "follows"},
      {"{0: a}", "quoted name"},
      {"{0 'a'}", "':' is missing"},
      {"{-1: 'a'}", "':' is missing"},
      {"{1: 'a'}", "id 0 is missing"},
      {"{0: 'a', 0: 'b'}", "comes twice"},
      {"{0: 'a', 1: 'a'}", "classes 0 and 1 are both named \"a\""},
      {"{99999999999999999999: 'a'}", "no class id"},
      {"{10000: 'a'}", "no class id from 0 to 9999"},
      {R"({0: 'a\q'})", "escape"},
      {R"({0: 'a\x1'})", "escape"},
      {R"({0: 'a\)", "escape"},
      {R"({0: 'a\x07'})", "control character"},
      {"{0: '\xff'}", "not UTF-8"},
      {"{0: ''}", "is empty"},
  };
  for (const auto& [text, words] : cases) {
    EXPECT_THAT(problem_of(parse_names_literal(text, "m")), HasSubstr(words)) << text;
  }
}

TEST(NamesFile, ReadsOneNamePerLine) {
  EXPECT_THAT(parse_names_file("bottle\r\n can \n\n", "f").value(), ElementsAre("bottle", "can"));
  EXPECT_THAT(problem_of(parse_names_file("a\n\nb", "f")), HasSubstr("class 1 is empty"));
  EXPECT_THAT(problem_of(parse_names_file("", "f")), HasSubstr("there are none"));
}

TEST(NamesFile, ReadsADataSetsYaml) {
  const std::string head = "train: ../train/images\nnc: 2\n";
  const std::string tail = "\nroboflow:\n  license: CC BY 4.0\n";
  for (const char* names :
       {"names: ['bottle', 'can']", "names: [bottle, can]  # two", "names:\n- bottle\n- 'can'",
        "names:\n  - bottle\n  # none\n\n  - can", "names:\n  0: bottle\n  1: \"can\"  # comment",
        "names: {0: bottle, 1: can}", "names: [\n  'bottle',\n  'can'\n]"}) {
    EXPECT_THAT(parse_names_file(head + names + tail, "f").value(), ElementsAre("bottle", "can"))
        << names;
  }
  EXPECT_THAT(parse_names_file("names: ['it''s', 'a\\b']", "f").value(),
              ElementsAre("it's", "a\\b"));
}

TEST(NamesFile, TellsWhatIsWrongInYaml) {
  EXPECT_THAT(problem_of(parse_names_file("names:\n  bottle\n", "f")), HasSubstr("neither"));
  EXPECT_THAT(problem_of(parse_names_file("names:\n  0: 'bottle\n", "f")), HasSubstr("quotes"));
  EXPECT_THAT(problem_of(parse_names_file("names:\n  x: bottle\n", "f")), HasSubstr("no class id"));
  EXPECT_THAT(problem_of(parse_names_file("names: 5\n", "f")), HasSubstr("list or mapping"));
  EXPECT_THAT(problem_of(parse_names_file("names: {0", "f")), HasSubstr("':' is missing"));
  EXPECT_THAT(problem_of(parse_names_file("names: {0:", "f")), HasSubstr("end is missing"));
  EXPECT_THAT(problem_of(parse_names_file("names: ['a\\", "f")), HasSubstr("not closed"));
}

TEST(NamesFile, TheLimitsAreExact) {
  std::string most;
  for (std::size_t i = 0; i < kClassesMax; ++i) most += fmt::format("c{}\n", i);
  EXPECT_EQ(parse_names_file(most, "f").value().size(), kClassesMax);
  EXPECT_THAT(problem_of(parse_names_file(most + "more\n", "f")), HasSubstr("at most 10000"));
  EXPECT_TRUE(parse_names_file(std::string(kNameBytesMax, 'a'), "f"));
  EXPECT_THAT(problem_of(parse_names_file(std::string(kNameBytesMax + 1, 'a'), "f")),
              HasSubstr("too long"));
  const std::string blank(kNamesBytesMax - 1, '\n');
  EXPECT_TRUE(parse_names_file("a" + blank, "f"));
  EXPECT_THAT(problem_of(parse_names_file("ab" + blank, "f")), HasSubstr("larger than"));
}

TEST(Coco80, HasTheFamiliarIds) {
  const auto names = coco80_names();
  EXPECT_EQ(names.size(), 80U);
  EXPECT_EQ(names[0], "person");
  EXPECT_EQ(names[39], "bottle");
  EXPECT_EQ(names[79], "toothbrush");
  EXPECT_EQ(names_problem({names.begin(), names.end()}), "");
}

}  // namespace
}  // namespace tally::inference
