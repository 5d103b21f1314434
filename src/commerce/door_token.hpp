// The token in a cabinet's QR code: who holds it stands in front of that cabinet, now.
//
// The cabinet's id, an end a minute away, and a number that is used once, under a MAC of 128 bits
// by one of the server's keys; 72 letters of Crockford's base 32. Keys are rotated: the newest
// writes, all that are given read. That a token is used once is the store's to see to, by `nonce`.
//
// Who opened the code in time and has to sign in first gets a claim on it: the same number, so that
// one use of either uses up both, with a later end. A claim is never shown on a screen, and gives
// no further claim.
//
// Pure; thread-safety: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::commerce {

inline constexpr Duration kDoorTokenLife = std::chrono::seconds(60);
inline constexpr Duration kDoorClaimLife = std::chrono::minutes(10);  // As a code by e-mail.
inline constexpr std::size_t kDoorTokenLetters = 72;

enum class DoorTokenError : std::uint8_t {
  kForged,   // Not a token, or not made with a key of ours.
  kExpired,  // It was one; the cabinet shows a new one by now.
};
[[nodiscard]] ErrorCode code_of(DoorTokenError error);

struct DoorTokenKey {
  std::uint8_t number = 0;
  std::array<std::uint8_t, 32> secret{};
};

struct DoorToken {
  CabinetId cabinet;
  Instant expires;  // Whole seconds; more precise parts are cut off.
  std::array<std::uint8_t, 7> nonce{};
  bool is_claim = false;

  friend bool operator==(const DoorToken&, const DoorToken&) = default;
};

// From the end of what was scanned on; nothing where that is a claim itself.
[[nodiscard]] std::optional<DoorToken> claim_of(const DoorToken& scanned);

[[nodiscard]] std::string write_door_token(const DoorToken& token, const DoorTokenKey& key);

// Errors: DoorTokenError.
Result<DoorToken> read_door_token(std::string_view text, std::span<const DoorTokenKey> keys,
                                  Instant now);

}  // namespace tally::commerce
