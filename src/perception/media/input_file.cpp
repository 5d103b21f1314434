#include "perception/media/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace tally::media {

Result<UniqueFd> open_input(const std::filesystem::path& path, Empty empty) {
  const std::string name = path.string();
  // Without O_NONBLOCK a pipe of that name would block until someone writes.
  UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(MediaError::kNotFound, fmt::format("{}: no such file; check the path", name));
  }
  if (!fd) {
    return fail(MediaError::kUnreadable,
                fmt::format("{}: can't be opened: {}", name, std::strerror(errno)));
  }
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) {
    return fail(MediaError::kUnreadable, fmt::format("{}: {}", name, std::strerror(errno)));
  }
  if (S_ISDIR(facts.st_mode)) {
    return fail(MediaError::kUnreadable,
                fmt::format("{}: is a folder; name a video file in it", name));
  }
  if (!S_ISREG(facts.st_mode)) {
    return fail(MediaError::kUnreadable,
                fmt::format("{}: is a pipe or device; save it to a file first", name));
  }
  if (facts.st_size == 0 && empty == Empty::kRefuse) {
    return fail(MediaError::kEmpty,
                fmt::format("{}: is empty (0 bytes); copy or record it again", name));
  }
  return fd;
}

}  // namespace tally::media
