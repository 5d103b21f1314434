// Calendars of time zones: where hours, days and months begin in a place.
//
// Zones are the machine's (tzdata), by IANA's names. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace tally {

[[nodiscard]] bool is_time_zone(std::string_view name);

enum class CalendarStep : std::uint8_t { kHour, kDay, kMonth };

// The beginnings of hours, days or months in the zone: from that of the one in which `from` is to
// the first at `to` or later. In order; at least two. Nothing where there is no such zone, where
// `to` is not after `from`, or where they are more than `most`.
[[nodiscard]] std::optional<std::vector<Instant>> calendar_steps(std::string_view zone,
                                                                 CalendarStep step, Instant from,
                                                                 Instant to, std::size_t most);

}  // namespace tally
