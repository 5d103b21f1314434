// What can go wrong when carts are measured against the truth. Errors of single files are base's
// FileError.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::evaluate {

enum class EvaluateError : std::uint8_t {
  kSyntax,       // Not JSON or TOML, or a field is missing or of the wrong type.
  kSchema,       // A document of another schema or version.
  kValue,        // A field is outside its range, or contradicts another.
  kNoSessions,   // The folder holds nothing that can be measured.
  kNotFinished,  // Processing a session failed; the message says how.
  kGates,        // A list of gates that can't be understood.
};
[[nodiscard]] constexpr ErrorCode code_of(EvaluateError error) {
  switch (error) {
    case EvaluateError::kSyntax:
      return {"eval.syntax", ErrorKind::kFailed};
    case EvaluateError::kSchema:
      return {"eval.schema", ErrorKind::kFailed};
    case EvaluateError::kValue:
      return {"eval.value", ErrorKind::kFailed};
    case EvaluateError::kNoSessions:
      return {"eval.no_sessions", ErrorKind::kNotFound};
    case EvaluateError::kNotFinished:
      return {"eval.not_finished", ErrorKind::kFailed};
    case EvaluateError::kGates:
      return {"eval.gates", ErrorKind::kUsage};
  }
  return {"eval.unknown", ErrorKind::kFailed};
}

}  // namespace tally::evaluate
