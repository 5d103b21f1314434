// What the API itself finds wrong with a request, before any room behind it is asked.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::api {

enum class ApiError : std::uint8_t {
  kUnauthenticated,   // No credentials, or none that are valid.
  kCsrf,              // A cookie without the page's own token.
  kForbidden,         // This role may not use this route, or not on this thing.
  kNotFound,          // No such thing, or it is another's.
  kBodySyntax,        // The body is not JSON, or not an object.
  kMediaType,         // The body is not application/json.
  kParameterMissing,  // A field or parameter that must be there is not.
  kParameterInvalid,  // A field or parameter that is of the wrong type or out of its range.
  kParameterUnknown,  // A field or parameter that this route does not know.
  kKeyMissing,        // This route needs an Idempotency-Key.
  kTooManyRequests,   // Wait, and try again.
  kConflict,          // The thing is not in a state in which this can happen.
  kPaymentRequired,   // The shopper's means of payment was refused, or a debt is unpaid.
  kBusy,              // Too much work waits.
  kGone,              // It was there, and its time is over.
  kUpload,            // What was uploaded is not what it must be.
};
[[nodiscard]] ErrorCode code_of(ApiError error);

}  // namespace tally::api
