#include "commerce/door_token.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "base/secret.hpp"

namespace tally::commerce {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kSecondsBytes = 5;
constexpr std::size_t kNonceBytes = 7;
constexpr std::size_t kMacBytes = 16;
constexpr std::uint64_t kClaimBit = std::uint64_t{1} << (8 * kSecondsBytes - 1);
constexpr std::size_t kBodyBytes = 1 + kIdBytes + kSecondsBytes + kNonceBytes;
constexpr std::size_t kBytes = kBodyBytes + kMacBytes;
static_assert(kBytes * 8 == kDoorTokenLetters * 5);

using Bytes = std::array<std::uint8_t, kBytes>;

std::optional<Bytes> bytes_of(std::string_view text) {
  if (text.size() != kDoorTokenLetters) return std::nullopt;
  Bytes bytes{};
  for (std::size_t letter = 0; letter < text.size(); ++letter) {
    const std::size_t value =
        std::string_view("0123456789abcdefghjkmnpqrstvwxyz").find(text[letter]);
    if (value == std::string_view::npos) return std::nullopt;
    for (std::size_t bit = 0; bit < 5; ++bit) {
      const std::size_t at = 5 * letter + bit;
      const std::size_t one = value >> (4 - bit) & 1U;
      bytes[at / 8] = static_cast<std::uint8_t>(bytes[at / 8] | one << (7 - at % 8));
    }
  }
  return bytes;
}

std::span<const std::uint8_t> body_of(const Bytes& bytes) {
  return std::span(bytes).first<kBodyBytes>();
}

bool is_of(const Bytes& bytes, const DoorTokenKey& key) {
  const Mac mac = hmac_sha256(key.secret, body_of(bytes));
  return same_secret(std::span(mac).first<kMacBytes>(), std::span(bytes).last<kMacBytes>());
}

}  // namespace

ErrorCode code_of(DoorTokenError error) {
  switch (error) {
    case DoorTokenError::kForged:
      return {"door_token.forged", ErrorKind::kFailed};
    case DoorTokenError::kExpired:
      return {"door_token.expired", ErrorKind::kConflict};
  }
  std::abort();
}

std::optional<DoorToken> claim_of(const DoorToken& scanned) {
  if (scanned.is_claim) return std::nullopt;
  DoorToken claim = scanned;
  claim.expires += kDoorClaimLife;
  claim.is_claim = true;
  return claim;
}

std::string write_door_token(const DoorToken& token, const DoorTokenKey& key) {
  Bytes bytes{};
  bytes[0] = key.number;
  std::ranges::copy(token.cabinet.bits(), bytes.begin() + 1);
  auto seconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(token.expires).time_since_epoch().count());
  if (token.is_claim) seconds |= kClaimBit;
  for (std::size_t i = 0; i < kSecondsBytes; ++i) {
    bytes[1 + kIdBytes + i] = static_cast<std::uint8_t>(seconds >> 8 * (kSecondsBytes - 1 - i));
  }
  std::ranges::copy(token.nonce, bytes.begin() + 1 + kIdBytes + kSecondsBytes);
  const Mac mac = hmac_sha256(key.secret, body_of(bytes));
  std::copy_n(mac.begin(), kMacBytes, bytes.begin() + kBodyBytes);
  return base32(bytes);
}

Result<DoorToken> read_door_token(std::string_view text, std::span<const DoorTokenKey> keys,
                                  Instant now) {
  const auto bytes = bytes_of(text);
  const auto key = !bytes ? keys.end() : std::ranges::find_if(keys, [&](const DoorTokenKey& one) {
    return one.number == bytes->front() && is_of(*bytes, one);
  });
  if (key == keys.end()) {
    return fail(DoorTokenError::kForged,
                "this code is not from a cabinet of ours; scan the one on the cabinet's screen");
  }
  DoorToken token;
  IdBits id{};
  std::copy_n(bytes->begin() + 1, kIdBytes, id.begin());
  token.cabinet = CabinetId::from_bits(id);
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < kSecondsBytes; ++i) seconds = seconds << 8 | (*bytes)[17 + i];
  token.is_claim = (seconds & kClaimBit) != 0;
  token.expires = Instant{std::chrono::seconds(static_cast<std::int64_t>(seconds & ~kClaimBit))};
  std::copy_n(bytes->begin() + 1 + kIdBytes + kSecondsBytes, kNonceBytes, token.nonce.begin());
  if (now >= token.expires) {
    return fail(DoorTokenError::kExpired, "this code is too old; scan the one on the screen now");
  }
  return token;
}

}  // namespace tally::commerce
