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
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    TALLY_ASSERT(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void update(const void* data, std::size_t bytes) {
    TALLY_ASSERT(EVP_DigestUpdate(context_.get(), data, bytes) == 1);
  }
  std::string finish_hex() {
    std::array<unsigned char, 32> digest{};
    unsigned int length = 0;
    TALLY_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1 && length == 32);
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.update(bytes.data(), bytes.size());
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
    sha.update(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) {
    return fail(FileError::kUnreadable, fmt::format("{}: reading stopped half way", path.string()));
  }
  return sha.finish_hex();
}

}  // namespace tally
