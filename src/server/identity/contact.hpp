// What people write about themselves, checked and in one form.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::identity {

inline constexpr std::size_t kEmailBytesMax = 254;  // RFC 5321
inline constexpr std::size_t kEmailLocalBytesMax = 64;
inline constexpr std::size_t kNameBytesMax = 200;

// Blanks around it cut off, in lower case. Takes what RFC 5321 writes without quotes:
// "a.b+c@d.org". A domain beyond ASCII is written in punycode. Errors: kInvalid.
Result<std::string> normalise_email(std::string_view text);

// Blanks around it cut off; 1 to kNameBytesMax bytes of UTF-8 without control characters.
// Errors: kInvalid.
Result<std::string> normalise_name(std::string_view text);

}  // namespace tally::identity
