// Blobs as files, each under the SHA-256 of what it contains: <root>/ab/cd/abcd…; two equal
// contents are one file. A file appears whole (written beside, synced, renamed, its folder synced)
// or not at all, and is checked against its name whenever it is read.
//
// Thread-safety: any number of threads and programs may put, read and remove; nothing here blocks
// but the disk. Limits: kBlobBytesMax. Errors: BlobError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::platform {

enum class BlobError : std::uint8_t {
  kMissing,     // No such blob, or no longer.
  kDamaged,     // The file is not what its name says: the disk, or a hand, changed it.
  kFull,        // The disk, or a quota, is full; nothing of the blob was left behind.
  kUnwritable,  // The folder can't be read or written for another reason.
  kTooLarge,    // More than kBlobBytesMax.
  kName,        // Not 64 lower-case hexadecimal digits.
  kDifferent,   // The name is taken by a blob of other content.
  kHeld,        // Held for longer than kHoldMax.
};
[[nodiscard]] ErrorCode code_of(BlobError error);

inline constexpr std::size_t kBlobBytesMax = 64U << 20U;

class BlobFiles {
 public:
  // Makes the folder, readable by its owner only. What a program that ended in the middle of a
  // write left behind is taken away by remove_leftovers().
  static Result<BlobFiles> open(std::filesystem::path root);

  // Its SHA-256. Putting what is there already writes it again: it may be damaged.
  Result<std::string> put(std::string_view content) const;
  // The same for a file that is durable already, of which the caller knows the SHA-256; it is
  // moved, so it must lie on the same file system.
  Result<void> adopt(const std::filesystem::path& file, std::string_view sha256) const;
  Result<std::string> read(std::string_view sha256) const;
  [[nodiscard]] bool has(std::string_view sha256) const;
  // True if there was one.
  Result<bool> remove(std::string_view sha256) const;

  // At start, before anybody puts: unfinished files. How many.
  Result<int> remove_leftovers() const;

  // Where the file is; it may not be there. Empty for what is no SHA-256.
  [[nodiscard]] std::filesystem::path path_of(std::string_view sha256) const;

 private:
  explicit BlobFiles(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;
};

}  // namespace tally::platform
