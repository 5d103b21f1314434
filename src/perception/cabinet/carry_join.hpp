// Joins fragments of carries: what cameras at first took for two things, or what was lost for a
// moment and came back, is one.
//
// Greedy: of all pairs the one that fits best is joined, until none fits. Only fragments that are
// near in time can be one, so each is compared with those alone, and again only when one of the two
// has grown: about as many comparisons as there are fragments, times how many are seen at a time.
//
// Pure: the same fragments give the same carries.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "perception/cabinet/carry.hpp"

namespace tally::cabinet {

// From the end of one fragment to the beginning of another of the same thing, at most.
inline constexpr SessionTime kJoinGapMax = from_seconds(2.5);
// Far more than a session of minutes leaves. Beyond it those seen least are not joined: they stay
// as they are.
inline constexpr std::size_t kFragmentsMax = 4096;
// Two that fit worse than this are two.
inline constexpr double kMisfitMax = 0.75;

// How badly two fragments fit to be one thing; std::nullopt where they can't be.
[[nodiscard]] std::optional<double> misfit(const Carry& a, const Carry& b, const CarryScene& scene);

// Both as one, filtered anew; sightings that a camera then can't have seen are left out.
// std::nullopt where the first of them is no place to begin.
[[nodiscard]] std::optional<Carry> joined(const Carry& a, const Carry& b, const CarryScene& scene);

struct Joining {
  std::vector<Carry> carries;  // In the order of the first fragment of each.
  std::size_t comparisons = 0;
};

[[nodiscard]] Joining join_fragments(std::vector<Carry> fragments, const CarryScene& scene);

}  // namespace tally::cabinet
