#include "base/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tally {
namespace {

Money euros(std::int64_t minor) { return {minor, Currency::parse("EUR").value()}; }
Money of(std::string_view currency, std::int64_t minor) {
  return {minor, Currency::parse(currency).value()};
}

TEST(Currency, IsThreeCapitalLetters) {
  EXPECT_EQ(Currency::parse("EUR")->text(), "EUR");
  for (const std::string_view wrong : {"", "EU", "EURO", "eur", "E1R"}) {
    EXPECT_FALSE(Currency::parse(wrong)) << wrong;
  }
}

TEST(Money, NeverMixesCurrencies) {
  EXPECT_EQ(plus(euros(150), euros(-50)), euros(100));
  EXPECT_FALSE(plus(euros(150), of("USD", 50)));
  EXPECT_FALSE(minus(euros(150), of("USD", 50)));
}

TEST(Money, EndsAtItsLimitAndNeverWraps) {
  EXPECT_EQ(plus(euros(kMinorMax - 1), euros(1)), euros(kMinorMax));
  EXPECT_FALSE(plus(euros(kMinorMax), euros(1)));
  EXPECT_FALSE(minus(euros(-kMinorMax), euros(1)));
  EXPECT_FALSE(minus(euros(0), euros(std::numeric_limits<std::int64_t>::min())));
  EXPECT_EQ(times(euros(kMinorMax / 2), 2), euros(kMinorMax));
  EXPECT_FALSE(times(euros(kMinorMax / 2 + 1), 2));
  EXPECT_FALSE(times(euros(3), std::numeric_limits<std::int64_t>::max()));
}

TEST(Money, IsWrittenWithItsCurrencysDecimals) {
  EXPECT_EQ(to_string(euros(1250)), "EUR 12.50");
  EXPECT_EQ(to_string(euros(-5)), "EUR -0.05");
  EXPECT_EQ(to_string(of("JPY", 1200)), "JPY 1200");
  EXPECT_EQ(to_string(of("KWD", 1200)), "KWD 1.200");
  EXPECT_EQ(to_string(euros(std::numeric_limits<std::int64_t>::min())),
            "EUR -92233720368547758.08");
}

}  // namespace
}  // namespace tally
