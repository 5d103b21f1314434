// A review as openapi.yaml shows it, without what can be charged.
//
// Thread-safety: a call's.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/api/call.hpp"
#include "server/core/rows.hpp"

namespace tally::routes {

Result<nlohmann::json> review_view(const api::ApiCall& call,
                                   const core::Row<commerce::Review>& row);

}  // namespace tally::routes
