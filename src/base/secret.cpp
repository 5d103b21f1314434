#include "base/secret.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <optional>

#include "base/assert.hpp"

namespace tally {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kScheme = "scrypt$15$8$1$";
constexpr std::uint64_t kWork = std::uint64_t{1} << 15U;
constexpr std::uint64_t kBlock = 8;
constexpr std::uint64_t kMemoryMax = std::uint64_t{64} << 20U;
constexpr std::size_t kKeyBytes = 32;

std::string hex(std::span<const std::uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::optional<Salt> salt_of(std::string_view digits) {
  Salt salt{};
  if (digits.size() != 2 * salt.size()) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t value = std::string_view("0123456789abcdef").find(digits[i]);
    if (value == std::string_view::npos) return std::nullopt;
    salt[i / 2] = static_cast<std::uint8_t>(salt[i / 2] << 4U | value);
  }
  return salt;
}

}  // namespace

Mac hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> message) {
  Mac mac{};
  unsigned int length = 0;
  TALLY_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                    message.size(), mac.data(), &length) != nullptr);
  TALLY_ASSERT(length == mac.size());
  return mac;
}

bool same_secret(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base32(std::span<const std::uint8_t> bytes) {
  std::string text;
  unsigned bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8U | byte;
    count += 8;
    while (count >= 5) {
      count -= 5;
      text += kDigits[bits >> count & 31U];
    }
    bits &= (1U << count) - 1;
  }
  if (count > 0) text += kDigits[bits << (5 - count) & 31U];
  return text;
}

std::string password_hash(std::string_view password, const Salt& salt) {
  TALLY_ASSERT(password.size() <= kPasswordBytesMost);
  std::array<std::uint8_t, kKeyBytes> key{};
  TALLY_ASSERT(EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(), kWork,
                              kBlock, 1, kMemoryMax, key.data(), key.size()) == 1);
  return fmt::format("{}{}${}", kScheme, hex(salt), hex(key));
}

bool is_password(std::string_view password, std::string_view stored) {
  if (password.size() > kPasswordBytesMost || !stored.starts_with(kScheme)) return false;
  const std::string_view rest = stored.substr(kScheme.size());
  const auto salt = salt_of(rest.substr(0, rest.find('$')));
  return salt && same_secret(password_hash(password, *salt), stored);
}

}  // namespace tally
