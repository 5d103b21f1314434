// Secrets: message authentication, comparison that tells nothing by its time, passwords.
//
// HMAC-SHA-256 (RFC 2104, FIPS 198-1); passwords by scrypt (RFC 7914) with N = 2^15, r = 8, p = 1,
// which takes 32 MiB and some 100 ms: do it on no thread that others wait for. Randomness is the
// caller's. Thread-safety: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tally {

using Mac = std::array<std::uint8_t, 32>;
[[nodiscard]] Mac hmac_sha256(std::span<const std::uint8_t> key,
                              std::span<const std::uint8_t> message);

// Takes as long for unequal texts as for equal ones of that length.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);
[[nodiscard]] bool same_secret(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

// Bytes as lower-case letters and digits of Crockford's base 32, most significant bit first, the
// last digit padded with zero bits.
[[nodiscard]] std::string base32(std::span<const std::uint8_t> bytes);

inline constexpr std::size_t kPasswordBytesLeast = 10;
inline constexpr std::size_t kPasswordBytesMost = 200;
using Salt = std::array<std::uint8_t, 16>;

// What to store of a password: "scrypt$15$8$1$<salt>$<key>", hexadecimal. The bytes are taken as
// they are. Precondition: at most kPasswordBytesMost.
[[nodiscard]] std::string password_hash(std::string_view password, const Salt& salt);

// Whether the password is the one of which `stored` was made; false for anything that is no such
// hash.
[[nodiscard]] bool is_password(std::string_view password, std::string_view stored);

}  // namespace tally
