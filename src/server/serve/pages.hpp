// Which of the pages in src/pages the server shows where: the wallet, where a shopper lands who
// scans a cabinet's code, and the console of whoever runs the cabinets.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/http/http.hpp"

namespace tally::serve {

// What the pages are told: in kTest they offer test cards, in kDemo they tell, too, that letters
// are printed where the server runs.
enum class PageMode : std::uint8_t { kLive, kTest, kDemo };

// What is answered to a GET: nothing where there is no such page or file.
[[nodiscard]] std::optional<http::Response> page_for(const http::Request& request, PageMode mode);

}  // namespace tally::serve
