#include "base/instant.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tally {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Takes what it reads off the front of a text; after a failure it stays failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits, int least, int most) {
    int value = 0;
    if (rest_.size() < digits) return fail(least);
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail(least);
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(digits);
    return least <= value && value <= most ? value : fail(least);
  }

  void literal(std::string_view any_of) {
    if (!next_is(any_of)) {
      fail(0);
      return;
    }
    rest_.remove_prefix(1);
  }

  [[nodiscard]] bool next_is(std::string_view any_of) const {
    return !rest_.empty() && any_of.find(rest_.front()) != std::string_view::npos;
  }

  milliseconds fraction() {
    if (!next_is(".")) return milliseconds{0};
    rest_.remove_prefix(1);
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0 || digits > 9) return milliseconds{fail(0)};
    int value = 0;
    for (std::size_t i = 0; i < 3; ++i) value = 10 * value + (i < digits ? rest_[i] - '0' : 0);
    rest_.remove_prefix(digits);
    return milliseconds{value};
  }

  minutes offset() {
    if (next_is("Zz")) {
      rest_.remove_prefix(1);
      return minutes{0};
    }
    const int sign = next_is("-") ? -1 : 1;
    literal("+-");
    const int of_hours = number(2, 0, 23);
    literal(":");
    return minutes{sign * (60 * of_hours + number(2, 0, 59))};
  }

  [[nodiscard]] bool ended_well() const { return !failed_ && rest_.empty(); }

 private:
  int fail(int value) {
    failed_ = true;
    rest_ = {};
    return value;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string to_string(Instant instant) {
  const auto day = floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const auto ms = (instant - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::optional<Instant> parse_instant(std::string_view text) {
  Reader reader(text);
  const std::chrono::year year(reader.number(4, 1970, 9999));
  reader.literal("-");
  const std::chrono::month month(static_cast<unsigned>(reader.number(2, 1, 12)));
  reader.literal("-");
  const std::chrono::year_month_day date(
      year, month, std::chrono::day(static_cast<unsigned>(reader.number(2, 1, 31))));
  reader.literal("Tt ");
  const hours hour(reader.number(2, 0, 23));
  reader.literal(":");
  const minutes minute(reader.number(2, 0, 59));
  reader.literal(":");
  const seconds second(reader.number(2, 0, 59));
  const milliseconds fraction = reader.fraction();
  const minutes offset = reader.offset();
  if (!reader.ended_well() || !date.ok()) return std::nullopt;
  return Instant{std::chrono::sys_days(date)} + hour + minute + second + fraction - offset;
}

}  // namespace tally
