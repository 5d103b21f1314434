// Facts of planograms, as facts.hpp has them of sessions: which a cabinet has, and in which state,
// by an index.
//
// Include this wherever planograms are written, or note_facts() notes nothing of them.
// Thread-safety: a transaction's. Errors: the store's; RecordError::kCorrupt.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/core/facts.hpp"

namespace tally::core {

Result<void> note_facts(platform::Transaction& transaction, const Row<commerce::Planogram>& row);

// A cabinet's planograms, newest first; those in a state, where one is given.
Result<std::vector<Row<commerce::Planogram>>> planograms_of(
    platform::Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet,
    std::optional<commerce::PlanogramState> state = std::nullopt);

// Of what was stored by a program that knew none: of at most kFactsFilled. How many.
Result<std::int64_t> fill_planogram_facts(platform::Transaction& transaction);

}  // namespace tally::core
