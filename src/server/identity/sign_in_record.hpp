// How often signing in with an e-mail address has failed in a row. Kept by the address's SHA-256,
// whether anybody has it or not. Internal to the folder.
//
// Thread-safety: a transaction's.
#pragma once

#include <string_view>

#include "base/id.hpp"
#include "platform/connection.hpp"

namespace tally::identity {

Result<void> forget_failures(platform::Transaction& transaction, const TenantId& tenant,
                             std::string_view email);

}  // namespace tally::identity
