// Small JSON texts, for sources that make one and need no more.
//
// Thread-safety: pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tally::records {

// An object of texts: {"a": "b"}. What is no UTF-8 is replaced.
[[nodiscard]] std::string object_text(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

}  // namespace tally::records
