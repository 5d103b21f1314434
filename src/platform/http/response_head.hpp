// What a response looks like on the wire, before its body; and parts of files (RFC 9110, 14).
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "platform/http/http.hpp"

namespace tally::http {

// How the other side knows where the body ends.
struct KnownLength {
  std::uint64_t bytes;
};
struct Chunked {};      // Only HTTP/1.1 peers understand.
struct UntilClosed {};  // The end of the connection ends the body.
struct NoBody {};       // 1xx, 204, 304.
using Framing = std::variant<KnownLength, Chunked, UntilClosed, NoBody>;

struct Wrapping {
  std::string_view request_id = {};  // Left out if empty, as is the date.
  std::string_view date = {};
  Framing framing = NoBody{};
  bool keep_alive = true;
};

// Status line and headers, with the empty line. Content-Length, Transfer-Encoding, Connection and
// Date are the server's; a response's own are left out. Nothing if a header's name or value could
// not be sent as it is, or the status is not within 200..599.
[[nodiscard]] std::optional<std::string> response_head(const Response& response,
                                                       const Wrapping& wrapping);

// The bytes of a file that are wanted: [first, first + length).
struct ByteRange {
  std::uint64_t first;
  std::uint64_t length;
};
struct WholeFile {};
struct UnsatisfiableRange {};
using RangeAnswer = std::variant<ByteRange, WholeFile, UnsatisfiableRange>;

// Reads "bytes=first-last", "bytes=first-" and "bytes=-last". Several ranges, other units and what
// is no range are answered with the whole file, as the standard allows.
[[nodiscard]] RangeAnswer parse_range(std::string_view header, std::uint64_t file_bytes);

}  // namespace tally::http
