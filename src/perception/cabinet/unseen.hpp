// Acts that nobody saw the item of, told by the facings: a hand was at one, and afterwards it looks
// different, in several cameras, and no act explains it; or it looks again as before a take. So is
// found what a hand hides, and what a hand takes that holds something already. And a take that was
// only guessed, from a hand that seemed to hold something, is the first reach after it.
//
// Pure function.
#pragma once

#include <vector>

#include "perception/cabinet/acts.hpp"

namespace tally::cabinet {

// Adds takes to the items that were seen, and gives those that were taken, and not seen to come
// back, the put that brought them back.
void add_unseen_acts(const ActInputs& inputs, std::vector<CarriedItem>& items);

}  // namespace tally::cabinet
