// "Did you mean …?": the known word nearest to one that was mistyped.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tally::cli {

// Single-letter insertions, deletions, replacements and swaps of neighbours that lead from `a` to
// `b` (optimal string alignment distance).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest candidate, or that which `typed` begins; none where all are too far off to be meant.
[[nodiscard]] std::optional<std::string> nearest(std::string_view typed,
                                                 const std::vector<std::string>& candidates);

// "; did you mean 'process'?" or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       const std::vector<std::string>& candidates);

}  // namespace tally::cli
