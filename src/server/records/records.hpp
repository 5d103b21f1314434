// What is stored, as JSON and back: one description of each kind of value serves both ways.
//
//   std::string text = records::to_text(session);
//   Result<commerce::Session> again = records::parse<commerce::Session>(text);
//
// Names are those of the fields, in snake case; ids, times (RFC 3339) and names of states are
// texts, durations whole milliseconds ("…" as the field is called), money {"minor", "currency"},
// nothing is null. A field that a text lacks keeps its default, so that what an older program wrote
// can be read; what is there and wrong is RecordError::kCorrupt, with its path.
//
// Kinds of values: those for which a source of this room instantiates the two templates; any other
// is an error when linking. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::records {

enum class RecordError : std::uint8_t {
  kCorrupt,  // Not what to_text() can have written.
};
[[nodiscard]] ErrorCode code_of(RecordError error);

template <typename T>
[[nodiscard]] std::string to_text(const T& value);

template <typename T>
Result<T> parse(std::string_view text);

}  // namespace tally::records
