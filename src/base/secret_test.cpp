#include "base/secret.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <vector>

namespace tally {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }

// RFC 4231, test cases 1 and 2.
TEST(Secret, MacsAreThoseOfTheStandard) {
  EXPECT_EQ(fmt::format(
                "{:02x}",
                fmt::join(hmac_sha256(std::vector<std::uint8_t>(20, 0x0B), bytes("Hi There")), "")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(
      fmt::format("{:02x}",
                  fmt::join(hmac_sha256(bytes("Jefe"), bytes("what do ya want for nothing?")), "")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Secret, ComparesWholeTexts) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_TRUE(same_secret("", ""));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

TEST(Secret, Base32HoldsEveryBit) {
  EXPECT_EQ(base32({}), "");
  EXPECT_EQ(base32(bytes("\x01")), "04");
  EXPECT_EQ(base32(std::vector<std::uint8_t>(5, 0xFF)), "zzzzzzzz");
  EXPECT_EQ(base32(std::vector<std::uint8_t>{0, 0, 0, 0, 1}), "00000001");
  EXPECT_EQ(base32(std::vector<std::uint8_t>(16, 0)).size(), 26U);
}

TEST(Secret, PasswordsAreKnownAgainAndNothingElseIs) {
  const Salt salt{1, 2, 3};
  const std::string stored = password_hash("correct horse", salt);
  EXPECT_TRUE(stored.starts_with("scrypt$15$8$1$010203"));
  EXPECT_TRUE(is_password("correct horse", stored));
  EXPECT_FALSE(is_password("correct hors", stored));
  EXPECT_FALSE(is_password("", stored));
  EXPECT_NE(password_hash("correct horse", Salt{}), stored);
  EXPECT_FALSE(is_password(std::string(kPasswordBytesMost + 1, 'a'), stored));
  for (const char* wrong : {"", "scrypt$15$8$1$", "scrypt$15$8$1$zz$aa", "plain"}) {
    EXPECT_FALSE(is_password("correct horse", wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tally
