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

// Refuses, as a problem: methods no route can have (501), targets that are too long (414) or
// malformed (400), HTTP/1.1 without just one Host (400), versions other than 1.0 and 1.1 (505),
// expectations but 100-continue (417), header values that are no text (400).
[[nodiscard]] std::expected<Request, Response> read_head(RawHead head, std::string request_id,
                                                         std::string remote_address);

[[nodiscard]] bool expects_continue(const Request& request);

}  // namespace tally::http
