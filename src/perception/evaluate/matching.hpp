// Pairs moments of two lists: as many pairs as possible within a tolerance, and of those ways the
// one with the least total distance in time. Pure.
//
// On a line the best pairing never crosses, so dynamic programming over both sorted lists finds it:
// O(n m) time and memory, for the at most some hundred items of a session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tally::evaluate {

// Indices into `first` and `second`, in order. Both lists are sorted; of several best answers
// always the same one is given.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> match_moments(
    std::span<const std::int64_t> first, std::span<const std::int64_t> second,
    std::int64_t tolerance);

}  // namespace tally::evaluate
