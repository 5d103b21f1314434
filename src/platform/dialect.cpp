#include "platform/dialect.hpp"

#include <algorithm>

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

// Calls outside(at) for each place that is not quoted and quoted(text) for what is.
template <typename Outside, typename Quoted>
void walk(std::string_view sql, Outside outside, Quoted quoted) {
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t end = end_of_quoted(sql, at);
    if (end > at) {
      quoted(sql.substr(at, end - at));
      at = end;
    } else {
      outside(at++);
    }
  }
}

bool is_parameter(std::string_view sql, std::size_t at) {
  return sql[at] == '$' && at + 1 < sql.size() && is_digit(sql[at + 1]);
}

}  // namespace

std::string sqlite_of(std::string_view sql) {
  std::string translated;
  translated.reserve(sql.size());
  walk(
      sql, [&](std::size_t at) { translated += is_parameter(sql, at) ? '?' : sql[at]; },
      [&](std::string_view text) { translated += text; });
  return translated;
}

std::size_t parameters_in(std::string_view sql) {
  constexpr std::size_t kDigitsMax = 4;
  std::size_t highest = 0;
  walk(
      sql,
      [&](std::size_t at) {
        if (!is_parameter(sql, at)) return;
        std::size_t number = 0;
        for (const char c : sql.substr(at + 1, kDigitsMax)) {
          if (!is_digit(c)) break;
          number = number * 10 + static_cast<std::size_t>(c - '0');
        }
        highest = std::max(highest, number);
      },
      [](std::string_view) {});
  return highest;
}

}  // namespace tally::platform
