// Values in PostgreSQL's binary format: parameters on their way in, columns on their way out.
//
// Errors: kStatement for a column of a type the stores do not share (cast it in the statement), or
// that does not have that type's length. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/value.hpp"

namespace tally::platform {

// The types' numbers, as the server's catalogue pg_type.dat fixes them.
inline constexpr unsigned kPostgresBool = 16;
inline constexpr unsigned kPostgresBytea = 17;
inline constexpr unsigned kPostgresInt8 = 20;
inline constexpr unsigned kPostgresInt2 = 21;
inline constexpr unsigned kPostgresInt4 = 23;
inline constexpr unsigned kPostgresText = 25;
inline constexpr unsigned kPostgresFloat8 = 701;
inline constexpr unsigned kPostgresVarchar = 1043;
inline constexpr unsigned kPostgresUnset = 0;  // The server chooses, for NULL.

// `bytes` is not used where `is_null`.
struct PostgresParameter {
  unsigned type = kPostgresUnset;
  bool is_null = true;
  std::string bytes;
};
[[nodiscard]] PostgresParameter postgres_parameter(const Value& value);

Result<Value> postgres_column(unsigned type, std::string_view bytes);

}  // namespace tally::platform
