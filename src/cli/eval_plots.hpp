// Plots of an evaluation as fragments of HTML with inline SVG. Colours come from the page's style
// (eval_style.cpp), so that light and dark need nothing here. Pure; text from outside is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "perception/evaluate/evaluation.hpp"

namespace tally::cli {

// How often the cart was exact, against how sure the decision was, with 95 % intervals. Zoomed in
// to where the sessions are.
[[nodiscard]] std::string reliability_plot(const evaluate::Calibration& calibration);

// Wrong and missed charges against reviews as the knob moves; where the run stands; the limit and
// the best knob for it.
[[nodiscard]] std::string knob_plot(const evaluate::Summary& summary);

// A bar for each group's exact-cart rate, with its interval.
[[nodiscard]] std::string exact_bars(const std::vector<evaluate::Group>& groups);

// How often which error in money came, of the errors that are not 0; empty where there is none.
[[nodiscard]] std::string money_plot(const std::vector<std::int64_t>& errors_minor,
                                     const std::string& currency);

}  // namespace tally::cli
