#include "commerce/gtin.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tally::commerce {
namespace {

TEST(Gtin, OfEveryLengthIsReadAsFourteenDigits) {
  EXPECT_EQ(Gtin::parse("96385074")->text(), "00000096385074");
  EXPECT_EQ(Gtin::parse("036000291452")->text(), "00036000291452");
  EXPECT_EQ(Gtin::parse("6291041500213")->text(), "06291041500213");  // GS1's own example.
  EXPECT_EQ(Gtin::parse("10012345678902")->text(), "10012345678902");
}

TEST(Gtin, IsTheSameProductWithZerosInFront) {
  EXPECT_EQ(Gtin::parse("036000291452").value(), Gtin::parse("0036000291452").value());
  EXPECT_EQ(Gtin::parse("036000291452").value(), Gtin::parse("00036000291452").value());
  EXPECT_NE(Gtin::parse("036000291452").value(), Gtin::parse("6291041500213").value());
}

TEST(Gtin, WithAWrongDigitTellsTheOneExpected) {
  const auto gtin = Gtin::parse("6291041500214");
  ASSERT_FALSE(gtin);
  EXPECT_EQ(gtin.error().code.name, "commerce.invalid");
  EXPECT_NE(gtin.error().message.find("would have to be 3"), std::string::npos);
}

TEST(Gtin, OfAnotherLengthOrWithOtherCharactersIsNone) {
  for (const std::string_view wrong :
       {"", "3", "9638507", "963850740", "03600029145", "629104150021", "110012345678902",
        "6291 041500213", "629104150021x", "-291041500213", "+6385074", "00000000",
        "00000000000000"}) {
    EXPECT_FALSE(Gtin::parse(wrong)) << wrong;
  }
  EXPECT_TRUE(Gtin{}.empty());
}

TEST(Gtin, NeverPassesWithOneDigitChanged) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += static_cast<char>('0' + random() % 10);
    text[0] = '4';
    text += gtin_check_digit(text);
    ASSERT_TRUE(Gtin::parse(text)) << text;
    for (char& digit : text) {
      const char right = digit;
      for (char other = '0'; other <= '9'; ++other) {
        digit = other;
        EXPECT_EQ(Gtin::parse(text).has_value(), other == right) << text;
      }
      digit = right;
    }
  }
}

}  // namespace
}  // namespace tally::commerce
