// A TCP port of this machine's loopback that nobody listens at now.
//
// Somebody may take it before the caller does: for demos.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::cli {

// Errors: CliError::kSomeFailed.
Result<std::uint16_t> free_port();

}  // namespace tally::cli
