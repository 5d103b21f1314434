// What an HTTP request says of who sends it.
//
// Pure; thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "platform/http/http.hpp"
#include "server/api/api.hpp"
#include "server/api/roles.hpp"

namespace tally::api {

struct Credential {
  std::string secret;
  std::string_view cookie = {};   // Its name, where it came in one.
  std::optional<Page> page = {};  // The page that asks, where it came in a cookie.
};

// Nothing where there is none. A header goes before a cookie. Of cookies it is that of the page
// which kPageHeader names; what a tag of a page asks for (<img>, <video>) has no such header, and
// is asked for as the shopper where shoppers are among `roles`. kOldCookie counts where that page
// has none. Errors: kUnauthenticated for an Authorization that is no bearer token.
[[nodiscard]] Result<std::optional<Credential>> credential_of(const http::Headers& headers,
                                                              const Roles& roles);

// Whether a person of this role may be signed in there: shoppers at the wallet, others at the
// console.
[[nodiscard]] bool is_of_page(Page page, identity::Role role);

// Whether a request that came with a cookie was made by our own pages. Errors: kCsrf.
[[nodiscard]] Result<void> check_csrf(const http::Request& request, std::string_view secret);

// The peer's, or behind a proxy the last of X-Forwarded-For.
[[nodiscard]] std::string client_address(const http::Request& request, bool behind_proxy);

// nosniff, no-store, no framing, no referrer, and for what is no page a policy that runs nothing.
void add_security_headers(http::Response& response);

}  // namespace tally::api
