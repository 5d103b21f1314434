#include "base/recorded_syncs.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <system_error>
#include <utility>

namespace tally {
namespace {

struct Recorded {
  std::mutex mutex;
  std::vector<std::filesystem::path> syncs;
};

Recorded& recorded() {
  static Recorded all;
  return all;
}

}  // namespace

std::vector<std::filesystem::path> take_recorded_syncs() {
  const std::lock_guard lock(recorded().mutex);
  return std::exchange(recorded().syncs, {});
}

}  // namespace tally

extern "C" int fsync(int descriptor) {
  std::error_code ignored;
  auto path = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), ignored);
  {
    const std::lock_guard lock(tally::recorded().mutex);
    tally::recorded().syncs.push_back(std::move(path));
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
