#include "base/toml_text.hpp"

#include <gtest/gtest.h>

namespace tally {
namespace {

TEST(ReadToml, CharactersBeyondAsciiAreReadInStringsAndCommentsAndAsByteOrderMark) {
  for (const std::string_view text :
       {"",
        "\xEF\xBB\xBF"
        "a = 1",
        "# é\na = 1", "a = \"é\"", "a = 'é'", "\"é\" = 1", "a = \"\"\"\né\n\"\"\"", "a = '''é'''",
        "a = \"\\\"é\"", "a = \"# é\" # é", R"(a = """é""""")", R"(a = """x"""" # é)",
        "a = \"\"\"é \\\n  b\"\"\"", "a = ''  # é", "a = '\\' # é", "a = \"\"\"\\\\\né\"\"\"",
        "a = \"\"\"\\\n  bé\"\"\"", "a = { \"é\" = \"é\" }"}) {
    EXPECT_TRUE(read_toml(text)) << text;
  }
  EXPECT_EQ(*read_toml("a = \"\"\"\\\n bé\"\"\"")->get("a")->value<std::string>(), "bé");
}

TEST(ReadToml, CharactersBeyondAsciiAreRefusedEverywhereElse) {
  for (const std::string_view text :
       {"é = 1", "a = é", "a = 1 é", "a = \"\"é", "a = ''''''é", "a = \"\\é\"", "a = 1\xA0",
        "a = 12\"é\"", "a = [1'é']", "a = \"\"\"\\\n  é\"\"\"", "a = \"\"\"\\ é\"\"\"",
        "a = \"x\né\"", "\xEF\xBB", R"(a = """x"""" é)", "a = \"\"\"\\ \r\n\r\n\t\xC2\xA0\"\"\"",
        "a = \"\xFF\""}) {
    EXPECT_FALSE(read_toml(text)) << text;
  }
}

TEST(ReadToml, ValuesThatEndBeforeTheyBeginAreErrors) {
  for (const std::string_view text : {"a = [}", "a = [#", "a = [,", "a = {b = ]}", "a = ]"}) {
    EXPECT_FALSE(read_toml(text)) << text;
  }
}

TEST(ReadToml, SaysWhereAndWhatIsWrong) {
  const TomlProblem stray = read_toml("a = 1\nb = 'é'\n  é = 2").error();
  EXPECT_EQ(stray.line, 3U);
  EXPECT_EQ(stray.column, 3U);
  EXPECT_TRUE(stray.what.starts_with("characters beyond ASCII belong in strings")) << stray.what;
  EXPECT_EQ(read_toml("é").error().column, 1U);
  const TomlProblem wrong = read_toml("a = 1\nb = \n").error();
  EXPECT_EQ(wrong.line, 2U);
  EXPECT_FALSE(wrong.what.starts_with("characters beyond ASCII")) << wrong.what;
}

TEST(AsciiShadow, ReplacesBytesBeyondAsciiAndKeepsPlaces) {
  EXPECT_EQ(ascii_shadow("a = \"\xC3\xA9\"\nb"), "a = \"^^\"\nb");
  EXPECT_EQ(ascii_shadow("\xEF\xBB\xBFv = 1"), "   v = 1");
  EXPECT_EQ(ascii_shadow("\\ \n \xC3\xA9\xC3"), "\\ \n \x7F^^");
  EXPECT_EQ(ascii_shadow("\\\\\n\xC3"), "\\\\\n^");
}

}  // namespace
}  // namespace tally
