// What can be wrong with a wish of commerce. Nothing has changed when one of these is given back.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::commerce {

enum class CommerceError : std::uint8_t {
  kTransition,  // The thing is in a state in which this can't happen; it may have happened already.
  kAmount,      // Money out of its range, of another currency, or more than there is.
  kInvalid,     // A value that contradicts its own rules: a GTIN's check digit, a tax rate, a name.
  kUnknown,     // Something that was named does not exist here.
  kDuplicate,   // The same key was used before for something else.
  kLimit,       // More than the named limit.
};
[[nodiscard]] ErrorCode code_of(CommerceError error);

}  // namespace tally::commerce
