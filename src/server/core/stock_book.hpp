// Stock in the store: what commerce/inventory.hpp and restock.hpp decide is read from tables and
// written to them. Movements are appended and never changed.
//
// Thread-safety: a transaction's. Errors: commerce's and the store's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commerce/inventory.hpp"
#include "commerce/restock.hpp"
#include "platform/connection.hpp"

namespace tally::core {

// Gives the alerts that follow.
Result<std::vector<commerce::StockAlert>> move_stock(platform::Transaction& transaction,
                                                     const TenantId& tenant,
                                                     const CabinetId& cabinet,
                                                     const commerce::InventoryEvent& event);

struct Restocked {
  std::vector<commerce::Planogram> planograms;  // That changed, to be stored by the caller.
  std::vector<commerce::StockAlert> alerts;
};
// `planograms`: all of the cabinet that are published or applied.
Result<Restocked> restock(platform::Transaction& transaction, const TenantId& tenant,
                          const commerce::Restock& restock,
                          std::vector<commerce::Planogram> planograms);

struct ProductStock {
  ProductId product;
  commerce::StockLevel level;
};
Result<std::vector<ProductStock>> stock_of(platform::Transaction& transaction,
                                           const TenantId& tenant, const CabinetId& cabinet);
// Newest first, after the one of this id (of another cabinet's: from the newest); `limit` at most
// platform::kPageMax.
Result<std::vector<commerce::Movement>> movements_of(
    platform::Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet,
    const std::optional<std::string>& starting_after, std::int64_t limit);

}  // namespace tally::core
