// The pages that the server itself serves: the wallet, where a shopper lands who scans a cabinet's
// code. Plain HTML that uses the public API and nothing from elsewhere.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "platform/http/http.hpp"

namespace tally::serve {

// What is answered to a GET: nothing where there is no such page. `demo`: test cards can be chosen,
// and where codes are printed is told.
[[nodiscard]] std::optional<http::Response> page_for(const http::Request& request, bool demo);

[[nodiscard]] std::string_view wallet_page();

}  // namespace tally::serve
