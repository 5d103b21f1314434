#include "platform/store_error.hpp"

#include <cstdlib>

namespace tally::platform {

ErrorCode code_of(StoreError error) {
  switch (error) {
    case StoreError::kBusy:
      return {"store.busy", ErrorKind::kUnavailable};
    case StoreError::kConflict:
      return {"store.conflict", ErrorKind::kConflict};
    case StoreError::kDuplicate:
      return {"store.duplicate", ErrorKind::kConflict};
    case StoreError::kConstraint:
      return {"store.constraint", ErrorKind::kFailed};
    case StoreError::kStale:
      return {"store.stale", ErrorKind::kConflict};
    case StoreError::kMissing:
      return {"store.missing", ErrorKind::kNotFound};
    case StoreError::kTimeout:
      return {"store.timeout", ErrorKind::kUnavailable};
    case StoreError::kUnavailable:
      return {"store.unavailable", ErrorKind::kUnavailable};
    case StoreError::kUncertain:
      return {"store.uncertain", ErrorKind::kUnavailable};
    case StoreError::kFull:
      return {"store.full", ErrorKind::kUnavailable};
    case StoreError::kCorrupt:
      return {"store.corrupt", ErrorKind::kFailed};
    case StoreError::kUnsafe:
      return {"store.unsafe", ErrorKind::kUsage};
    case StoreError::kSchema:
      return {"store.schema", ErrorKind::kUsage};
    case StoreError::kLimit:
      return {"store.limit", ErrorKind::kFailed};
    case StoreError::kValue:
      return {"store.value", ErrorKind::kFailed};
    case StoreError::kStatement:
      return {"store.statement", ErrorKind::kFailed};
  }
  std::abort();
}

bool is(const Error& error, StoreError kind) { return error.code.name == code_of(kind).name; }

}  // namespace tally::platform
