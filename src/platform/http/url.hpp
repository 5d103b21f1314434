// Addresses of outgoing calls: URLs, and which network addresses are public.
//
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::http {

inline constexpr std::size_t kUrlBytesMax = 2048;
inline constexpr std::size_t kHostBytesMax = 253;  // RFC 1035's limit on names.

struct Url {
  bool secure = false;     // https or wss.
  bool websocket = false;  // ws or wss.
  std::string host;        // A name, or an address without brackets: "::1".
  std::uint16_t port = 80;
  std::string target;  // "/path?query"; "/" if there is none.

  // For the Host header: "example.com", "[::1]:8080". Without the scheme's own port.
  [[nodiscard]] std::string authority() const;
};

// http, https, ws and wss with a host. Refused as HttpError::kMalformed: other schemes, user names
// and passwords, fragments, characters that are no part of a URL (non-ASCII hosts are to be
// written in punycode), ports out of 1..65535, and what is too long.
Result<Url> parse_url(std::string_view url);

// An IPv6 address in network order; IPv4 addresses as ::ffff:a.b.c.d.
using AddressBytes = std::array<std::uint8_t, 16>;

// Whether an address is of the public internet. Not: private, loopback, link-local, shared,
// documentation, benchmarking, multicast, reserved, and what leads to such by way of 6to4, Teredo
// or NAT64 (IANA's registries of special-purpose addresses; RFC 6890).
[[nodiscard]] bool is_public(const AddressBytes& address);

}  // namespace tally::http
