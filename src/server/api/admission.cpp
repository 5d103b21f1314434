#include "server/api/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "platform/http/text.hpp"
#include "server/api/error.hpp"
#include "server/identity/web_sessions.hpp"

namespace tally::api {
namespace {

constexpr std::size_t kSecretBytesMax = 512;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_secret(std::string_view text) {
  return !text.empty() && text.size() <= kSecretBytesMax && http::is_token(text);
}

std::optional<std::string_view> cookie_of(const http::Headers& headers, std::string_view name) {
  const auto header = headers.find("Cookie");
  std::string_view rest = header.value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = trimmed(rest.substr(0, end));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

std::optional<Page> page_of(const http::Headers& headers) {
  const auto name = headers.find(kPageHeader);
  if (name == "wallet") return Page::kWallet;
  if (name == "console") return Page::kConsole;
  return std::nullopt;
}

// In the order in which they are looked for.
std::vector<std::string_view> cookies_for(std::optional<Page> page, const Roles& roles) {
  if (page) return {cookie_name(*page), kOldCookie};
  const bool shopping = may_use(roles, identity::Role::kShopper);
  const Page first = shopping ? Page::kWallet : Page::kConsole;
  const Page second = shopping ? Page::kConsole : Page::kWallet;
  return {cookie_name(first), cookie_name(second), kOldCookie};
}

bool only_reads(http::Method method) {
  return method == http::Method::kGet || method == http::Method::kHead;
}

}  // namespace

Result<std::optional<Credential>> credential_of(const http::Headers& headers, const Roles& roles) {
  if (const auto header = headers.find("Authorization")) {
    constexpr std::string_view kScheme = "Bearer ";
    const bool bearer = header->size() > kScheme.size() &&
                        http::equal_ignoring_case(header->substr(0, kScheme.size()), kScheme);
    const std::string_view secret = bearer ? trimmed(header->substr(kScheme.size())) : "";
    if (is_secret(secret)) return Credential{std::string(secret)};
    return fail(ApiError::kUnauthenticated, "Authorization must be \"Bearer\" and a token or key");
  }
  const std::optional<Page> page = page_of(headers);
  for (const std::string_view name : cookies_for(page, roles)) {
    const auto cookie = cookie_of(headers, name);
    if (cookie && is_secret(*cookie)) return Credential{std::string(*cookie), name, page};
  }
  return std::optional<Credential>();
}

bool is_of_page(Page page, identity::Role role) {
  return (page == Page::kWallet) == (role == identity::Role::kShopper);
}

Result<void> check_csrf(const http::Request& request, std::string_view secret) {
  if (only_reads(request.method) && !request.wants_websocket) return {};
  const auto token = request.headers.find(kCsrfHeader);
  if (token && identity::is_csrf(secret, *token)) return {};
  return fail(
      ApiError::kCsrf,
      fmt::format("a request with a cookie needs the csrf_token of GET /v1/me in {}", kCsrfHeader));
}

std::string client_address(const http::Request& request, bool behind_proxy) {
  const auto header = request.headers.find("X-Forwarded-For");
  if (!behind_proxy || !header) return request.remote_address;
  const std::size_t comma = header->rfind(',');
  const std::string_view last =
      trimmed(comma == std::string_view::npos ? *header : header->substr(comma + 1));
  return last.empty() || last.size() > 64 ? request.remote_address : std::string(last);
}

void add_security_headers(http::Response& response) {
  const auto set = [&](std::string_view name, std::string_view value) {
    if (!response.headers.find(name)) response.headers.add(name, value);
  };
  set("X-Content-Type-Options", "nosniff");
  set("Cache-Control", "no-store");
  set("Referrer-Policy", "no-referrer");
  set("X-Frame-Options", "DENY");
  set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

std::string csrf_token(std::string_view secret) { return identity::csrf_of(secret); }

std::string_view cookie_name(Page page) {
  return page == Page::kWallet ? "tally_wallet" : "tally_console";
}

std::string session_cookie(std::string_view name, std::string_view secret, Duration life,
                           bool secure) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(life).count();
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; {}Max-Age={}", name, secret,
                     secure ? "Secure; " : "", secret.empty() ? 0 : seconds);
}

std::string new_request_id(server::World& world) { return "req_" + id_digits(world.random_bits()); }

}  // namespace tally::api
