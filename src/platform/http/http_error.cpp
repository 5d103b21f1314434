#include "platform/http/http_error.hpp"

#include <cstdlib>

namespace tally::http {

ErrorCode code_of(HttpError error) {
  switch (error) {
    case HttpError::kMalformed:
      return {"http.malformed", ErrorKind::kFailed};
    case HttpError::kTooLarge:
      return {"http.too_large", ErrorKind::kFailed};
    case HttpError::kConflict:
      return {"http.conflict", ErrorKind::kConflict};
    case HttpError::kOptions:
      return {"http.options", ErrorKind::kUsage};
    case HttpError::kListen:
      return {"http.listen", ErrorKind::kUnavailable};
    case HttpError::kResolve:
      return {"http.resolve", ErrorKind::kUnavailable};
    case HttpError::kAddress:
      return {"http.address", ErrorKind::kFailed};
    case HttpError::kConnect:
      return {"http.connect", ErrorKind::kUnavailable};
    case HttpError::kCertificate:
      return {"http.certificate", ErrorKind::kUnavailable};
    case HttpError::kDeadline:
      return {"http.deadline", ErrorKind::kUnavailable};
    case HttpError::kAnswer:
      return {"http.answer", ErrorKind::kUnavailable};
    case HttpError::kStopped:
      return {"http.stopped", ErrorKind::kUnavailable};
  }
  std::abort();
}

}  // namespace tally::http
