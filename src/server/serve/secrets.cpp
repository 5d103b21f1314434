#include "server/serve/secrets.hpp"

#include <algorithm>
#include <vector>

#include "base/files.hpp"
#include "base/secret.hpp"

namespace tally::serve {
namespace fs = std::filesystem;

Result<std::string> server_secret(const config::Config& config, server::World& world) {
  const auto configured = config::resolve_secret(config.server_secret, config::system_secrets());
  if (!configured) return std::unexpected(configured.error());
  if (*configured) return **configured;
  const fs::path file = config.data / "server.secret";
  std::error_code error;
  if (!fs::exists(file, error)) {
    std::array<std::uint8_t, 32> bytes{};
    world.fill_random(bytes);
    if (auto written = write_file_atomically(file, base32(bytes)); !written) {
      return std::unexpected(written.error());
    }
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  }
  return read_file(file, config::kSecretBytesMax);
}

std::array<std::uint8_t, 32> derived_key(std::string_view secret, std::string_view purpose) {
  const auto bytes = [](std::string_view text) {
    return std::vector<std::uint8_t>(text.begin(), text.end());
  };
  return hmac_sha256(bytes(secret), bytes(std::string(purpose) + '\x01'));
}

}  // namespace tally::serve
