// A letter to one person, and as what it travels: RFC 5322 with MIME.
//
// Thread-safety: values and pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/instant.hpp"

namespace tally::mail {

struct Letter {
  std::string to;  // An address, as identity::normalise_email() gives it.
  std::string subject;
  std::string text;  // UTF-8, lines by "\n".
  std::string code;  // What it is about, for a demo that prints it.
};

// "tally <receipts@example.com>" -> "receipts@example.com"; empty where there is no address.
[[nodiscard]] std::string address_of(std::string_view sender);

// The whole message, lines by CRLF. `id` makes its Message-ID, of the sender's domain. Control
// characters in a header become blanks, so nothing can add a header.
[[nodiscard]] std::string message_of(const Letter& letter, std::string_view sender,
                                     std::string_view id, Instant now);

}  // namespace tally::mail
