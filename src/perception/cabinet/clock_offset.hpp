// Finds cameras whose clock is off by seconds, from what they see.
//
// Cameras of one cabinet look at the same hands. At the right times the rays to one hand nearly
// meet; when a clock is off they do so by chance only. So each camera's clock is tried against the
// others' at every offset up to kOffsetMax, and set right where that makes the rays meet much
// better. Small offsets are not looked for: they are what the filter's noise allows for.
//
// Pure function.
#pragma once

#include <span>
#include <vector>

#include "base/time.hpp"
#include "perception/cabinet/sighting.hpp"
#include "perception/vision/camera.hpp"

namespace tally::cabinet {

inline constexpr SessionTime kOffsetMax = from_seconds(4);
inline constexpr SessionTime kOffsetMin = from_seconds(0.2);  // Smaller ones are left alone.

// What to add to each camera's times. All 0 where the clocks agree or too little was seen to tell.
// `sightings` by time.
[[nodiscard]] std::vector<SessionTime> clock_offsets(std::span<const Sighting> sightings,
                                                     std::span<const vision::Camera> cameras);

}  // namespace tally::cabinet
