#include "perception/inference/engine.hpp"

#include <cstdlib>

namespace tally::inference {

ErrorCode code_of(EngineError error) {
  switch (error) {
    case EngineError::kUnavailable:
      return {"engine.unavailable", ErrorKind::kUnavailable};
    case EngineError::kGraphInvalid:
      return {"engine.graph_invalid", ErrorKind::kFailed};
    case EngineError::kPrecision:
      return {"engine.precision", ErrorKind::kUnavailable};
    case EngineError::kExecution:
      return {"engine.execution", ErrorKind::kFailed};
    case EngineError::kOptions:
      return {"engine.options", ErrorKind::kUsage};
  }
  std::abort();
}

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp16:
      return "fp16";
    case Precision::kFp8:
      return "fp8_e4m3";
    case Precision::kInt8:
      return "int8";
  }
  std::abort();
}

}  // namespace tally::inference
