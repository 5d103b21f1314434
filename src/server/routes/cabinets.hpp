// Pages of the tenant's cabinets of which some are wanted: of a site, or one alone.
//
// Includes heavy headers: for the sources of routes only. Thread-safety: a call's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/routes/support.hpp"

namespace tally::routes {

struct CabinetPage {
  std::vector<core::Row<commerce::Cabinet>> rows;
  bool more = false;
};

// Newest first. `wanted` is bool(const commerce::Cabinet&).
template <typename Wanted>
Result<CabinetPage> page_of_cabinets(const ApiCall& call, const api::PageWish& wish,
                                     Wanted wanted) {
  CabinetPage page;
  std::optional<std::string> after = wish.starting_after;
  while (true) {
    auto rows =
        core::list_rows<commerce::Cabinet>(call.transaction(), {.tenant = call.tenant(),
                                                                .kind = {},
                                                                .state = {},
                                                                .starting_after = after,
                                                                .limit = platform::kPageMax});
    if (!rows) return std::unexpected(rows.error());
    for (auto& row : *rows) {
      if (!wanted(row.value)) continue;
      if (std::ssize(page.rows) == wish.limit) {
        page.more = true;
        return page;
      }
      page.rows.push_back(std::move(row));
    }
    if (std::ssize(*rows) < platform::kPageMax) return page;
    after = rows->back().id;
  }
}

}  // namespace tally::routes
