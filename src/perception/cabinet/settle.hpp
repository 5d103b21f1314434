// What several carries say of one item, made into one.
//
// Carries break: an item is followed twice for a moment, or lost in a hand and found again. So
//
// - acts of one kind at one place and time, of what may be one product, are one act: the likelier
//   item stays;
// - a put without a take belongs to an earlier take without a put of what may be the same product:
//   hands seldom bring what was not there. The take is likelier for it, and both tell the product.
//
// Pure function.
#pragma once

#include <vector>

#include "perception/cabinet/acts.hpp"

namespace tally::cabinet {

void settle(std::vector<CarriedItem>& items);

// What is put in was most likely taken out before, though the carry was lost in between, or nobody
// saw it taken: so a take and a later put of what may be one product are of one item, and the take
// is more likely for it.
void join_takes_with_puts(std::vector<CarriedItem>& items);

// What was put in and, all being joined, never taken is a foreign thing more often.
void doubt_what_was_brought(std::vector<CarriedItem>& items);

}  // namespace tally::cabinet
