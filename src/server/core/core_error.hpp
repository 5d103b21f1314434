// What can go wrong in the business as a whole, beyond what commerce and the store say themselves.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::core {

enum class CoreError : std::uint8_t {
  kMissing,    // No such thing, or another tenant's.
  kInUse,      // The cabinet has a session under way.
  kShopping,   // The shopper has a session under way, here or elsewhere.
  kTokenUsed,  // The code was scanned before.
  kClosed,     // The cabinet does not open now; the message says why, for the shopper.
  kLockedOut,  // The shopper owes; pay first.
  kMethod,     // The shopper has no such means of payment.
  kState,      // Not in this state.
  kInvalid,    // A value that can't be.
  kEndless,    // One event led to more steps than any can: a mistake in this program.
};
[[nodiscard]] ErrorCode code_of(CoreError error);

}  // namespace tally::core
