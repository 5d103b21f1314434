// The tables of deliveries.hpp.
//
// Thread-safety: constant data.
#pragma once

#include <span>

#include "platform/migrations.hpp"

namespace tally::webhooks {

// For migrate(connection, "webhooks", …), after platform's.
[[nodiscard]] std::span<const platform::Migration> webhook_migrations();

}  // namespace tally::webhooks
