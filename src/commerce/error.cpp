#include "commerce/error.hpp"

#include <cstdlib>

namespace tally::commerce {

ErrorCode code_of(CommerceError error) {
  switch (error) {
    case CommerceError::kTransition:
      return {"commerce.transition", ErrorKind::kConflict};
    case CommerceError::kAmount:
      return {"commerce.amount", ErrorKind::kFailed};
    case CommerceError::kInvalid:
      return {"commerce.invalid", ErrorKind::kFailed};
    case CommerceError::kUnknown:
      return {"commerce.unknown", ErrorKind::kNotFound};
    case CommerceError::kDuplicate:
      return {"commerce.duplicate", ErrorKind::kConflict};
    case CommerceError::kLimit:
      return {"commerce.limit", ErrorKind::kFailed};
  }
  std::abort();
}

}  // namespace tally::commerce
