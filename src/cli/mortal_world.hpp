// The real world, for a server that dies at a named point as a power cut would have it: SIGKILL, no
// destructor, no flush. For rehearsals of what a restart finds (tests/crash.py).
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <string>

#include "server/world.hpp"

namespace tally::cli {

class MortalWorld : public server::World {
 public:
  // `crash_at` is "what.how_far" as World::reached() is told: "segment.stored".
  explicit MortalWorld(std::string crash_at) : crash_at_(std::move(crash_at)) {}

  Instant now() override { return server::real_world().now(); }
  void fill_random(std::span<std::uint8_t> bytes) override {
    server::real_world().fill_random(bytes);
  }
  void reached(std::string_view what, std::string_view how_far) override;

 private:
  const std::string crash_at_;
};

}  // namespace tally::cli
