// What is asked of the kernel for a bolt and a door's sensor (linux/gpio.h, ABI version 2). Pure.
#pragma once

#include <linux/gpio.h>

#include "device/config.hpp"

namespace tally::device {

inline constexpr std::uint32_t kDoorDebounceUs = 30'000;  // Contacts bounce for some milliseconds.

// An output that begins inactive: locked.
[[nodiscard]] gpio_v2_line_request bolt_request(const LockConfig& config);
// An input with both edges, debounced.
[[nodiscard]] gpio_v2_line_request door_request(const LockConfig& config);

}  // namespace tally::device
