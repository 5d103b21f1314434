// SHA-256 (FIPS 180-4): names inputs, outputs and evidence by what they contain.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally {

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);

// The digest of what comes in pieces. finish_hex() ends it; nothing else may follow.
// Thread-safety: one thread at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> bytes);
  [[nodiscard]] std::string finish_hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Reads the file in pieces; memory use does not grow with it. Errors: FileError.
Result<std::string> sha256_hex_of_file(const std::filesystem::path& path);

}  // namespace tally
