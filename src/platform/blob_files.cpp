#include "platform/blob_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/digest.hpp"
#include "base/files.hpp"

namespace tally::platform {
namespace fs = std::filesystem;

ErrorCode code_of(BlobError error) {
  switch (error) {
    case BlobError::kMissing:
      return {"blob.missing", ErrorKind::kNotFound};
    case BlobError::kDamaged:
      return {"blob.damaged", ErrorKind::kFailed};
    case BlobError::kFull:
      return {"blob.full", ErrorKind::kUnavailable};
    case BlobError::kUnwritable:
      return {"blob.unwritable", ErrorKind::kUnavailable};
    case BlobError::kTooLarge:
      return {"blob.too_large", ErrorKind::kFailed};
    case BlobError::kName:
      return {"blob.name", ErrorKind::kUsage};
    case BlobError::kDifferent:
      return {"blob.different", ErrorKind::kConflict};
    case BlobError::kHeld:
      return {"blob.held", ErrorKind::kUsage};
  }
  std::abort();
}

namespace {

// Content-addressed names have no dot.
constexpr std::string_view kUnfinished = ".part-";

std::unexpected<Error> failed(const fs::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return fail(full ? BlobError::kFull : BlobError::kUnwritable,
              fmt::format("{}: {}", path.string(), std::strerror(error)));
}

std::unexpected<Error> bad_name(std::string_view sha256) {
  return fail(BlobError::kName, fmt::format("'{}' is no SHA-256", sha256.substr(0, 80)));
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<void> keep_entries(const fs::path& folder) {
  if (auto synced = sync_folder(folder); !synced) {
    return fail(BlobError::kUnwritable, synced.error().message);
  }
  return {};
}

// One level; a folder is safe only once its parent is synced, whoever made it: somebody else may
// have made it just now.
Result<void> make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed(folder, errno);
  return keep_entries(folder.parent_path());
}

// The two above a blob's file.
Result<void> make_folders(const fs::path& path) {
  for (const fs::path& folder : {path.parent_path().parent_path(), path.parent_path()}) {
    if (auto made = make_folder(folder); !made) return made;
  }
  return {};
}

// 0, or errno.
int write_and_sync(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

Result<void> write_whole(const fs::path& path, std::string_view content) {
  std::string part = (path.parent_path() / fmt::format("{}XXXXXX", kUnfinished)).string();
  const int descriptor = ::mkostemp(part.data(), O_CLOEXEC);
  if (descriptor < 0) return failed(path, errno);
  int error = write_and_sync(descriptor, content);
  ::close(descriptor);
  if (error == 0 && ::rename(part.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(part.c_str());
    return failed(path, error);
  }
  return keep_entries(path.parent_path());
}

}  // namespace

Result<BlobFiles> BlobFiles::open(fs::path root) {
  std::error_code error;
  root = fs::absolute(root, error).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();  // "blobs/"
  for (fs::path folder; const fs::path& step : root) {
    folder /= step;
    if (!fs::exists(folder, error)) {
      if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
    }
  }
  if (auto kept = keep_entries(root.parent_path()); !kept) return std::unexpected(kept.error());
  fs::permissions(root, fs::perms::owner_all, error);
  if (error) return failed(root, error.value());
  return BlobFiles(std::move(root));
}

fs::path BlobFiles::path_of(std::string_view sha256) const {
  if (!is_sha256(sha256)) return {};
  return root_ / sha256.substr(0, 2) / sha256.substr(2, 2) / sha256;
}

Result<std::string> BlobFiles::put(std::string_view content) const {
  if (content.size() > kBlobBytesMax) {
    return fail(BlobError::kTooLarge, fmt::format("a blob of {} bytes; at most {} are kept",
                                                  content.size(), kBlobBytesMax));
  }
  std::string sha256 = sha256_hex(content);
  const fs::path path = path_of(sha256);
  if (auto made = make_folders(path); !made) return std::unexpected(made.error());
  if (auto written = write_whole(path, content); !written) {
    return std::unexpected(written.error());
  }
  return sha256;
}

Result<void> BlobFiles::adopt(const fs::path& file, std::string_view sha256) const {
  if (!is_sha256(sha256)) return bad_name(sha256);
  const fs::path path = path_of(sha256);
  if (auto made = make_folders(path); !made) return made;
  if (::rename(file.c_str(), path.c_str()) != 0) return failed(path, errno);
  return keep_entries(path.parent_path());
}

Result<std::string> BlobFiles::read(std::string_view sha256) const {
  if (!is_sha256(sha256)) return bad_name(sha256);
  const fs::path path = path_of(sha256);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return fail(BlobError::kMissing, fmt::format("blob {} is not there", sha256));
  }
  Result<std::string> content = read_file(path, kBlobBytesMax);
  if (!content) return fail(BlobError::kDamaged, content.error().message);
  if (sha256_hex(*content) == sha256) return content;
  return fail(BlobError::kDamaged,
              fmt::format("{}: its content is not what its name says", path.string()));
}

bool BlobFiles::has(std::string_view sha256) const {
  std::error_code ignored;
  return is_sha256(sha256) && fs::is_regular_file(path_of(sha256), ignored);
}

Result<bool> BlobFiles::remove(std::string_view sha256) const {
  if (!is_sha256(sha256)) return bad_name(sha256);
  const fs::path path = path_of(sha256);
  if (::unlink(path.c_str()) == 0) {
    if (auto synced = keep_entries(path.parent_path()); !synced) {
      return std::unexpected(synced.error());
    }
    return true;
  }
  if (errno == ENOENT) return false;
  return failed(path, errno);
}

Result<int> BlobFiles::remove_leftovers() const {
  int removed = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(root_, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->path().filename().string().starts_with(kUnfinished)) continue;
    if (::unlink(at->path().c_str()) != 0) return failed(at->path(), errno);
    ++removed;
  }
  if (error) return failed(root_, error.value());
  return removed;
}

}  // namespace tally::platform
