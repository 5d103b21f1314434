#include "server/core/core_error.hpp"

#include <cstdlib>

namespace tally::core {

ErrorCode code_of(CoreError error) {
  switch (error) {
    case CoreError::kMissing:
      return {"core.missing", ErrorKind::kNotFound};
    case CoreError::kInUse:
      return {"core.cabinet_in_use", ErrorKind::kConflict};
    case CoreError::kShopping:
      return {"core.shopping", ErrorKind::kConflict};
    case CoreError::kTokenUsed:
      return {"core.token_used", ErrorKind::kConflict};
    case CoreError::kClosed:
      return {"core.cabinet_closed", ErrorKind::kConflict};
    case CoreError::kLockedOut:
      return {"core.locked_out", ErrorKind::kConflict};
    case CoreError::kMethod:
      return {"core.payment_method", ErrorKind::kUsage};
    case CoreError::kState:
      return {"core.state", ErrorKind::kConflict};
    case CoreError::kInvalid:
      return {"core.invalid", ErrorKind::kUsage};
    case CoreError::kEndless:
      return {"core.endless", ErrorKind::kFailed};
  }
  std::abort();
}

}  // namespace tally::core
