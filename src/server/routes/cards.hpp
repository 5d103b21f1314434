// Cards that were saved at the provider: by the shopper who comes back, or as the provider tells.
//
// Thread-safety: a call's.
#pragma once

#include "server/api/call.hpp"
#include "server/identity/card_setups.hpp"
#include "server/payments/stripe_cards.hpp"

namespace tally::routes {

// As identity::finish_card_setup().
Result<identity::CardSetup> keep_card(const api::ApiCall& call, const identity::CardSetup& setup,
                                      const payments::CardFound& found);

}  // namespace tally::routes
