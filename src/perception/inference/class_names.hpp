// Class names as models and data sets write them down. Pure functions.
//
// Errors of all of them: CompileError::kNames (compile.hpp), with `where` first and what is wrong.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::inference {

inline constexpr std::size_t kNamesBytesMax = 1U << 20U;

// What Ultralytics puts into a model's metadata: a Python dict or list of str, as repr() writes it,
// {0: 'person', 1: "driver's seat"}. Keys must be 0, 1, 2, … in any order.
Result<std::vector<std::string>> parse_names_literal(std::string_view text, std::string_view where);

// A names file: one name per line; or a data set's YAML, of which only `names:` is read, as a list
// or as a mapping from ids, in flow ([a, b], {0: a}) or block form.
Result<std::vector<std::string>> parse_names_file(std::string_view text, std::string_view where);

// The 80 classes of COCO's detection task in the usual order (https://cocodataset.org).
[[nodiscard]] std::span<const std::string_view> coco80_names();

}  // namespace tally::inference
