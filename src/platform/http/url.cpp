#include "platform/http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"

namespace tally::http {
namespace {

struct Scheme {
  std::string_view prefix;
  bool secure;
  bool websocket;
};
constexpr Scheme kSchemes[] = {{"http://", false, false},
                               {"https://", true, false},
                               {"ws://", false, true},
                               {"wss://", true, true}};

std::uint16_t own_port(bool secure) { return secure ? 443 : 80; }

std::unexpected<Error> malformed(std::string_view url, std::string_view why) {
  return fail(HttpError::kMalformed,
              fmt::format("the URL \"{}\" {}", url.substr(0, kUrlBytesMax), why));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// Fills host and port from "host", "host:port", "[address]" or "[address]:port".
bool read_authority(std::string_view authority, Url& url) {
  std::size_t end = 0;
  if (authority.starts_with('[')) {
    end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    ++end;
    if (!std::ranges::all_of(url.host, [](char c) { return c == ':' || is_host_character(c); })) {
      return false;
    }
  } else {
    end = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, end);
    if (!std::ranges::all_of(url.host, is_host_character)) return false;
  }
  if (url.host.empty() || url.host.size() > kHostBytesMax) return false;
  url.port = own_port(url.secure);
  const std::string_view rest = authority.substr(end);
  if (rest.empty()) return true;
  const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return false;
  url.port = *port;
  return true;
}

struct Network {
  std::array<std::uint8_t, 4> address;
  unsigned bits;
};
constexpr Network kNotPublic4[] = {
    {{0, 0, 0, 0}, 8},       {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10},
    {{127, 0, 0, 0}, 8},     {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},
    {{192, 0, 0, 0}, 24},    {{192, 0, 2, 0}, 24},   {{192, 31, 196, 0}, 24},
    {{192, 52, 193, 0}, 24}, {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16},
    {{192, 175, 48, 0}, 24}, {{198, 18, 0, 0}, 15},  {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24},  {{224, 0, 0, 0}, 3}};

struct Network6 {
  std::array<std::uint8_t, 4> address;  // Its first four bytes are enough for all of these.
  unsigned bits;
};
constexpr Network6 kNotPublic6[] = {{{0x20, 0x01, 0x00, 0x00}, 23},
                                    {{0x20, 0x01, 0x0d, 0xb8}, 32},
                                    {{0x20, 0x02, 0x00, 0x00}, 16},
                                    {{0x3f, 0xff, 0x00, 0x00}, 20}};
constexpr Network6 kPublic6{{0x20, 0x00, 0x00, 0x00}, 3};

bool within(std::span<const std::uint8_t> address, std::span<const std::uint8_t> network,
            unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80U >> (i % 8);
    if (((address[i / 8] ^ network[i / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.contains(':') ? fmt::format("[{}]", host) : host;
  return port == own_port(secure) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return malformed(text, "is too long");
  const auto* scheme = std::ranges::find_if(kSchemes, [&](const Scheme& known) {
    return equal_ignoring_case(text.substr(0, known.prefix.size()), known.prefix);
  });
  if (scheme == std::end(kSchemes)) {
    return malformed(text, "does not begin with http://, https://, ws:// or wss://");
  }
  if (!std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; })) {
    return malformed(text, "has characters that are no part of a URL");
  }
  if (text.contains('#')) return malformed(text, "has a fragment (\"#...\"), which is never sent");
  const std::string_view rest = text.substr(scheme->prefix.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  if (authority.contains('@')) {
    return malformed("...", "has a user name: send credentials in a header");
  }
  Url url;
  url.secure = scheme->secure;
  url.websocket = scheme->websocket;
  if (!read_authority(authority, url)) return malformed(text, "has no host and port to call");
  url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

bool is_public(const AddressBytes& address) {
  static constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  if (within(address, kMapped, 96)) {
    const auto last = std::span(address).last<4>();
    return std::ranges::none_of(kNotPublic4,
                                [&](const Network& n) { return within(last, n.address, n.bits); });
  }
  return within(address, kPublic6.address, kPublic6.bits) &&
         std::ranges::none_of(
             kNotPublic6, [&](const Network6& n) { return within(address, n.address, n.bits); });
}

}  // namespace tally::http
