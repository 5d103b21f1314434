#include "server/serve/pages.hpp"

#include <string>

namespace tally::serve {
namespace {

// Its own scripts and styles alone; the API and clips of this server.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'; media-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

http::Response page(std::string_view text) {
  http::Response response;
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Content-Security-Policy", kPolicy);
  response.body = std::string(text);
  return response;
}

}  // namespace

std::optional<http::Response> page_for(const http::Request& request, bool demo) {
  const auto& segments = request.target.segments;
  const bool door = segments.size() == 2 && segments[0] == "d";
  const bool bank = segments.size() == 3 && segments[0] == "sandbox" && segments[1] == "actions";
  const bool wallet = segments.empty() || (segments.size() == 1 && segments[0] == "wallet");
  if (!door && !bank && !wallet) return std::nullopt;
  std::string text(wallet_page());
  const std::string_view mark = "data-demo=\"no\"";
  if (demo) text.replace(text.find(mark), mark.size(), "data-demo=\"yes\"");
  return page(text);
}

}  // namespace tally::serve
