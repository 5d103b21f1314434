#include "platform/presence.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/files.hpp"

namespace tally::platform {
namespace fs = std::filesystem;

namespace {

std::unexpected<Error> unwritable(const fs::path& path) {
  return fail(FileError::kUnwritable,
              fmt::format("can't lock {}: {}", path.string(), std::strerror(errno)));
}

bool is_locked(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return errno != ENOENT;  // What can't be judged is let be.
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0;
  ::close(descriptor);
  return locked;
}

}  // namespace

Result<Presence> Presence::begin(fs::path folder, std::string name) {
  std::error_code ignored;  // Opening the file says it better.
  fs::create_directories(folder, ignored);
  // Locked before it has a name that others look at. A child must not keep it locked.
  const fs::path begun = folder / ("." + name);
  const int descriptor = ::open(begun.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return unwritable(begun);
  Presence presence(std::move(folder), std::move(name), descriptor);
  const fs::path file = presence.folder_ / presence.name_;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || ::rename(begun.c_str(), file.c_str()) != 0) {
    const auto why = unwritable(begun);
    fs::remove(begun, ignored);
    return why;
  }
  return presence;
}

Presence::Presence(Presence&& other) noexcept
    : folder_(std::move(other.folder_)),
      name_(std::move(other.name_)),
      lock_(std::exchange(other.lock_, -1)) {}

Presence::~Presence() {
  if (lock_ < 0) return;
  forget(name_);
  ::close(lock_);
}

bool Presence::lives(std::string_view name) const { return is_locked(folder_ / name); }

std::vector<std::string> Presence::ended() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with('.') || name == name_ || is_locked(entry.path())) continue;
    names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

void Presence::forget(std::string_view name) const {
  std::error_code ignored;  // It would be found again at the next start.
  fs::remove(folder_ / name, ignored);
}

}  // namespace tally::platform
