// The one difference between the stores' statements: how they write a parameter. Statements say $1,
// $2, … as PostgreSQL does; SQLite numbers the same with ?1. Text in quotes and comments stays.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tally::platform {

[[nodiscard]] std::string sqlite_of(std::string_view sql);

// The highest number of a parameter in it, at most 9,999; 0 if it has none.
[[nodiscard]] std::size_t parameters_in(std::string_view sql);

}  // namespace tally::platform
