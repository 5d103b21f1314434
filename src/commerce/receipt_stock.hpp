// How receipts move stock: what was sold leaves, what was brought comes in, and a correction takes
// back what was wrong, all at the time when the door closed.
//
// The time matters: a correction a day later is about goods that moved then, and a count meanwhile
// has seen what really happened (inventory.hpp).
//
// Thread-safety: pure functions. Errors: CommerceError::kInvalid.
#pragma once

#include <cstddef>
#include <span>

#include "base/error.hpp"
#include "base/id.hpp"
#include "commerce/inventory.hpp"
#include "commerce/receipt.hpp"

namespace tally::commerce {

// Each change of stock may need two: its own, and that of its offset.
inline constexpr std::size_t kIdsPerStockChange = 2;
// For either function below, of this receipt.
[[nodiscard]] std::size_t movement_ids_needed(const Receipt& receipt);

// Of a receipt's first version, with fresh ids. Keys: "ses_…/sale/prd_…", "ses_…/put_back/prd_…".
Result<MoveStock> sale_movements(const Receipt& receipt, std::span<const MovementId> ids);

// Of a later version: what its last revision changed. Keys: "dsp_…/correction/prd_…", or "rev_…".
Result<MoveStock> correction_movements(const Receipt& receipt, std::span<const MovementId> ids);

}  // namespace tally::commerce
