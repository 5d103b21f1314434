#include "base/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "base/assert.hpp"
#include "base/files.hpp"

namespace tally {

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_MD_CTX* evp = context_->evp.get();
  TALLY_ASSERT(evp != nullptr && EVP_DigestInit_ex(evp, EVP_sha256(), nullptr) == 1);
}

Sha256::Sha256(Sha256&& other) noexcept = default;
Sha256& Sha256::operator=(Sha256&& other) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  TALLY_ASSERT(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish_hex() {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  TALLY_ASSERT(EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &length) == 1 &&
               length == 32);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.finish_hex();
}

std::string sha256_hex(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text))); }

Result<std::string> sha256_hex_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const bool missing = !std::filesystem::exists(path);
    return fail(missing ? FileError::kNotFound : FileError::kUnreadable,
                fmt::format("{}: {}", path.string(), std::strerror(missing ? ENOENT : errno)));
  }
  Sha256 sha;
  std::vector<char> buffer(1U << 18U);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    sha.update(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(file.gcount()))));
  }
  if (file.bad()) {
    return fail(FileError::kUnreadable, fmt::format("{}: reading stopped half way", path.string()));
  }
  return sha.finish_hex();
}

}  // namespace tally
