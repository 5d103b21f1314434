// Bearer tokens: a prefix that says of what kind they are, and 256 random bits in Crockford's
// base 32. The store keeps their SHA-256: a token has so much chance in it that no salt is needed.
//
// Internal to the folder. Thread-safety: pure functions, but for the world's chance.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/world.hpp"

namespace tally::identity {

inline constexpr std::string_view kSessionPrefix = "tally_session_";
inline constexpr std::string_view kTestKeyPrefix = "tally_test_";
inline constexpr std::string_view kLiveKeyPrefix = "tally_live_";
inline constexpr std::string_view kDevicePrefix = "tally_device_";
inline constexpr std::size_t kTokenBytes = 32;

struct Token {
  std::string text;
  std::string sha256;
};
[[nodiscard]] Token make_token(server::World& world, std::string_view prefix);

}  // namespace tally::identity
