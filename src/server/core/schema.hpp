// The tables of the business: what has no place among platform's aggregates. docs/store.md tells
// what each is for.
//
// Thread-safety: constant data.
#pragma once

#include <span>

#include "platform/migrations.hpp"

namespace tally::core {

// For migrate(connection, "core", …), after platform's.
[[nodiscard]] std::span<const platform::Migration> core_migrations();

}  // namespace tally::core
