// Free play, as the screen's page reads it.
//
// Pure functions; thread-safe.
#pragma once

#include <string>

#include "device/free_play.hpp"

namespace tally::device {

// What does not change: boards, products and facings in metres, and the most acts.
[[nodiscard]] std::string shelf_json(const Shelf& shelf);

// {"stage", "acts", "facings": [{"id", "front", "count"}], "hand": [{"product", "count", "fits"}],
//  "percent", "problem", "rendering", "truth", "charge": {"state", "lines"} or null}
[[nodiscard]] std::string play_json(const Shelf& shelf, const PlayState& state);

}  // namespace tally::device
