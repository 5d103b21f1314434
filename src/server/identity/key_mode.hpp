// Test and live API keys: a key works only where payments are of its mode, so that a program that
// is tried out moves no real money, and one for real money does not run on play money unnoticed.
//
// Thread-safety: a transaction's.
#pragma once

#include "server/identity/authenticate.hpp"

namespace tally::identity {

// As authenticate(), of a server that moves real money (`live`) or none. People, shoppers and
// cabinets have no mode. Errors: also kCredential for an API key of the other mode.
Result<Authenticated> authenticate_in_mode(platform::Transaction& transaction,
                                           std::string_view credential, Instant now, bool live);

// Whether an API key of this mode could be used there at all. Errors: kMode, saying what to do.
Result<void> check_key_mode(bool key_is_live, bool live);

}  // namespace tally::identity
