// Where a layout says that a camera sees its facings, as audits take it.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/cart/layout.hpp"
#include "perception/identify/audit.hpp"

namespace tally::cli {

// The facings that `camera` sees, in the layout's order: by its [[view]]s, or, where the camera and
// the cabinet are calibrated, by where the front items would be. Errors: CliError::kUsage where the
// layout has no such camera, with the ones it has, or where the camera sees no facing.
Result<std::vector<identify::AuditFacing>> audit_facings(const cart::Layout& layout,
                                                         const std::string& camera);

}  // namespace tally::cli
