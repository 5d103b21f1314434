#include "platform/http/event_stream.hpp"

#include <algorithm>

namespace tally::http {
namespace {

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ");
  std::ranges::copy_if(value, std::back_inserter(text),
                       [](char c) { return c != '\n' && c != '\r' && c != '\0'; });
  text += '\n';
}

}  // namespace

std::string event_text(const ServerEvent& event) {
  std::string text;
  if (!event.id.empty()) append_field(text, "id", event.id);
  if (!event.event.empty()) append_field(text, "event", event.event);
  std::string_view rest = event.data;
  for (;;) {  // "\r\n", "\r" and "\n" all end a line; even no data is one line.
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    append_field(text, "data", rest.substr(0, end));
    if (end == rest.size()) break;
    rest.remove_prefix(rest.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return text += '\n';
}

}  // namespace tally::http
