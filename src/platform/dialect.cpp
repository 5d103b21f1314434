#include "platform/dialect.hpp"

#include <cstddef>

namespace tally::platform {
namespace {

// Where the quoted text or comment that begins at `at` ends; `at` itself if none begins there.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
  const auto after = [&](std::string_view closing, std::size_t from) {
    const std::size_t found = sql.find(closing, from);
    return found == sql.npos ? sql.size() : found + closing.size();
  };
  const std::string_view rest = sql.substr(at);
  // A doubled quote inside ends one text and begins the next, which comes to the same.
  if (rest.starts_with('\'')) return after("'", at + 1);
  if (rest.starts_with('"')) return after("\"", at + 1);
  if (rest.starts_with("--")) return after("\n", at + 2);
  if (rest.starts_with("/*")) return after("*/", at + 2);
  return at;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string sqlite_of(std::string_view sql) {
  std::string translated;
  translated.reserve(sql.size());
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t end = end_of_quoted(sql, at);
    if (end > at) {
      translated += sql.substr(at, end - at);
      at = end;
      continue;
    }
    const bool parameter = sql[at] == '$' && at + 1 < sql.size() && is_digit(sql[at + 1]);
    translated += parameter ? '?' : sql[at];
    ++at;
  }
  return translated;
}

}  // namespace tally::platform
