// What one camera's detector and embedder say of one picture, in the words of a cabinet: hands, and
// items in hands. Values that the steps after detection work on; no pixels any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cabinet {

enum class SightingKind : std::uint8_t { kHand, kItemInHand };

struct Sighting {
  std::size_t camera = 0;  // Index into the session's cameras.
  SessionTime time{0};
  SightingKind kind = SightingKind::kHand;
  vision::Box box;               // Pixels of the camera's calibration size.
  float score = 0;               // The detector's, 0..1.
  std::vector<float> embedding;  // Of length 1; empty for hands.
};

}  // namespace tally::cabinet
