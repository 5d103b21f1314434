// Tables of transitions: what a state machine may do, as data that code, tests and diagrams share.
//
// A machine is an `enum class` of states, one of events, and one constexpr array of rows, every row
// a step that may happen. Its function (state, event) -> (state, effects) decides *which* row, by
// what the event carries; what is in no row is CommerceError::kTransition. Each enum has a
// `std::string_view name_of(E)` and a `kCount` of its values, found by argument-dependent lookup.
//
// Thread-safety: pure functions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

#include "commerce/error.hpp"

namespace tally::commerce {

template <typename State, typename Event>
struct Transition {
  State from;
  Event on;
  State to;
  std::string_view when;  // Which of several rows with the same `from` and `on`; else empty.
};

// Whether any row starts so.
template <typename State, typename Event>
[[nodiscard]] constexpr bool can(std::span<const Transition<State, Event>> table, State from,
                                 Event on) {
  return std::ranges::any_of(table,
                             [&](const auto& row) { return row.from == from && row.on == on; });
}

template <typename State, typename Event>
[[nodiscard]] constexpr bool has(std::span<const Transition<State, Event>> table, State from,
                                 Event on, State to) {
  return std::ranges::any_of(
      table, [&](const auto& row) { return row.from == from && row.on == on && row.to == to; });
}

// No row leaves it.
template <typename State, typename Event>
[[nodiscard]] constexpr bool is_final(std::span<const Transition<State, Event>> table,
                                      State state) {
  return std::ranges::none_of(
      table, [&](const auto& row) { return row.from == state && row.to != state; });
}

// "session: door_opened can't happen in state settled".
template <typename State, typename Event>
[[nodiscard]] std::unexpected<Error> illegal(std::string_view machine, State from, Event on) {
  return fail(CommerceError::kTransition,
              fmt::format("{}: {} can't happen in state {}", machine, name_of(on), name_of(from)));
}

// The table as a state diagram in Mermaid's language, which docs/commerce.md shows; rows that leave
// the state as it is are not drawn.
template <typename State, typename Event>
[[nodiscard]] std::string diagram_of(std::span<const Transition<State, Event>> table) {
  std::string text = "stateDiagram-v2\n";
  for (const auto& row : table) {
    if (row.from == row.to) continue;
    text += fmt::format("  {} --> {}: {}{}{}\n", name_of(row.from), name_of(row.to),
                        name_of(row.on), row.when.empty() ? "" : ", ", row.when);
  }
  return text;
}

}  // namespace tally::commerce
