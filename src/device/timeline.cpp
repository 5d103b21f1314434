#include "device/timeline.hpp"

#include <algorithm>

#include "base/device_link.hpp"

namespace tally::device {

Duration resume_time(const TimeMark& noted, const ClocksNow& now) {
  const Duration longest(link::kAgeMsMax);
  const bool same_boot = noted.boot_name == now.boot_name && now.since_boot >= noted.since_boot;
  const Duration least = same_boot ? now.since_boot - noted.since_boot : now.since_boot;
  const Duration gap = same_boot ? least : std::max(least, now.date - noted.date);
  return noted.time + std::clamp(gap, Duration(0), longest);
}

}  // namespace tally::device
