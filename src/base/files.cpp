#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace tally {
namespace fs = std::filesystem;

ErrorCode code_of(FileError error) {
  switch (error) {
    case FileError::kNotFound:
      return {"file.not_found", ErrorKind::kNotFound};
    case FileError::kUnreadable:
      return {"file.unreadable", ErrorKind::kFailed};
    case FileError::kTooLarge:
      return {"file.too_large", ErrorKind::kFailed};
    case FileError::kUnwritable:
      return {"file.unwritable", ErrorKind::kFailed};
  }
  std::abort();
}

namespace {

std::unexpected<Error> unwritable(const fs::path& path, std::string_view why) {
  return fail(FileError::kUnwritable, fmt::format("can't write {}: {}", path.string(), why));
}

// `path` with an unused suffix, in the same folder, so that rename stays within one file system.
std::string temporary_pattern(const fs::path& path) {
  return (path.parent_path() / fmt::format(".{}.XXXXXX", path.filename().string())).string();
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unwritable(path, std::strerror(errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0 && errno != EINVAL) return unwritable(path, std::strerror(errno));
  return {};
}

Result<void> make_parent(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) return unwritable(path, error.message());
  return {};
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t bytes_max) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(FileError::kNotFound, fmt::format("{}: no such file", path.string()));
  }
  if (fs::is_directory(path, error)) {
    return fail(FileError::kUnreadable, fmt::format("{}: is a folder, not a file", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(FileError::kUnreadable, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  std::string content;
  char buffer[1U << 16U];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    content.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (content.size() > bytes_max) {
      return fail(FileError::kTooLarge,
                  fmt::format("{}: larger than {} bytes", path.string(), bytes_max));
    }
  }
  if (file.bad()) {
    return fail(FileError::kUnreadable, fmt::format("{}: reading stopped half way", path.string()));
  }
  return content;
}

Result<void> write_file_atomically(const fs::path& path, std::string_view content) {
  if (auto made = make_parent(path); !made) return made;
  std::string temporary = temporary_pattern(path);
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return unwritable(path, std::strerror(errno));
  Result<void> written = write_all(fd, content, path);
  if (::fchmod(fd, 0644) != 0 && written) written = unwritable(path, std::strerror(errno));
  ::close(fd);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = unwritable(path, std::strerror(errno));
  }
  if (!written) ::unlink(temporary.c_str());
  return written;
}

Result<void> sync_folder(const fs::path& folder) {
  const std::string name = folder.empty() ? "." : folder.string();
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return unwritable(folder, std::strerror(errno));
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  if (error != 0) return unwritable(folder, std::strerror(error));
  return {};
}

Result<StagedFolder> StagedFolder::beside(const fs::path& destination) {
  // "out/" and "out" are the same place.
  const fs::path target = destination.has_filename() ? destination : destination.parent_path();
  std::error_code error;
  if (fs::exists(target, error) && !fs::is_directory(target, error)) {
    return unwritable(target, "a file of that name is in the way; give another folder with -o");
  }
  if (auto made = make_parent(target); !made) return std::unexpected(made.error());
  std::string staging = temporary_pattern(target);
  if (::mkdtemp(staging.data()) == nullptr) return unwritable(target, std::strerror(errno));
  fs::permissions(staging, fs::perms(0755), error);
  return StagedFolder(staging, target);
}

StagedFolder::StagedFolder(fs::path staging, fs::path destination)
    : staging_(std::move(staging)), destination_(std::move(destination)) {}

StagedFolder::StagedFolder(StagedFolder&& other) noexcept
    : staging_(std::exchange(other.staging_, {})), destination_(std::move(other.destination_)) {}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
}

Result<void> StagedFolder::commit() {
  std::error_code error;
  if (!fs::exists(destination_, error)) {
    fs::rename(staging_, destination_, error);
    if (error) return unwritable(destination_, error.message());
    staging_.clear();
    return {};
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(staging_, error)) {
    const fs::path target = destination_ / entry.path().filename();
    if (fs::is_directory(target, error)) fs::remove_all(target, error);
    fs::rename(entry.path(), target, error);
    if (error) return unwritable(target, error.message());
  }
  if (error) return unwritable(destination_, error.message());
  fs::remove_all(staging_, error);
  staging_.clear();
  return {};
}

}  // namespace tally
