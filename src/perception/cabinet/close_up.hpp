// Close-ups: small square windows around hands and what they hold, which a second network looks at
// in place of the whole picture.
//
// A window's side is a few times that of the hand in it, so near and far hands look alike in size,
// what is held is large enough to be told, and a look costs a fraction of one at the whole picture.
// The windows are those that the close-up model has learnt from (lab/train/closeups.py).
//
// Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perception/cabinet/session_classes.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/letterbox.hpp"

namespace tally::cabinet {

// A window's side in longer sides of its box, and its bounds in pixels of a picture 1280 wide.
inline constexpr float kHandSides = 3.2F;
inline constexpr float kHeldSides = 2.4F;
inline constexpr float kCloseUpSideMin = 96;
inline constexpr float kCloseUpSideMax = 540;
inline constexpr std::size_t kCloseUpsMax = 4;  // Of one picture; what is surest comes first.

// The windows, all inside `picture`, in which what was found is to be looked at. Others than hands
// and held items count for nothing; what lies near the middle of a window needs none of its own.
[[nodiscard]] std::vector<vision::Region> close_ups(std::span<const vision::Detection> found,
                                                    const CabinetClasses& classes,
                                                    vision::Size picture);

// What was found in several windows of one picture, each thing once: of two boxes of one thing the
// one that no window's rim cuts, else the surer one.
struct CloseUpFinds {
  vision::Region window;
  std::vector<vision::Detection> found;  // In the picture's pixels.
};
[[nodiscard]] std::vector<vision::Detection> merged(std::span<const CloseUpFinds> windows,
                                                    vision::Size picture);

}  // namespace tally::cabinet
