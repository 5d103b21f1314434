#include "platform/http/body_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "base/files.hpp"

namespace tally::http {

ErrorCode code_of(SinkError) { return {"file.full", ErrorKind::kUnavailable}; }

Result<std::shared_ptr<FileSink>> FileSink::create(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return fail(FileError::kUnwritable,
                fmt::format("can't write {}: {}", path.string(), std::strerror(errno)));
  }
  struct Maker : FileSink {
    Maker(std::filesystem::path p, int f) : FileSink(std::move(p), f) {}
  };
  return std::make_shared<Maker>(path, file);
}

FileSink::FileSink(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}

FileSink::~FileSink() {
  if (file_ >= 0) ::close(file_);
  std::error_code ignored;
  if (!kept_) std::filesystem::remove(path_, ignored);
}

Result<void> FileSink::write(std::span<const std::byte> chunk) {
  digest_.update(chunk);
  bytes_ += chunk.size();
  while (!chunk.empty()) {
    const ssize_t written = ::write(file_, chunk.data(), chunk.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unwritable(errno);
    chunk = chunk.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> FileSink::finish() {
  if (::fsync(file_) != 0) return unwritable(errno);
  if (::close(std::exchange(file_, -1)) != 0) return unwritable(errno);
  if (auto synced = sync_folder(path_.parent_path()); !synced) return synced;
  sha256_ = digest_.finish_hex();
  return {};
}

std::unexpected<Error> FileSink::unwritable(int error_number) const {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  if (full) return fail(SinkError::kFull, fmt::format("no room for {}", path_.string()));
  return fail(FileError::kUnwritable,
              fmt::format("can't write {}: {}", path_.string(), std::strerror(error_number)));
}

}  // namespace tally::http
