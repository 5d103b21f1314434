#include "commerce/tax.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using testing::euros;

TEST(Tax, WithinAPriceIsWhatBooksShow) {
  EXPECT_EQ(tax_within(euros(11900), 1900), (TaxedAmount{euros(10000), euros(1900), euros(11900)}));
  EXPECT_EQ(tax_within(euros(199), 1900)->tax, euros(32));  // 31.77
  EXPECT_EQ(tax_within(euros(95), 700)->tax, euros(6));     // 6.21
  EXPECT_EQ(tax_within(euros(150), 0), (TaxedAmount{euros(150), euros(0), euros(150)}));
}

TEST(Tax, OnTopOfAPriceIsWhatBooksShow) {
  EXPECT_EQ(tax_on_top(euros(10000), 1900), (TaxedAmount{euros(10000), euros(1900), euros(11900)}));
  EXPECT_EQ(tax_on_top(euros(199), 825)->tax, euros(16));  // 16.42
}

TEST(Tax, OfExactlyHalfAUnitIsRoundedAwayFromZero) {
  EXPECT_EQ(tax_on_top(euros(50), 500)->tax, euros(3));  // 2.5, which half to even makes 2.
  EXPECT_EQ(tax_on_top(euros(-50), 500)->tax, euros(-3));
  EXPECT_EQ(tax_on_top(euros(49), 500)->tax, euros(2));   // 2.45
  EXPECT_EQ(tax_within(euros(21), 5000)->tax, euros(7));  // 7 exactly
  EXPECT_EQ(tax_within(euros(5), 10000)->tax, euros(3));  // 2.5
  EXPECT_EQ(tax_within(euros(-5), 10000)->tax, euros(-3));
}

TEST(Tax, IsKnownWithinItsLimitsOnly) {
  EXPECT_TRUE(tax_within(euros(kMinorMax), kTaxRateMax));
  EXPECT_FALSE(tax_within(euros(kMinorMax + 1), kTaxRateMax));
  EXPECT_FALSE(tax_within(euros(100), kTaxRateMax + 1));
  EXPECT_FALSE(tax_within(euros(100), -1));
  EXPECT_TRUE(tax_on_top(euros(kMinorMax / 2), kTaxRateMax));
  EXPECT_FALSE(tax_on_top(euros(kMinorMax / 2 + 1), kTaxRateMax));
  EXPECT_FALSE(tax_on_top(euros(100), kTaxRateMax + 1));
}

TEST(Tax, NeverMixesCurrenciesInASum) {
  const TaxedAmount euro = tax_within(euros(100), 700).value();
  const TaxedAmount dollar = tax_within({100, testing::currency("USD")}, 700).value();
  EXPECT_FALSE(plus(euro, dollar));
  EXPECT_EQ(plus(euro, euro)->gross, euros(200));
}

// Against the definition, in 128 bits: |tax * divisor - amount * rate| is at most half a divisor,
// and of two that are equally near, the one farther from zero.
TEST(Tax, IsTheNearestUnitForAnyAmountAndRate) {
  __extension__ using Wide = __int128;
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const std::int64_t range = round % 2 == 0 ? 10'000 : kMinorMax;
    const auto amount = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range));
    const auto rate = static_cast<std::int64_t>(random() % (kTaxRateMax + 1));
    const TaxedAmount within = tax_within(euros(amount), rate).value();
    EXPECT_EQ(within.net.minor + within.tax.minor, amount);
    EXPECT_EQ(tax_within(euros(-amount), rate)->tax.minor, -within.tax.minor);
    const Wide divisor = kBasisPoints + rate;
    const Wide twice = 2 * (Wide{within.tax.minor} * divisor - Wide{amount} * rate);
    EXPECT_TRUE(-divisor < twice && twice <= divisor) << amount << " at " << rate;

    const TaxedAmount on_top = tax_on_top(euros(amount / 2), rate).value();
    EXPECT_EQ(on_top.net.minor + on_top.tax.minor, on_top.gross.minor);
    const Wide off = 2 * (Wide{on_top.tax.minor} * kBasisPoints - Wide{amount / 2} * rate);
    EXPECT_TRUE(-kBasisPoints < off && off <= kBasisPoints) << amount / 2 << " at " << rate;
  }
}

}  // namespace
}  // namespace tally::commerce
