#include "base/time_zone.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tally {
namespace {

Instant at(const char* text) { return parse_instant(text).value_or(Instant()); }

std::vector<std::string> steps(std::string_view zone, CalendarStep step, const char* from,
                               const char* to) {
  std::vector<std::string> texts;
  const auto begins = calendar_steps(zone, step, at(from), at(to), 100);
  for (const Instant begin : begins.value_or(std::vector<Instant>())) {
    texts.push_back(to_string(begin));
  }
  return texts;
}

TEST(TimeZone, IsKnownByItsName) {
  EXPECT_TRUE(is_time_zone("Europe/Berlin"));
  EXPECT_TRUE(is_time_zone("UTC"));
  EXPECT_FALSE(is_time_zone("Europe/Atlantis"));
  EXPECT_FALSE(is_time_zone(""));
  EXPECT_FALSE(is_time_zone("../../etc/passwd"));
}

TEST(TimeZone, HasADayOf23HoursInSpring) {
  EXPECT_EQ(steps("Europe/Berlin", CalendarStep::kDay, "2026-03-28T12:00:00.000Z",
                  "2026-03-29T22:30:00.000Z"),
            (std::vector<std::string>{"2026-03-27T23:00:00.000Z", "2026-03-28T23:00:00.000Z",
                                      "2026-03-29T22:00:00.000Z", "2026-03-30T22:00:00.000Z"}));
}

TEST(TimeZone, HasMonthsAndHoursOfItsOwn) {
  EXPECT_EQ(steps("Asia/Kolkata", CalendarStep::kHour, "2026-01-01T00:10:00.000Z",
                  "2026-01-01T00:40:00.000Z"),
            (std::vector<std::string>{"2025-12-31T23:30:00.000Z", "2026-01-01T00:30:00.000Z",
                                      "2026-01-01T01:30:00.000Z"}));
  EXPECT_EQ(steps("America/New_York", CalendarStep::kMonth, "2026-01-31T12:00:00.000Z",
                  "2026-03-01T05:00:00.000Z"),
            (std::vector<std::string>{"2026-01-01T05:00:00.000Z", "2026-02-01T05:00:00.000Z",
                                      "2026-03-01T05:00:00.000Z"}));
}

TEST(TimeZone, RefusesTooManyAndNone) {
  const Instant from = at("2026-01-01T00:00:00.000Z");
  const auto day = std::chrono::hours(24);
  EXPECT_TRUE(calendar_steps("UTC", CalendarStep::kDay, from, from + 10 * day, 10));
  EXPECT_FALSE(calendar_steps("UTC", CalendarStep::kDay, from, from + 11 * day, 10));
  EXPECT_FALSE(calendar_steps("UTC", CalendarStep::kDay, from, from, 10));
  EXPECT_FALSE(calendar_steps("Nowhere", CalendarStep::kDay, from, from + day, 10));
}

}  // namespace
}  // namespace tally
