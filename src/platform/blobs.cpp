#include "platform/blobs.hpp"

#include <sys/stat.h>

namespace tally::platform {
namespace {

using Row = std::tuple<TenantId, std::string, std::string, std::string, std::string, std::int64_t,
                       Instant, std::optional<Instant>, std::optional<Instant>>;

template <typename... Parameters>
Result<std::vector<BlobEntry>> select(Transaction& transaction, std::string_view rest,
                                      const Parameters&... parameters) {
  auto rows =
      transaction.query<TenantId, std::string, std::string, std::string, std::string, std::int64_t,
                        Instant, std::optional<Instant>, std::optional<Instant>>(
          fmt::format("SELECT tenant, owner, name, kind, sha256, bytes, created_at, held_until, "
                      "purged_at FROM blobs {}",
                      rest),
          parameters...);
  if (!rows) return std::unexpected(rows.error());
  std::vector<BlobEntry> entries;
  for (Row& row : *rows) {
    auto& [tenant, owner, name, kind_name, sha256, bytes, created, held, purged] = row;
    const auto kind = blob_kind_of(kind_name);
    if (!kind) {
      return fail(StoreError::kCorrupt,
                  fmt::format("blob {}/{} is of kind {}", owner, name, kind_name));
    }
    entries.push_back({{tenant, owner, name}, *kind, sha256, bytes, created, held, purged});
  }
  return entries;
}

// Locks the content's row; the file can't be purged from here to the transaction's end.
Result<std::int64_t> use_content(Transaction& transaction, const BlobFiles& files,
                                 std::string_view sha256) {
  struct ::stat status{};
  const auto used = transaction.execute(
      "INSERT INTO blob_contents (sha256, bytes, uses) VALUES ($1, 0, 1) "
      "ON CONFLICT (sha256) DO UPDATE SET uses = blob_contents.uses + 1",
      sha256);
  if (!used) return std::unexpected(used.error());
  const std::string path = files.path_of(sha256).string();
  if (path.empty() || ::stat(path.c_str(), &status) != 0) {
    return fail(BlobError::kMissing, fmt::format("blob {} is not there: put it first", sha256));
  }
  const auto sized = transaction.execute("UPDATE blob_contents SET bytes = $2 WHERE sha256 = $1",
                                         sha256, std::int64_t{status.st_size});
  if (!sized) return std::unexpected(sized.error());
  return std::int64_t{status.st_size};
}

// How many use the content afterwards.
Result<std::int64_t> change_uses(Transaction& transaction, std::string_view sha256,
                                 std::int64_t by) {
  const auto left = transaction.query_one<std::int64_t>(
      "UPDATE blob_contents SET uses = uses + $2 WHERE sha256 = $1 RETURNING uses", sha256, by);
  if (!left) return std::unexpected(left.error());
  return *left ? std::get<0>(**left) : 0;
}

Result<void> mark(Transaction& transaction, const BlobName& name, std::optional<Instant> purged_at,
                  std::optional<Instant> again_at) {
  const auto marked = transaction.execute(
      "UPDATE blobs SET purged_at = $4, purge_again_at = $5 "
      "WHERE tenant = $1 AND owner = $2 AND name = $3",
      name.tenant, name.owner, name.name, purged_at, again_at);
  if (!marked) return std::unexpected(marked.error());
  return {};
}

struct Gone {
  bool file = false;           // Its file went too.
  std::optional<Error> stuck;  // Nothing went: why the file can't be removed.
};

// The file goes with its last use, under the locks of both rows; if the transaction then fails the
// row is due still, and the file is gone early, which it was to be.
Result<Gone> purge(Transaction& transaction, const BlobFiles& files, const BlobEntry& entry,
                   Instant now) {
  if (auto marked = mark(transaction, entry.name, now, std::nullopt); !marked) {
    return std::unexpected(marked.error());
  }
  const auto left = change_uses(transaction, entry.sha256, -1);
  if (!left) return std::unexpected(left.error());
  if (*left > 0) return Gone{};
  if (const auto removed = files.remove(entry.sha256); !removed) {
    const auto used = change_uses(transaction, entry.sha256, 1);
    if (!used) return std::unexpected(used.error());
    if (auto kept = mark(transaction, entry.name, std::nullopt, now + kPurgeAgain); !kept) {
      return std::unexpected(kept.error());
    }
    return Gone{.file = false, .stuck = removed.error()};
  }
  const auto forgotten =
      transaction.execute("DELETE FROM blob_contents WHERE sha256 = $1", entry.sha256);
  if (!forgotten) return std::unexpected(forgotten.error());
  return Gone{.file = true, .stuck = std::nullopt};
}

}  // namespace

Result<std::optional<BlobEntry>> find_blob(Transaction& transaction, const BlobName& name) {
  auto found = select(transaction, "WHERE tenant = $1 AND owner = $2 AND name = $3", name.tenant,
                      name.owner, name.name);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::optional<BlobEntry>();
  return std::optional(std::move(found->front()));
}

Result<void> add_blob(Transaction& transaction, const BlobFiles& files, const BlobName& name,
                      BlobKind kind, std::string_view sha256, Instant now) {
  const auto before = find_blob(transaction, name);
  if (!before) return std::unexpected(before.error());
  if (*before && ((*before)->sha256 != sha256 || (*before)->purged_at)) {
    return fail(BlobError::kDifferent,
                fmt::format("{}/{} {}", name.owner, name.name,
                            (*before)->purged_at ? "was purged" : "is there with other content"));
  }
  if (*before) return {};
  const auto bytes = use_content(transaction, files, sha256);
  if (!bytes) return std::unexpected(bytes.error());
  const auto added = transaction.execute(
      "INSERT INTO blobs (tenant, owner, name, kind, sha256, bytes, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      name.tenant, name.owner, name.name, name_of(kind), sha256, *bytes, now);
  if (!added) return std::unexpected(added.error());
  return {};
}

Result<std::vector<BlobEntry>> blobs_of(Transaction& transaction, const TenantId& tenant,
                                        std::string_view owner) {
  return select(transaction, "WHERE tenant = $1 AND owner = $2 ORDER BY name LIMIT $3", tenant,
                owner, kBlobsOfOwner);
}

Result<std::int64_t> hold_blobs(Transaction& transaction, const TenantId& tenant,
                                std::string_view owner, Instant until, std::string_view reason,
                                Instant now) {
  if (until - now > kHoldMax) {
    return fail(BlobError::kHeld,
                fmt::format("a hold until {}; at most {} days from now are allowed",
                            to_string(until), kHoldMax / std::chrono::days(1)));
  }
  return transaction.execute(
      "UPDATE blobs SET held_because = $4, held_until = "
      "CASE WHEN held_until > $3 THEN held_until ELSE $3 END "
      "WHERE tenant = $1 AND owner = $2 AND purged_at IS NULL",
      tenant, owner, until, reason);
}

Result<std::int64_t> release_blobs(Transaction& transaction, const TenantId& tenant,
                                   std::string_view owner) {
  return transaction.execute(
      "UPDATE blobs SET held_until = NULL, held_because = NULL "
      "WHERE tenant = $1 AND owner = $2 AND held_until IS NOT NULL AND purged_at IS NULL",
      tenant, owner);
}

Result<Purged> purge_blobs(Transaction& transaction, const BlobFiles& files,
                           const Retention& retention, Instant now) {
  Purged purged;
  std::int64_t files_tried = 0;
  for (const BlobKind kind : kBlobKinds) {
    const auto kept = kept_for(retention, kind);
    if (!kept) continue;
    const auto due = select(transaction,
                            "WHERE kind = $1 AND purged_at IS NULL AND created_at <= $2 "
                            "AND (held_until IS NULL OR held_until <= $3) "
                            "AND (purge_again_at IS NULL OR purge_again_at <= $3) "
                            "ORDER BY created_at, tenant, owner, name LIMIT $4",
                            name_of(kind), now - *kept, now, kPurgeMax - purged.blobs);
    if (!due) return std::unexpected(due.error());
    for (const BlobEntry& entry : *due) {
      if (files_tried == kPurgeFilesMax) return purged;
      const auto gone = purge(transaction, files, entry, now);
      if (!gone) return std::unexpected(gone.error());
      files_tried += gone->file || gone->stuck ? 1 : 0;
      if (gone->stuck) {
        purged.stuck.push_back({entry.name, entry.sha256, *gone->stuck});
      } else {
        ++purged.blobs;
      }
    }
  }
  return purged;
}

Result<void> erase_blob(Transaction& transaction, const BlobFiles& files, const BlobName& name,
                        Instant now) {
  const auto entry = find_blob(transaction, name);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry || (*entry)->purged_at) {
    return fail(BlobError::kMissing, fmt::format("{}/{} is not there", name.owner, name.name));
  }
  if ((*entry)->held_until && *(*entry)->held_until > now) {
    return fail(BlobError::kHeld, fmt::format("{}/{} is held until {}", name.owner, name.name,
                                              to_string(*(*entry)->held_until)));
  }
  const auto gone = purge(transaction, files, **entry, now);
  if (!gone) return std::unexpected(gone.error());
  if (gone->stuck) return std::unexpected(*gone->stuck);
  return {};
}

}  // namespace tally::platform
