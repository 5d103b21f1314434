// The one place where the stores' SQL differs: triggers that keep a table append-only. An UPDATE or
// DELETE of any row, and PostgreSQL's TRUNCATE, is StoreError::kConstraint.
//
// It guards against mistakes in programs, not against who owns the database.
// Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "platform/connection.hpp"

namespace tally::platform {

// A script that guards the table; its name is of lower-case letters and "_".
[[nodiscard]] std::string append_only_sql(Engine engine, std::string_view table);

}  // namespace tally::platform
