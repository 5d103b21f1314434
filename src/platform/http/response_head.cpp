#include "platform/http/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "platform/http/text.hpp"

namespace tally::http {
namespace {

bool is_the_servers(std::string_view name) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"Content-Length", "Transfer-Encoding", "Connection",
                                              "Date"},
      [&](std::string_view reserved) { return equal_ignoring_case(name, reserved); });
}

void append_framing(std::string& head, const Framing& framing) {
  if (const auto* known = std::get_if<KnownLength>(&framing)) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", known->bytes);
  } else if (std::holds_alternative<Chunked>(framing)) {
    head += "Transfer-Encoding: chunked\r\n";
  }
}

// Digits alone, or nothing.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::string> response_head(const Response& response, const Wrapping& wrapping) {
  if (response.status < 200 || response.status > 599) return std::nullopt;
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_header_value(value)) return std::nullopt;
    if (!is_the_servers(name)) head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!wrapping.date.empty()) head.append("Date: ").append(wrapping.date).append("\r\n");
  if (!wrapping.request_id.empty() && is_header_value(wrapping.request_id)) {
    head.append("Request-Id: ").append(wrapping.request_id).append("\r\n");
  }
  append_framing(head, wrapping.framing);
  head += wrapping.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

RangeAnswer parse_range(std::string_view header, std::uint64_t file_bytes) {
  constexpr std::string_view kUnit = "bytes=";
  if (!equal_ignoring_case(header.substr(0, kUnit.size()), kUnit)) return WholeFile{};
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return WholeFile{};
  const auto first = parse_number(header.substr(0, dash));
  const auto last = parse_number(header.substr(dash + 1));
  if (dash == 0) {
    if (!last) return WholeFile{};
    const std::uint64_t length = std::min(*last, file_bytes);
    if (length == 0) return UnsatisfiableRange{};
    return ByteRange{file_bytes - length, length};
  }
  if (!first || (!last && dash + 1 != header.size()) || (last && *last < *first)) {
    return WholeFile{};
  }
  if (*first >= file_bytes) return UnsatisfiableRange{};
  const std::uint64_t end = std::min(last.value_or(file_bytes - 1), file_bytes - 1);
  return ByteRange{*first, end - *first + 1};
}

}  // namespace tally::http
