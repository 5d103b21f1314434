// The stock before and after as a witness of its own: it knows nothing of hands, and so is wrong in
// other cases than those who watch them.
//
// A facing whose front looks different after a session, in several cameras, has lost or gained
// something. Where no act says so, or where an act says so and every facing of its product looks as
// before, the cart is less sure, and a human is told why.
//
// Pure function.
#pragma once

#include <span>
#include <vector>

#include "perception/cabinet/acts.hpp"
#include "perception/cart/stock.hpp"

namespace tally::cabinet {

// `evidence` is asked for the time from `before` to `after`: the whole session.
[[nodiscard]] std::vector<cart::Doubt> audit_stock(std::span<const CarriedItem> items,
                                                   const cart::Layout& layout,
                                                   const FacingEvidence& evidence,
                                                   SessionTime before, SessionTime after);

}  // namespace tally::cabinet
