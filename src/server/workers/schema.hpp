// The table of janitor.hpp.
//
// Thread-safety: constant data.
#pragma once

#include <span>

#include "platform/migrations.hpp"

namespace tally::workers {

// For migrate(connection, "workers", …).
[[nodiscard]] std::span<const platform::Migration> worker_migrations();

}  // namespace tally::workers
