// eval.html: one page that a person opens to see how good the carts of many sessions are.
//
// Self-contained like report.html, whose style it shares: nothing is loaded from anywhere, plots
// are inline SVG, all text from outside is escaped. It links to the reports of single sessions by
// relative paths. The figures are those of the first run; the others are compared with it.
#pragma once

#include <string>

#include "perception/evaluate/evaluation.hpp"

namespace tally::cli {

[[nodiscard]] std::string render_evaluation(const evaluate::Evaluation& evaluation);

}  // namespace tally::cli
