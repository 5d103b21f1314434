// SHA-256 (FIPS 180-4): names inputs, outputs and evidence by what they contain.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally {

// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);

// Reads the file in pieces; memory use does not grow with it. Errors: FileError.
Result<std::string> sha256_hex_of_file(const std::filesystem::path& path);

}  // namespace tally
