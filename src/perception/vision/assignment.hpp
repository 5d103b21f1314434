// The linear assignment problem: pair rows with columns so that the sum of costs is least.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tally::vision {

inline constexpr int kUnassigned = -1;

// For each row its column, or kUnassigned. `costs` are rows x columns, row-major, finite. A pair
// that costs cost_max or more is never made: leaving a row and a column alone costs cost_max
// together. Shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant 1987),
// O(min(rows, columns)^2 * max(rows, columns)). Of several best answers always the same one is
// given.
[[nodiscard]] std::vector<int> assign(std::span<const float> costs, std::size_t rows,
                                      std::size_t columns, float cost_max);

}  // namespace tally::vision
