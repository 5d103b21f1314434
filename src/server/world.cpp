#include "server/world.hpp"

#include <sys/random.h>

#include <chrono>

#include "base/assert.hpp"

namespace tally::server {
namespace {

class RealWorld : public World {
 public:
  Instant now() override {
    // tidy-allow(clock): this is where the clock comes from.
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }

  void fill_random(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const auto got = getrandom(bytes.data(), bytes.size(), 0);
      TALLY_ASSERT(got > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

World& real_world() {
  static RealWorld world;
  return world;
}

}  // namespace tally::server
