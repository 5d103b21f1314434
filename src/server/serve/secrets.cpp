#include "server/serve/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/files.hpp"
#include "base/secret.hpp"

namespace tally::serve {
namespace fs = std::filesystem;

namespace {

std::unexpected<Error> unwritable(const fs::path& file, int error) {
  return fail(FileError::kUnwritable,
              fmt::format("can't write {}: {}", file.string(), std::strerror(error)));
}

// Only ever its owner's to read, and whole before it has its name. Where several start at once the
// first one's stays: keys are made of it, and what they sign must hold for all.
Result<void> make_once(const fs::path& file, const std::string& content) {
  std::string part = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(part.data(), O_CLOEXEC);  // 0600.
  if (descriptor < 0) return unwritable(file, errno);
  const auto size = static_cast<ssize_t>(content.size());
  int error = ::write(descriptor, content.data(), content.size()) == size ? 0 : EIO;
  if (error == 0 && ::fsync(descriptor) != 0 && errno != EINVAL) error = errno;
  ::close(descriptor);
  if (error == 0 && ::link(part.c_str(), file.c_str()) != 0 && errno != EEXIST) error = errno;
  ::unlink(part.c_str());
  if (error != 0) return unwritable(file, error);
  return sync_folder(file.parent_path());
}

}  // namespace

Result<std::string> server_secret(const config::Config& config, server::World& world) {
  const auto configured = config::resolve_secret(config.server_secret, config::system_secrets());
  if (!configured) return std::unexpected(configured.error());
  if (*configured) return **configured;
  const fs::path file = config.data / "server.secret";
  std::error_code error;
  if (!fs::exists(file, error)) {
    std::array<std::uint8_t, 32> bytes{};
    world.fill_random(bytes);
    if (auto made = make_once(file, base32(bytes)); !made) return std::unexpected(made.error());
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
