// What a cabinet takes from outside of itself: time and chance. Passed in everywhere, so that a
// test, or a simulation of the whole, decides both.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.hpp"

namespace tally::device {

class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;

  // A clock that only goes forward, at the world's pace, also while the machine sleeps; from the
  // machine's start.
  [[nodiscard]] virtual Duration since_boot() = 0;
  // Names this run of the machine: since_boot() begins anew with another name.
  [[nodiscard]] virtual std::string boot_name() = 0;
  // The machine's idea of the date. Wrong by any amount; used for a guess after a reboot only.
  [[nodiscard]] virtual Instant now() = 0;
  // Any 64 bits.
  [[nodiscard]] virtual std::uint64_t random() = 0;
};

// CLOCK_BOOTTIME, the kernel's boot id, the system's clock, and getrandom(2).
[[nodiscard]] World& real_world();

}  // namespace tally::device
