// The files of which the pages are made, as they were built from web/: the programs carry them.
//
// Ownership: everything lives as long as the program. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "platform/http/http.hpp"

namespace tally::pages {

struct Asset {
  std::string_view path;  // "assets/wallet-C63lq19k.js", "wallet.html", "wallet.demo.html"
  std::string_view type;  // Its media type.
  std::string_view sha256;
  std::span<const unsigned char> plain;
  std::span<const unsigned char> gzip;  // Empty where packing gains nothing.
  std::span<const unsigned char> brotli;
  bool immutable = false;  // Its name changes with its content.
};

[[nodiscard]] std::span<const Asset> all_assets();

// By its path; null where there is none.
[[nodiscard]] const Asset* find_asset(std::string_view path);

// What a GET of it is answered: packed as the request can take it, 304 where the asker has it
// already. What is immutable may be kept for good, anything else is asked for anew each time. HTML
// and scripts come with a policy that allows the pages' own scripts, styles, pictures and calls,
// and no other.
[[nodiscard]] http::Response asset_response(const Asset& asset, const http::Headers& asked);

// The answer for a path below the root that is the file's own, such as "/assets/…" or "/sw.js";
// nothing for pages, which are found by their names elsewhere.
[[nodiscard]] std::optional<http::Response> file_at(const http::Request& request);

}  // namespace tally::pages
