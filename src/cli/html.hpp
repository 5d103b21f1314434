// Pieces of HTML pages that hold text from outside.
#pragma once

#include <string>
#include <string_view>

namespace tally::cli {

// For element content and quoted attributes: & < > " ' become references, control characters
// U+FFFD.
[[nodiscard]] std::string escape_html(std::string_view text);

// RFC 4648 §4, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

// `path` as a relative URL: what RFC 3986 does not allow in a path is percent-encoded.
[[nodiscard]] std::string url_path(std::string_view path);

}  // namespace tally::cli
