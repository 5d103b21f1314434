#include "server/routes/csv.hpp"

namespace tally::routes {

std::string csv_field(std::string_view text) {
  // What begins a formula in Excel, LibreOffice or Google's, also behind blanks that they drop.
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const bool formula =
      begin != text.npos && std::string_view("=+-@|%").find(text[begin]) != text.npos;
  const bool blank_first = !text.empty() && (text.front() == '\t' || text.front() == '\r');
  std::string field;
  if (formula || blank_first) field += '\'';
  field += text;
  if (field.find_first_of(",\"\r\n'") == field.npos) return field;
  std::string quoted = "\"";
  for (const char letter : field) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

Csv::Csv(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) put(name, name == *names.begin());
  text_ += "\r\n";
}

void Csv::put(std::string_view text, bool first) {
  if (!first) text_ += ',';
  text_ += csv_field(text);
}

}  // namespace tally::routes
