// Keys made of the server's one secret, each for one purpose.
//
// Thread-safety: pure functions but for server_secret(), which reads and makes a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "server/config/config.hpp"
#include "server/world.hpp"

namespace tally::serve {

// As configured; else that of the data folder, which is made at the first start, readable by its
// owner only; the same for all who start at once. Errors: ConfigError::kSecret, FileError.
Result<std::string> server_secret(const config::Config& config, server::World& world);

// HMAC-SHA-256 of the purpose under the secret (the expansion of RFC 5869, one block).
[[nodiscard]] std::array<std::uint8_t, 32> derived_key(std::string_view secret,
                                                       std::string_view purpose);

}  // namespace tally::serve
