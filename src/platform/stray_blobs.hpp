// Content files without a row: their upload was refused after it was whole, or the program died
// between the file and the transaction that needed it. Nobody knows them, so nothing else removes
// them.
//
// A file younger than kStrayAge may still get its row. An older one is removed inside of a
// transaction under the lock of its content's row, as purge_blobs() does (blobs.hpp): an add_blob()
// at the same time waits, and says then that the file is missing.
//
// Files lie in kBlobFolders folders, by the first four digits of their SHA-256. Thread-safety: a
// transaction's. Limits: kStraysLookedMax, kPurgeFilesMax. Errors: BlobError, and the store's.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/blobs.hpp"

namespace tally::platform {

inline constexpr Duration kStrayAge = std::chrono::days(1);
inline constexpr std::uint32_t kBlobFolders = 1U << 16U;
// Files and folders in one transaction, which others wait for; a folder is looked at as a whole.
inline constexpr std::size_t kStraysLookedMax = 200;

struct Strays {
  std::int64_t removed = 0;
  std::uint32_t next = 0;        // Where to go on; kBlobFolders: all were looked at.
  std::vector<StuckBlob> stuck;  // That can't be removed. They hold nobody else up.
};

// Looks from this folder on.
Result<Strays> remove_strays(Transaction& transaction, const BlobFiles& files, std::uint32_t folder,
                             Instant now);

}  // namespace tally::platform
