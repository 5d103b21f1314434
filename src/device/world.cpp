#include "device/world.hpp"

#include <sys/random.h>
#include <time.h>

#include <chrono>

#include "base/assert.hpp"
#include "base/files.hpp"

namespace tally::device {
namespace {

constexpr std::size_t kBootNameBytesMax = 64;

class RealWorld : public World {
 public:
  Duration since_boot() override {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                std::chrono::nanoseconds(time.tv_nsec));
  }

  std::string boot_name() override {
    auto name = read_file("/proc/sys/kernel/random/boot_id", kBootNameBytesMax);
    if (!name) return "unknown";
    while (name->ends_with('\n')) name->pop_back();
    return *name;
  }

  Instant now() override {
    // tidy-allow(clock): this is where the clock comes from.
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }

  std::uint64_t random() override {
    std::uint64_t bits = 0;
    TALLY_ASSERT(::getrandom(&bits, sizeof bits, 0) == sizeof bits);
    return bits;
  }
};

}  // namespace

World& real_world() {
  static RealWorld world;
  return world;
}

}  // namespace tally::device
