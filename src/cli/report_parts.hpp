// Parts of report.html, each a fragment of HTML; report.cpp puts them together.
#pragma once

#include <string>
#include <string_view>

#include "perception/cart/process.hpp"

namespace tally::cli {

extern const std::string_view kReportStyle;   // CSS
extern const std::string_view kReportScript;  // JavaScript: events and clips find each other

// When things moved, were looked at, were taken and put, and how the stock stood.
[[nodiscard]] std::string timeline_html(const cart::ProcessOutcome& outcome);

}  // namespace tally::cli
