// The tables that are platform's own; docs/store.md tells what each is for. Nothing here knows what
// a session or a payment is.
//
// Thread-safety: constant data.
#pragma once

#include <span>

#include "platform/migrations.hpp"

namespace tally::platform {

// For migrate(connection, "platform", …).
[[nodiscard]] std::span<const Migration> platform_migrations();

}  // namespace tally::platform
