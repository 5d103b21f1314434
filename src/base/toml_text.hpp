// TOML texts from outside, read without harm.
//
// toml++ 3.3, which Debian 12 carries, has undefined behaviour on most characters beyond ASCII
// where it looks for white space. TOML 1.0 allows those characters in strings and comments only, so
// a text is read twice: first its shadow, in which each such byte is one that TOML allows in the
// same places, then, if that is TOML, the text itself. The parser is its own judge of where strings
// begin and end.
//
// Include toml++ through this header only, so that all see it built in one way.
//
// This header carries the whole parser: include it in sources, not in other headers. Pure; takes
// any bytes.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

// With NDEBUG, toml++ tells the compiler that its assertions hold, and "a = [}" breaks one of them.
// Its parser goes on well enough without: it ends in an error.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace tally {

struct TomlProblem {
  std::size_t line = 1;  // Both count from 1.
  std::size_t column = 1;
  std::string what;
};

// The root table of a text, or why it is not TOML. One thing that TOML allows is refused: a
// character beyond ASCII as the first one after a line-ending backslash.
std::expected<toml::table, TomlProblem> read_toml(std::string_view text);

// The text with '^', which TOML allows in strings and comments only, for each byte beyond ASCII
// (blanks for a byte order mark), and with DEL, which it allows nowhere, for one that follows a
// line-ending backslash and blanks: there toml++ looks for white space in a string. What it reads
// of the shadow it can read of the text.
[[nodiscard]] std::string ascii_shadow(std::string_view toml);

}  // namespace tally
