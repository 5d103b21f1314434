// From sightings to things carried: which sightings, of all cameras, are of one hand or one item in
// a hand, and where it was while it was seen.
//
// Sightings are joined look by look (a look is all that one camera saw in one picture) to the
// nearest of what is being followed, as a least-cost assignment of pixel likelihoods (carry_filter.
// hpp) and of looks (embeddings). What two cameras at first take for two things is one, once both
// are seen to be in one place and look the same. What was lost for a moment and comes back where it
// can have gone is the same thing.
//
// Pure: the same sightings give the same carries.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perception/cabinet/carry_filter.hpp"
#include "perception/cabinet/sighting.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cabinet {

inline constexpr std::size_t kCarriesMax = 64;        // Followed at one time; more are not begun.
inline constexpr std::size_t kCarrySightingsMin = 3;  // Fewer are a detector's fancy.

struct Carry {
  SightingKind kind = SightingKind::kHand;
  std::vector<std::size_t> sightings;  // Indices into the sightings, by time.
  std::vector<CarryPlace> places;      // For each of them.

  [[nodiscard]] const CarryPlace& first() const { return places.front(); }
  [[nodiscard]] const CarryPlace& last() const { return places.back(); }
};

struct CarryScene {
  std::span<const Sighting> sightings;      // By time; those of one look are beside each other.
  std::span<const vision::Camera> cameras;  // At the size that the boxes are in.
  vision::Cuboid reach;                     // Where hands can be.
  // What 1 - cosine of a thing's looks and a sighting's counts for when sightings are given to
  // things, in units of log likelihood.
  double looks_weight = 8;
  // Cosine of two fragments' looks from which they may be of one item.
  double alike_min = 0.35;
};

// Where hands can be that matter: the cabinet, and an arm's length around its opening.
[[nodiscard]] vision::Cuboid reach_of(const cart::Cabinet& cabinet);

// Those that saw a carry, the one that saw most of it first.
[[nodiscard]] std::vector<std::size_t> cameras_of(const Carry& carry,
                                                  std::span<const Sighting> sightings);

// How many of its sightings show what a hand holds: the sum of probability_held().
[[nodiscard]] double true_sightings(const Carry& carry, std::span<const Sighting> sightings);

// By the time of their first sighting.
[[nodiscard]] std::vector<Carry> follow(const CarryScene& scene);

}  // namespace tally::cabinet
