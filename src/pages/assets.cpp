#include "pages/assets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tally::pages {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view kHtml = "text/html";
constexpr std::string_view kScript = "text/javascript";  // A service worker obeys its own policy.

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Calls `use` with each part of a list that commas divide.
template <typename Use>
void for_each_part(std::string_view list, Use use) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    use(trimmed(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

// Whether Accept-Encoding names this coding, and not only to refuse it.
bool takes(const http::Headers& asked, std::string_view coding) {
  bool taken = false;
  for_each_part(asked.find("Accept-Encoding").value_or(""), [&](std::string_view part) {
    const std::size_t end = std::min(part.find(';'), part.size());
    const std::string_view weight = trimmed(part.substr(std::min(end + 1, part.size())));
    const bool refused =
        weight.starts_with("q=0") && weight.find_first_of("123456789", 3) == std::string_view::npos;
    if (trimmed(part.substr(0, end)) == coding && !refused) taken = true;
  });
  return taken;
}

bool has_it(const http::Headers& asked, std::string_view tag) {
  bool found = false;
  for_each_part(asked.find("If-None-Match").value_or(""), [&](std::string_view part) {
    if (part.starts_with("W/")) part.remove_prefix(2);
    found = found || part == tag || part == "*";
  });
  return found;
}

}  // namespace

const Asset* find_asset(std::string_view path) {
  const auto all = all_assets();
  const auto found = std::ranges::find(all, path, &Asset::path);
  return found == all.end() ? nullptr : &*found;
}

http::Response asset_response(const Asset& asset, const http::Headers& asked) {
  const bool brotli = !asset.brotli.empty() && takes(asked, "br");
  const bool gzip = !brotli && !asset.gzip.empty() && takes(asked, "gzip");
  const std::string tag = fmt::format("\"{}{}\"", asset.sha256.substr(0, 32),
                                      brotli ? "-br"
                                      : gzip ? "-gz"
                                             : "");
  http::Response response;
  response.headers.set("ETag", tag);
  response.headers.set("Vary", "Accept-Encoding");
  response.headers.set("Cache-Control",
                       asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (asset.type.starts_with(kHtml) || asset.type.starts_with(kScript)) {
    response.headers.set("Content-Security-Policy", kPolicy);
    response.headers.set("Referrer-Policy", "same-origin");
  }
  if (has_it(asked, tag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", asset.type);
  if (brotli || gzip) response.headers.set("Content-Encoding", brotli ? "br" : "gzip");
  const auto bytes = brotli ? asset.brotli : gzip ? asset.gzip : asset.plain;
  response.body = std::string(bytes.begin(), bytes.end());
  return response;
}

std::optional<http::Response> file_at(const http::Request& request) {
  std::string path;
  for (const std::string& segment : request.target.segments) {
    path += path.empty() ? segment : "/" + segment;
  }
  const Asset* asset = find_asset(path);
  if (asset == nullptr || asset->type.starts_with(kHtml)) return std::nullopt;
  return asset_response(*asset, request.headers);
}

}  // namespace tally::pages
