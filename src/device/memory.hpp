// What a cabinet keeps over restarts, as one small JSON file that is replaced whole.
//
// docs/device.md describes the file. Pure, but load_memory() and save_memory().
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "device/cabinet.hpp"
#include "device/timeline.hpp"

namespace tally::device {

inline constexpr std::size_t kMemoryBytesMax = std::size_t{8} << 20U;

struct Memory {
  Cabinet cabinet;
  TimeMark mark;
  std::int64_t next_clip = 0;  // Of a virtual cabinet: which folder of clips plays next.
};

[[nodiscard]] std::string to_text(const Memory& memory);
// Errors: DeviceError::kMemory.
Result<Memory> parse_memory(std::string_view text);

// A fresh memory where there is no file. Errors: DeviceError::kMemory, FileError.
Result<Memory> load_memory(const std::filesystem::path& file);
// Errors: FileError::kUnwritable; then the file is as it was.
Result<void> save_memory(const std::filesystem::path& file, const Memory& memory);

}  // namespace tally::device
