// What can go wrong in speaking HTTP, on either side.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::http {

enum class HttpError : std::uint8_t {
  kMalformed,    // A text that is no URL, target, header or message; mend it.
  kTooLarge,     // More than a named limit: a body, headers, a message.
  kConflict,     // Two routes of one router match the same request.
  kOptions,      // Options that contradict themselves; the message names the option.
  kListen,       // The address can't be listened at: in use, not of this machine, not permitted.
  kResolve,      // The host's name has no address now.
  kAddress,      // The host's address is private, and only public ones may be called.
  kConnect,      // Nobody answers at the address, or the connection broke.
  kCertificate,  // TLS failed: the certificate is not trusted or is of another host.
  kDeadline,     // The whole call did not end in its time.
  kAnswer,       // The answer is not HTTP, or is not what was asked for.
  kStopped,      // The client or server was stopped meanwhile.
};
[[nodiscard]] ErrorCode code_of(HttpError error);

}  // namespace tally::http
