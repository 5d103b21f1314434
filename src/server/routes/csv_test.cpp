#include "server/routes/csv.hpp"

#include <gtest/gtest.h>

namespace tally::routes {
namespace {

TEST(Csv, QuotesWhatMustBeQuoted) {
  Csv table({"name", "minor"});
  table.add("Water, still", 250);
  table.add("12\" pizza\nhalf", -1);
  table.add("", 0);
  EXPECT_EQ(std::move(table).take(),
            "name,minor\r\n\"Water, still\",250\r\n\"12\"\" pizza\nhalf\",-1\r\n,0\r\n");
}

TEST(Csv, MakesNoFormulas) {
  for (const std::string_view text :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "|cmd", "%a"}) {
    EXPECT_TRUE(csv_field(text).starts_with("\"'")) << text;
  }
  EXPECT_EQ(csv_field("a=b"), "a=b");
  EXPECT_EQ(csv_field("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
}

}  // namespace
}  // namespace tally::routes
