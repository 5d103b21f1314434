// What many sessions at once came to, as a picture: for each level, every cart by the seconds that
// it took. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/density_play.hpp"

namespace tally::cli {

// One SVG document, for a README or a page by itself. Across: sessions at once, level by level; up:
// seconds from the last segment to the cart, each step ten times the one before. A dot for a cart,
// a bar at the median, a line at `seconds_max`, in words how many were lost. `title` may come from
// anywhere; `levels` is not empty.
[[nodiscard]] std::string density_svg(const std::vector<DensityLevel>& levels, double seconds_max,
                                      const std::string& title);

}  // namespace tally::cli
