// What the opening of a cabinet and its facings mean for a place on a carry's path, as
// probabilities. Internal to this folder. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "perception/cabinet/acts.hpp"
#include "perception/cabinet/carried_thing.hpp"
#include "perception/cabinet/carry_filter.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cabinet {

// Depths (y, metres) at which a thing is as likely still inside as not, and how sharply that turns.
// An item is told by its middle and is first seen in a hand when its front is out already.
inline constexpr double kInsideDepth = -0.13;
inline constexpr double kOutsideDepth = -0.17;
inline constexpr double kDepthScale = 0.025;

// How much a place tells, 0..1: one camera alone may be wrong by more than the opening is deep.
[[nodiscard]] double trust(const CarryPlace& place);

// Between the cabinet's walls, whatever the depth.
[[nodiscard]] double probability_within(const CarryPlace& place, const cart::Cabinet& cabinet);

[[nodiscard]] double probability_inside(const CarryPlace& place, const cart::Cabinet& cabinet);
[[nodiscard]] double probability_outside(const CarryPlace& place);

// Metres, along the opening, from a place to where a facing's front item stands.
[[nodiscard]] double distance_to(const cart::Layout& layout, std::size_t facing,
                                 const vision::Point3& point);

// An item left a facing.
struct Leaving {
  std::size_t facing = 0;
  SessionTime time{0};
};

// When an item left a facing first, if before a time.
[[nodiscard]] std::optional<SessionTime> left_before(std::size_t facing, SessionTime time,
                                                     std::span<const Leaving> left);

// How near each facing is to a place where something left or came, times how much it changed
// between two times; `left`: what is known to have left facings. Not normalised.
[[nodiscard]] std::vector<double> nearness(const cart::Layout& layout, const vision::Point3& place,
                                           const FacingEvidence& evidence, SessionTime before,
                                           SessionTime after, std::span<const Leaving> left);

// The index of the largest value, of equal ones the first; there is one.
[[nodiscard]] std::size_t largest(std::span<const double> values);

// Whether taking from one shows more of the other.
[[nodiscard]] bool stand_near(const cart::FacingPlace& a, const cart::FacingPlace& b);

}  // namespace tally::cabinet
