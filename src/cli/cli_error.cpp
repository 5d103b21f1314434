#include "cli/cli_error.hpp"

#include <cstdlib>

namespace tally::cli {

ErrorCode code_of(CliError error) {
  switch (error) {
    case CliError::kUsage:
      return {"cli.usage", ErrorKind::kUsage};
    case CliError::kNotFound:
      return {"cli.not_found", ErrorKind::kNotFound};
    case CliError::kSomeFailed:
      return {"cli.some_failed", ErrorKind::kFailed};
    case CliError::kCheckFailed:
      return {"cli.check_failed", ErrorKind::kFailed};
    case CliError::kGate:
      return {"cli.gate", ErrorKind::kFailed};
    case CliError::kConflict:
      return {"cli.conflict", ErrorKind::kConflict};
    case CliError::kInterrupted:
      return {"cli.interrupted", ErrorKind::kFailed};
    case CliError::kOutput:
      return {"cli.output", ErrorKind::kFailed};
  }
  std::abort();
}

}  // namespace tally::cli
