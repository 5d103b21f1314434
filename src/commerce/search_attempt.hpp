// From which attempt on a provider may have forgotten a call's key, and so looks for what it may
// have made before it makes it again: an hour after the first. A call that died and that a human
// revives, nobody knows how long after, is asked as this attempt or a later one.
//
// Thread-safety: a constant.
#pragma once

#include <cstdint>

namespace tally::commerce {

inline constexpr std::uint32_t kSearchAttempt = 60;

}  // namespace tally::commerce
