// Small judgements on texts that HTTP is made of: percent-encoding (RFC 3986), UTF-8, tokens.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tally::http {

// Well-formed UTF-8 (RFC 3629: shortest forms, no surrogates) without a zero byte.
[[nodiscard]] bool is_text(std::string_view bytes);

enum class Plus : bool { kItself, kSpace };  // What "+" means: queries and forms write " " so.

// Nothing if "%" is not followed by two hexadecimal digits, or what comes out is no is_text().
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus);

// Everything but letters, digits and "-._~" becomes %XX; percent_decode() gives `text` back.
[[nodiscard]] std::string percent_encode(std::string_view text);

// RFC 9110, 5.6.2: what names of headers are made of; and 5.5: values, which hold no control
// characters, so that none can begin a header of its own.
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_header_value(std::string_view text);

// Letters of ASCII compare without regard to case.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

// Whether a comma-separated header ("keep-alive, Upgrade") has this member, in any case.
[[nodiscard]] bool list_has(std::string_view list, std::string_view member);

}  // namespace tally::http
