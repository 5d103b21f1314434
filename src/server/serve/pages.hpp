// Which of the pages in src/pages the server shows where: the wallet, where a shopper lands who
// scans a cabinet's code, and the console of whoever runs the cabinets.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>

#include "platform/http/http.hpp"

namespace tally::serve {

// What is answered to a GET: nothing where there is no such page or file. `demo`: the pages offer
// test cards, and tell where codes are printed.
[[nodiscard]] std::optional<http::Response> page_for(const http::Request& request, bool demo);

}  // namespace tally::serve
