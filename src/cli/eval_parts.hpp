// Parts of eval.html, each a fragment of HTML; eval_page.cpp puts them together. Text from outside
// is escaped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "perception/evaluate/evaluation.hpp"

namespace tally::cli {

inline constexpr std::size_t kCasesMax = 300;      // Shown of one run; eval.json has all.
inline constexpr std::size_t kCaseEventsMax = 20;  // Shown of one session.

extern const std::string_view kEvalStyle;  // CSS, after report.html's.

// Each session that is not all right: what was expected, what came, and the way to its report.
[[nodiscard]] std::string cases_html(const evaluate::EvaluatedRun& run);

}  // namespace tally::cli
