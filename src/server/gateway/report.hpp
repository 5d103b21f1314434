// What a cabinet's report means for the business.
//
// Thread-safety: a desk's.
#pragma once

#include <string_view>

#include "base/device_link.hpp"
#include "server/core/desk.hpp"

namespace tally::gateway {

// As the device link calls it: "door_opened".
[[nodiscard]] std::string_view name_of(const link::ReportBody& what);

// A report that is new. Errors: CoreError::kMissing for another cabinet's session or none of ours,
// and what commerce says of what can't be.
Result<void> apply(core::Desk& desk, const TenantId& tenant, const CabinetId& cabinet,
                   const link::Report& report);

// What the cabinet answered to a command.
Result<void> apply(core::Desk& desk, const TenantId& tenant, const CabinetId& cabinet,
                   const link::CommandAnswer& answer);

}  // namespace tally::gateway
