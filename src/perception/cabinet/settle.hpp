// What several carries say of one item, made into one.
//
// Carries break: an item is followed twice for a moment, or lost in a hand and found again. So
//
// - a carry many of whose sightings are of what the same pictures show, more surely, as another's
//   is a part of that;
// - acts of one kind at one place and time, of what may be one product, are one act: the likelier
//   item stays;
// - so are acts at about one time of what is carried together, unless pictures show the two beside
//   each other;
// - a put without a take belongs to an earlier take without a put of what may be the same product:
//   hands seldom bring what was not there. The take is likelier for it, and both tell the product;
// - what is put without any take is none of the products more often than what is taken.
//
// Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perception/cabinet/acts.hpp"
#include "perception/cabinet/carry.hpp"
#include "perception/cabinet/sighting.hpp"

namespace tally::cabinet {

// Whether a carry is a part of another one of its kind that was seen more: a picture now and then
// shows any item twice, as detectors do.
[[nodiscard]] bool is_part(std::size_t index, std::span<const Carry> carries,
                           std::span<const Sighting> sightings);

// Leaves out what was followed twice, and joins takes with puts. Items are of these carries.
void settle(std::vector<CarriedItem>& items, std::span<const Carry> carries,
            std::span<const Sighting> sightings);

// What is put in was most likely taken out before, though the carry was lost in between, or nobody
// saw it taken: so a take and a later put of what may be one product are of one item, and the take
// is more likely for it.
void join_takes_with_puts(std::vector<CarriedItem>& items);

// What was put in and, all being joined, never taken is a foreign thing more often.
void doubt_what_was_brought(std::vector<CarriedItem>& items);

}  // namespace tally::cabinet
