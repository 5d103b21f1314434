#include "perception/evaluate/matching.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/assert.hpp"

namespace tally::evaluate {

std::vector<std::pair<std::size_t, std::size_t>> match_moments(std::span<const std::int64_t> first,
                                                               std::span<const std::int64_t> second,
                                                               std::int64_t tolerance) {
  TALLY_ASSERT(std::ranges::is_sorted(first) && std::ranges::is_sorted(second));
  const std::size_t width = second.size() + 1;
  const auto pairs_max = static_cast<std::int64_t>(std::min(first.size(), second.size()));
  const std::int64_t pair_worth = tolerance * pairs_max + 1;  // More than all distances together.
  std::vector<std::int64_t> best((first.size() + 1) * width, 0);  // Of the prefixes i and j.
  const auto at = [&](std::size_t i, std::size_t j) -> std::int64_t& {
    return best[i * width + j];
  };
  const auto paired = [&](std::size_t i, std::size_t j) {
    const std::int64_t distance = std::abs(first[i - 1] - second[j - 1]);
    return distance <= tolerance ? at(i - 1, j - 1) + pair_worth - distance : -1;
  };
  for (std::size_t i = 1; i <= first.size(); ++i) {
    for (std::size_t j = 1; j < width; ++j) {
      at(i, j) = std::max({at(i - 1, j), at(i, j - 1), paired(i, j)});
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::size_t i = first.size();
  std::size_t j = second.size();
  while (i > 0 && j > 0) {
    if (at(i, j) == at(i - 1, j)) {
      --i;
    } else if (at(i, j) == at(i, j - 1)) {
      --j;
    } else {
      pairs.emplace_back(--i, --j);
    }
  }
  std::ranges::reverse(pairs);
  return pairs;
}

}  // namespace tally::evaluate
