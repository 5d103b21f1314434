// From what a client sent before the body to a Request, or to the response that refuses it.
//
// Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "platform/http/http.hpp"

namespace tally::http {

// As parsed from the wire: syntax is checked, meaning is not.
struct RawHead {
  std::string method;
  std::string target;
  unsigned version = 11;  // 10 or 11.
  Headers headers = {};
};

// Whether all who read the message agree on where its body ends (RFC 9112, 6.1 and 6.3). False for
// a Transfer-Encoding other than just "chunked", one beside a Content-Length or in HTTP/1.0, and
// several Content-Lengths: a proxy in front may see other requests in the same bytes. Such a
// connection is to end: nothing on it can be trusted to be a request.
[[nodiscard]] bool has_clear_framing(const RawHead& head);

// Refuses, as a problem: methods no route can have (501), targets that are too long (414) or
// malformed (400), HTTP/1.1 without just one Host (400), versions other than 1.0 and 1.1 (505),
// expectations but 100-continue (417), header values that are no text (400).
[[nodiscard]] std::expected<Request, Response> read_head(RawHead head, std::string request_id,
                                                         std::string remote_address);

[[nodiscard]] bool expects_continue(const Request& request);

}  // namespace tally::http
