// Which role includes which: owner > operator > reviewer and restocker > viewer. A reviewer is no
// restocker, nor the other way round. Shoppers and devices are themselves only; everybody may what
// nobody may.
//
// Thread-safety: pure functions.
#pragma once

#include "server/identity/principal.hpp"

namespace tally::identity {

// Whether `role` may do what needs `needed`.
[[nodiscard]] bool may(Role role, Role needed);

// Roles that a user or an API key can have: viewer to owner.
[[nodiscard]] bool is_staff(Role role);

}  // namespace tally::identity
