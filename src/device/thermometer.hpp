// How cold a cabinet is.
#pragma once

#include <optional>
#include <string_view>

#include "device/config.hpp"

namespace tally::device {

// Nothing where there is no thermometer, or it can't be read.
[[nodiscard]] std::optional<double> read_celsius(const TemperatureConfig& config);

// A number of thousandths of a degree, as Linux's hwmon and thermal drivers write it: "3875\n".
[[nodiscard]] std::optional<double> parse_millidegrees(std::string_view text);

}  // namespace tally::device
