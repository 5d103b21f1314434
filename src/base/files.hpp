// Files that are read whole, and outputs that appear whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally {

enum class FileError : std::uint8_t {
  kNotFound,    // No such file or folder.
  kUnreadable,  // It is there and can't be read.
  kTooLarge,    // Larger than the limit the caller gave.
  kUnwritable,  // The place to write to can't be written: permissions, a full disk.
};
[[nodiscard]] ErrorCode code_of(FileError error);

// The whole file as bytes; refuses what is larger than `bytes_max`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

// Writes a temporary neighbour, syncs it, and renames it over `path`: a reader sees the old or the
// new content, never a part. Missing parent folders are made.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

// So that which files and folders lie in it is kept through a loss of power: a file that was made,
// renamed or removed is safe only once its folder is synced.
Result<void> sync_folder(const std::filesystem::path& folder);

// A folder of results that appears by rename. Write into path(); commit() puts it in place. Without
// commit everything written is removed again. Files in an existing destination that this run did
// not write stay; same-named ones are replaced.
class StagedFolder {
 public:
  static Result<StagedFolder> beside(const std::filesystem::path& destination);
  StagedFolder(StagedFolder&& other) noexcept;
  StagedFolder& operator=(StagedFolder&&) = delete;
  ~StagedFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return staging_; }
  Result<void> commit();

 private:
  StagedFolder(std::filesystem::path staging, std::filesystem::path destination);
  std::filesystem::path staging_;
  std::filesystem::path destination_;
};

}  // namespace tally
