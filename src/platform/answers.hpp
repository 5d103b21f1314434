// What callers make of a connection's answers (connection.hpp).
#pragma once

#include <cstdint>
#include <expected>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace tally::platform {

// Each row as a T, whose members are the columns in their order.
template <typename T, typename... Columns>
[[nodiscard]] Result<std::vector<T>> structs_of(Result<std::vector<std::tuple<Columns...>>> rows) {
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<T> structs;
  structs.reserve(rows->size());
  for (auto& row : *rows) {
    structs.push_back(std::apply([](auto&... columns) { return T{std::move(columns)...}; }, row));
  }
  return structs;
}

// Where how many rows changed is of no interest.
[[nodiscard]] inline Result<void> nothing_of(const Result<std::int64_t>& changed) {
  return changed ? Result<void>{} : std::unexpected(changed.error());
}

}  // namespace tally::platform
