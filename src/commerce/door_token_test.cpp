#include "commerce/door_token.hpp"

#include <gtest/gtest.h>

#include <random>

namespace tally::commerce {
namespace {

using std::chrono::seconds;

constexpr Instant kNow{std::chrono::hours(24 * 365 * 56)};

DoorTokenKey key(std::uint8_t number) {
  DoorTokenKey made;
  made.number = number;
  made.secret.fill(static_cast<std::uint8_t>(number * 7 + 1));
  return made;
}

DoorToken token() {
  IdBits bits{};
  bits.fill(0x3C);
  return {CabinetId::from_bits(bits), kNow + kDoorTokenLife, {1, 2, 3, 4, 5, 6, 7}};
}

std::string error_of(std::string_view text, std::span<const DoorTokenKey> keys, Instant now) {
  const auto read = read_door_token(text, keys, now);
  return read ? "" : std::string(read.error().code.name);
}

TEST(DoorToken, IsReadBackUntilItsEnd) {
  const std::array keys{key(1)};
  const std::string text = write_door_token(token(), keys[0]);
  EXPECT_EQ(text.size(), kDoorTokenLetters);
  const auto read = read_door_token(text, keys, kNow);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, token());
  EXPECT_EQ(error_of(text, keys, kNow + kDoorTokenLife - Duration(1)), "");
  EXPECT_EQ(error_of(text, keys, kNow + kDoorTokenLife), "door_token.expired");
}

TEST(DoorToken, AClaimOnItHasItsNumberEndsLaterAndGivesNoOther) {
  const std::array keys{key(1)};
  const auto claim = claim_of(token());
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->nonce, token().nonce);
  EXPECT_EQ(claim->cabinet, token().cabinet);
  const std::string text = write_door_token(*claim, keys[0]);
  const Instant end = kNow + kDoorTokenLife + kDoorClaimLife;
  const auto read = read_door_token(text, keys, end - Duration(1));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, *claim);
  EXPECT_EQ(error_of(text, keys, end), "door_token.expired");
  EXPECT_FALSE(claim_of(*read));
}

TEST(DoorToken, KeysAreRotatedAndOldOnesReadAsLongAsTheyAreGiven) {
  const std::string old = write_door_token(token(), key(1));
  const std::array both{key(2), key(1)};
  EXPECT_EQ(error_of(old, both, kNow), "");
  EXPECT_EQ(error_of(old, std::span(both).first<1>(), kNow), "door_token.forged");
  DoorTokenKey same_number = key(2);
  same_number.number = 1;
  EXPECT_EQ(error_of(old, std::span(&same_number, 1), kNow), "door_token.forged");
}

TEST(DoorToken, NoChangedOrMadeUpTokenIsTaken) {
  const std::array keys{key(1), key(2)};
  const std::string text = write_door_token(token(), keys[0]);
  std::mt19937_64 random(6);
  constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  for (int i = 0; i < 100'000; ++i) {
    std::string changed = text;
    const std::size_t letters = i % 2 == 0 ? 1 + random() % 3 : changed.size();
    for (std::size_t k = 0; k < letters; ++k) {
      changed[letters == changed.size() ? k : random() % changed.size()] =
          kLetters[random() % kLetters.size()];
    }
    if (changed != text) ASSERT_EQ(error_of(changed, keys, kNow), "door_token.forged") << changed;
  }
  EXPECT_EQ(error_of("", keys, kNow), "door_token.forged");
  EXPECT_EQ(error_of(text + "0", keys, kNow), "door_token.forged");
  std::string upper = text;
  upper[0] = 'U';
  EXPECT_EQ(error_of(upper, keys, kNow), "door_token.forged");
}

}  // namespace
}  // namespace tally::commerce
