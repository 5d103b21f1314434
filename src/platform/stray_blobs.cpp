#include "platform/stray_blobs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>

namespace tally::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 64;
constexpr std::uint32_t kWithinOne = 1U << 8U;  // Folders that have one parent.

fs::path folder_of(const BlobFiles& files, std::uint32_t folder) {
  std::string sha256 = fmt::format("{:04x}", folder);
  sha256.resize(kDigits, '0');
  return files.path_of(sha256).parent_path();
}

bool is_old(const fs::path& path, Instant now) {
  struct ::stat status{};
  if (::stat(path.c_str(), &status) != 0) return false;
  return Instant(std::chrono::seconds(status.st_mtim.tv_sec)) + kStrayAge <= now;
}

// Its content's row is made, so that it is locked; if there is one the file is somebody's.
Result<bool> lock_if_stray(Transaction& transaction, std::string_view sha256) {
  const auto made = transaction.execute(
      "INSERT INTO blob_contents (sha256, bytes, uses) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING",
      sha256);
  if (!made) return std::unexpected(made.error());
  return *made == 1;
}

Result<void> look_at(Transaction& transaction, const BlobFiles& files, const fs::path& path,
                     Instant now, Strays& strays) {
  const std::string sha256 = path.filename().string();
  if (files.path_of(sha256) != path || !is_old(path, now)) return {};
  const auto stray = lock_if_stray(transaction, sha256);
  if (!stray) return std::unexpected(stray.error());
  if (!*stray) return {};
  // Unless it was put again before the lock.
  if (is_old(path, now)) {
    const auto removed = files.remove(sha256);
    if (removed) {
      ++strays.removed;
    } else {
      strays.stuck.push_back({{}, sha256, removed.error()});
    }
  }
  const auto forgotten = transaction.execute("DELETE FROM blob_contents WHERE sha256 = $1", sha256);
  return forgotten ? Result<void>{} : std::unexpected(forgotten.error());
}

}  // namespace

Result<Strays> remove_strays(Transaction& transaction, const BlobFiles& files, std::uint32_t folder,
                             Instant now) {
  Strays strays;
  std::size_t looked = 0;
  for (strays.next = folder; strays.next < kBlobFolders; ++strays.next) {
    if (looked >= kStraysLookedMax) return strays;
    ++looked;
    const fs::path path = folder_of(files, strays.next);
    std::error_code gone;  // Most folders are not there, where there are few blobs.
    if (strays.next % kWithinOne == 0 && !fs::exists(path.parent_path(), gone)) {
      strays.next += kWithinOne - 1;
      continue;
    }
    for (fs::directory_iterator at(path, gone), end; !gone && at != end; at.increment(gone)) {
      if (strays.removed == kPurgeFilesMax) return strays;  // The rest of this folder is next.
      ++looked;
      if (auto done = look_at(transaction, files, at->path(), now, strays); !done) {
        return std::unexpected(done.error());
      }
    }
  }
  return strays;
}

}  // namespace tally::platform
