// Which product a tenant's sku names: one at most, however products come into the store.
//
// Thread-safety: a transaction's.
#pragma once

#include "base/instant.hpp"
#include "commerce/catalog.hpp"
#include "platform/connection.hpp"

namespace tally::core {

// Before a new product is stored. Errors: CommerceError::kDuplicate where another has its sku,
// kLimit where there are commerce::kProductsMax already; the store's.
Result<void> take_sku(platform::Transaction& transaction, const commerce::Product& product,
                      Instant now);

}  // namespace tally::core
