#include "server/identity/identity_error.hpp"

#include <cstdlib>

namespace tally::identity {

ErrorCode code_of(IdentityError error) {
  switch (error) {
    case IdentityError::kCredential:
      return {"identity.credential", ErrorKind::kFailed};
    case IdentityError::kPassword:
      return {"identity.password", ErrorKind::kFailed};
    case IdentityError::kCode:
      return {"identity.code", ErrorKind::kFailed};
    case IdentityError::kExpired:
      return {"identity.expired", ErrorKind::kFailed};
    case IdentityError::kTries:
      return {"identity.tries", ErrorKind::kUnavailable};
    case IdentityError::kDisabled:
      return {"identity.disabled", ErrorKind::kFailed};
    case IdentityError::kTaken:
      return {"identity.taken", ErrorKind::kConflict};
    case IdentityError::kLastOwner:
      return {"identity.last_owner", ErrorKind::kConflict};
    case IdentityError::kWeak:
      return {"identity.weak", ErrorKind::kFailed};
    case IdentityError::kInvalid:
      return {"identity.invalid", ErrorKind::kFailed};
    case IdentityError::kUnknown:
      return {"identity.unknown", ErrorKind::kNotFound};
    case IdentityError::kLimit:
      return {"identity.limit", ErrorKind::kFailed};
    case IdentityError::kMode:
      return {"identity.mode", ErrorKind::kFailed};
  }
  std::abort();
}

bool is(const Error& error, IdentityError kind) { return error.code.name == code_of(kind).name; }

}  // namespace tally::identity
