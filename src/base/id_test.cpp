#include "base/id.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace tally {
namespace {

IdBits all(std::uint8_t value) {
  IdBits bits{};
  bits.fill(value);
  return bits;
}

TEST(Id, HoldsAllBitsInItsDigits) {
  EXPECT_EQ(SessionId::from_bits(all(0)).text(), "ses_00000000000000000000000000");
  EXPECT_EQ(SessionId::from_bits(all(0xFF)).text(), "ses_7zzzzzzzzzzzzzzzzzzzzzzzzz");
  for (std::size_t bit = 0; bit < 128; ++bit) {
    IdBits one{};
    one[bit / 8] = static_cast<std::uint8_t>(1U << (7 - bit % 8));
    EXPECT_NE(id_digits(one), id_digits({})) << bit;
    EXPECT_EQ(SessionId::from_bits(one).bits(), one) << bit;
  }
}

TEST(Id, IsReadBackAndNothingElseIs) {
  const PaymentId id = PaymentId::from_bits(all(0xA7));
  EXPECT_EQ(PaymentId::parse(id.text()), id);
  EXPECT_FALSE(SessionId::parse(id.text()));
  EXPECT_FALSE(PaymentId::parse(""));
  EXPECT_FALSE(PaymentId::parse(id.text() + "0"));
  EXPECT_FALSE(PaymentId::parse("pay_80000000000000000000000000"));  // 129 bits.
  EXPECT_FALSE(PaymentId::parse("pay_0000000000000000000000000l"));  // No such digit.
  EXPECT_FALSE(PaymentId::parse("pay-00000000000000000000000000"));
}

TEST(Id, KindsDoNotMix) {
  EXPECT_FALSE((std::is_convertible_v<SessionId, PaymentId>));
  EXPECT_FALSE((std::is_constructible_v<SessionId, PaymentId>));
  EXPECT_FALSE((std::equality_comparable_with<SessionId, PaymentId>));
  EXPECT_TRUE(SessionId{}.empty());
}

}  // namespace
}  // namespace tally
