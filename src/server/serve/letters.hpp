// What people get by mail.
#pragma once

#include <string>

#include "server/identity/shoppers.hpp"
#include "server/mail/letter.hpp"

namespace tally::serve {

// A code to sign in with. `language`: "en" or "es".
[[nodiscard]] mail::Letter letter_of_code(const identity::IssuedCode& issued,
                                          const std::string& operator_name,
                                          const std::string& language);

}  // namespace tally::serve
