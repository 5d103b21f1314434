// Which blobs there are, whose, and until when: the index in the store over BlobFiles. A blob's
// name is (tenant, owner, name); several may have the same content, and its file goes with the
// last.
//
// To keep a blob: BlobFiles::put() the content, then add_blob() in the transaction that needs it.
// add_blob() looks whether the file is there, and purge_blobs() removes files inside of its
// transaction, under the lock of the content's row: a file that an acknowledged blob needs is never
// purged under it, also by another program.
//
// Thread-safety: a transaction's. Limits: kPurgeMax, kPurgeFilesMax, kHoldMax.
// Errors: BlobError, and the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/blob_files.hpp"
#include "platform/connection.hpp"
#include "platform/retention.hpp"

namespace tally::platform {

inline constexpr std::int64_t kPurgeMax = 100;  // Blobs in one transaction.
// Files removed, or tried, in one transaction, which others wait for: a sync of the disk each.
inline constexpr std::int64_t kPurgeFilesMax = 8;
// After so long a file that could not be removed is tried again.
inline constexpr Duration kPurgeAgain = std::chrono::hours(1);
inline constexpr std::int64_t kBlobsOfOwner = 5'000;  // Of one owner, in one list.

struct BlobName {
  TenantId tenant;
  std::string owner;  // "ses_…"
  std::string name;   // "cam0/0007.mp4"
};

struct BlobEntry {
  BlobName name;
  BlobKind kind = BlobKind::kRawVideo;
  std::string sha256;
  std::int64_t bytes = 0;
  Instant created_at;
  std::optional<Instant> held_until;
  std::optional<Instant> purged_at;  // Its row stays, to tell that it was there and is gone.
};

// The same again changes nothing and is no error. Errors: kDifferent, if the name has other content
// or was purged; kMissing, if the file is not there: put it again and add it again.
Result<void> add_blob(Transaction& transaction, const BlobFiles& files, const BlobName& name,
                      BlobKind kind, std::string_view sha256, Instant now);

Result<std::optional<BlobEntry>> find_blob(Transaction& transaction, const BlobName& name);
// In order of names, at most kBlobsOfOwner.
Result<std::vector<BlobEntry>> blobs_of(Transaction& transaction, const TenantId& tenant,
                                        std::string_view owner);

// Keeps all blobs of the owner that are left until then, for a reason that people read; a longer
// hold stays. How many are held. Errors: kHeld beyond kHoldMax from now.
Result<std::int64_t> hold_blobs(Transaction& transaction, const TenantId& tenant,
                                std::string_view owner, Instant until, std::string_view reason,
                                Instant now);
// Takes the hold off: the dispute is decided.
Result<std::int64_t> release_blobs(Transaction& transaction, const TenantId& tenant,
                                   std::string_view owner);

struct StuckBlob {
  BlobName name;
  std::string sha256;
  Error error;
};
struct Purged {
  std::int64_t blobs = 0;
  // Their files can't be removed: an error of the disk, or somebody's permissions. They count as
  // there, hold nobody else up, and are tried again after kPurgeAgain. A human should know.
  std::vector<StuckBlob> stuck;

  // Call again, in a transaction of its own: there may be more that is due.
  [[nodiscard]] bool go_on() const { return blobs > 0 || !stuck.empty(); }
};

// Removes files and marks rows of what is due, oldest first, at most kPurgeMax of them and
// kPurgeFilesMax files.
Result<Purged> purge_blobs(Transaction& transaction, const BlobFiles& files,
                           const Retention& retention, Instant now);
// Removes one now, whatever its kind: an erasure, a picture that is not shown any more. A hold
// keeps it: kHeld. If its file can't be removed, it is there still, and the error says why; roll
// back then.
Result<void> erase_blob(Transaction& transaction, const BlobFiles& files, const BlobName& name,
                        Instant now);

}  // namespace tally::platform
