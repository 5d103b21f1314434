// Errors that belong to the command line itself.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::cli {

enum class CliError : std::uint8_t {
  kUsage,        // A flag, argument or command that does not exist or can't be understood.
  kNotFound,     // A file or folder named on the command line does not exist.
  kSomeFailed,   // A list was worked through; some of its entries failed, each was told.
  kCheckFailed,  // doctor found something essential that does not work.
  kGate,         // An evaluation misses a figure that was required; each was told.
  kConflict,     // What is to be written exists already.
  kInterrupted,  // SIGINT or SIGTERM: nothing was written.
  kOutput,       // Standard output or a result can't be written.
};
[[nodiscard]] ErrorCode code_of(CliError error);

}  // namespace tally::cli
