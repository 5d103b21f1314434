#include "base/time_zone.hpp"

#include <date/tz.h>

#include <stdexcept>
#include <string>

namespace tally {
namespace {

// The library throws for a name that it does not know.
const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

Instant begin_of(const date::time_zone& zone, date::local_days day) {
  return std::chrono::time_point_cast<Duration>(zone.to_sys(day, date::choose::earliest));
}

date::local_days first_of_month(date::local_days day) {
  const date::year_month_day ymd(day);
  return date::local_days(ymd.year() / ymd.month() / 1);
}

date::local_days next(date::local_days day, CalendarStep step) {
  if (step == CalendarStep::kDay) return day + date::days(1);
  const date::year_month_day ymd(day);
  return date::local_days(date::year_month_day(ymd + date::months(1)));
}

}  // namespace

bool is_time_zone(std::string_view name) { return find_zone(name) != nullptr; }

std::optional<std::vector<Instant>> calendar_steps(std::string_view name, CalendarStep step,
                                                   Instant from, Instant to, std::size_t most) {
  const date::time_zone* zone = find_zone(name);
  if (zone == nullptr || to <= from) return std::nullopt;
  std::vector<Instant> begins;
  const auto local = zone->to_local(from);
  if (step == CalendarStep::kHour) {
    begins.push_back(from - (local - date::floor<std::chrono::hours>(local)));
    while (begins.back() < to) {
      if (begins.size() > most) return std::nullopt;
      begins.push_back(begins.back() + std::chrono::hours(1));
    }
    return begins;
  }
  auto day = date::floor<date::days>(local);
  if (step == CalendarStep::kMonth) day = first_of_month(day);
  begins.push_back(begin_of(*zone, day));
  while (begins.back() < to) {
    if (begins.size() > most) return std::nullopt;
    day = next(day, step);
    begins.push_back(begin_of(*zone, day));
  }
  return begins;
}

}  // namespace tally
