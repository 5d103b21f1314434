// What an HTTP request says of who sends it.
//
// Pure; thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "platform/http/http.hpp"

namespace tally::api {

struct Credential {
  std::string secret;
  bool by_cookie = false;
};

// Nothing where there is none. A header goes before a cookie. Errors: kUnauthenticated for an
// Authorization that is no bearer token.
[[nodiscard]] Result<std::optional<Credential>> credential_of(const http::Headers& headers);

// Whether a request that came with a cookie was made by our own pages. Errors: kCsrf.
[[nodiscard]] Result<void> check_csrf(const http::Request& request, std::string_view secret);

// The peer's, or behind a proxy the last of X-Forwarded-For.
[[nodiscard]] std::string client_address(const http::Request& request, bool behind_proxy);

// nosniff, no-store, no framing, no referrer, and for what is no page a policy that runs nothing.
void add_security_headers(http::Response& response);

}  // namespace tally::api
