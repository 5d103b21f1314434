// A cabinet's own time line: milliseconds that go on over restarts, so that the age of what
// happened is known also of what happened before one.
//
// Within one run of the machine it is the monotonic clock. Over a reboot nobody measured the time;
// then the clock on the wall is believed, but never to have stood still for less than the machine
// runs, nor for longer than an age may be. Pure.
#pragma once

#include <string>

#include "base/instant.hpp"

namespace tally::device {

// Where the time line stood, noted with everything that is remembered.
struct TimeMark {
  Duration time{0};        // On the time line.
  Duration since_boot{0};  // The same moment by the other clocks.
  std::string boot_name;
  Instant date{};
};

struct ClocksNow {
  Duration since_boot{0};
  std::string boot_name;
  Instant date{};
};

// What the time line says now, given where it stood when it was noted last. Never earlier.
[[nodiscard]] Duration resume_time(const TimeMark& noted, const ClocksNow& now);

}  // namespace tally::device
