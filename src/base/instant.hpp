// Points in time on the world's clock (UTC), as values. Nothing here reads a clock.
//
// Written and read as RFC 3339 in UTC with milliseconds: "2026-11-23T15:04:05.123Z".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Duration>;

[[nodiscard]] std::string to_string(Instant instant);

// Reads what to_string() writes; up to nine decimals or none, and any offset ("+02:00"), are taken
// too. Decimals beyond milliseconds are cut off. Nothing for any other text, for days that do not
// exist, leap seconds, and years outside 1970..9999.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

}  // namespace tally
