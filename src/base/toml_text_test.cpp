#include "base/toml_text.hpp"

#include <gtest/gtest.h>

namespace tally {
namespace {

TEST(StrayNonAscii, IsAllowedInStringsCommentsAndAsByteOrderMark) {
  for (const std::string_view text :
       {"",
        "\xEF\xBB\xBF"
        "a = 1",
        "# é\na = 1", "a = \"é\"", "a = 'é'", "\"é\" = 1", "a = \"\"\"\né\n\"\"\"", "a = '''é'''",
        "a = \"\\\"é\"", "a = \"# é\" # é", R"(a = """é""""")", R"(a = """x"""" # é)",
        "a = \"\"\"é \\\n  b\"\"\"", "a = ''  # é", "a = '\\' # é"}) {
    EXPECT_FALSE(stray_non_ascii(text)) << text;
  }
}

TEST(StrayNonAscii, IsFoundEverywhereElse) {
  for (const std::string_view text :
       {"é = 1", "a = é", "a = 1 é", "a = \"\"é", "a = ''''''é", "a = \"\\é\"", "a = 1\xA0",
        "a = 12\"é\"", "a = [1'é']", "a = \"\"\"\\\n  é\"\"\"", "a = \"\"\"\\ é\"\"\"",
        "a = \"x\né\"", "\xEF\xBB", R"(a = """x"""" é)"}) {
    EXPECT_TRUE(stray_non_ascii(text)) << text;
  }
}

TEST(StrayNonAscii, IsPlacedByLineAndByte) {
  const auto place = stray_non_ascii("a = 1\nb = 'é'\n  é = 2");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->line, 3U);
  EXPECT_EQ(place->column, 3U);
  EXPECT_EQ(stray_non_ascii("é")->column, 1U);
}

TEST(AsciiShadow, ReplacesBytesBeyondAsciiAndKeepsPlaces) {
  EXPECT_EQ(ascii_shadow("a = \"\xC3\xA9\"\nb"), "a = \"^^\"\nb");
  EXPECT_EQ(ascii_shadow("\xEF\xBB\xBFv = 1"), "   v = 1");
}

}  // namespace
}  // namespace tally
