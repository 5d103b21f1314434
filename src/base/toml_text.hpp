// A check that texts pass before toml++ reads them.
//
// toml++ 3.3, which Debian 12 carries, has undefined behaviour on most characters beyond ASCII
// where TOML expects keys, values or white space. TOML 1.0 allows them in strings and comments
// only, so that refusing them early loses nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

struct TextPlace {
  std::size_t line = 1;  // Both count from 1; columns are bytes.
  std::size_t column = 1;
};

// Where the first byte beyond ASCII stands that is neither in a string nor in a comment, nor a byte
// order mark at the start. Pure; takes any bytes; a text that is no TOML ends in some answer.
[[nodiscard]] std::optional<TextPlace> stray_non_ascii(std::string_view toml);

// The text with '^', which TOML allows in strings and comments only, for each byte beyond ASCII
// (blanks for a byte order mark). If toml++ reads this, it can read the text itself without harm:
// what is beyond ASCII then stands in strings and comments.
[[nodiscard]] std::string ascii_shadow(std::string_view toml);

}  // namespace tally
