// What the servers take from outside of themselves: time and chance, and the hour of their death.
// Passed in everywhere, so that a test, or a simulation of the whole, decides them.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::server {

class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;

  [[nodiscard]] virtual Instant now() = 0;
  // Cryptographically strong.
  virtual void fill_random(std::span<std::uint8_t> bytes) = 0;
  // Told where the program's death would hurt, on the way from a scan to a receipt: `what` is so
  // far, as in "segment" "stored". A rehearsal dies there; else nothing happens.
  virtual void reached(std::string_view /*what*/, std::string_view /*how_far*/) {}

  [[nodiscard]] IdBits random_bits() {
    IdBits bits{};
    fill_random(bits);
    return bits;
  }
  template <typename SomeId>
  [[nodiscard]] SomeId new_id() {
    return SomeId::from_bits(random_bits());
  }
};

// The system's clock and getrandom(2); aborts where the system gives no randomness.
[[nodiscard]] World& real_world();

}  // namespace tally::server
