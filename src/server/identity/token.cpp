#include "server/identity/token.hpp"

#include <array>
#include <utility>

#include "base/digest.hpp"
#include "base/secret.hpp"

namespace tally::identity {

Token make_token(server::World& world, std::string_view prefix) {
  std::array<std::uint8_t, kTokenBytes> bytes{};
  world.fill_random(bytes);
  std::string text = std::string(prefix) + base32(bytes);
  std::string sha256 = sha256_hex(text);
  return {std::move(text), std::move(sha256)};
}

}  // namespace tally::identity
