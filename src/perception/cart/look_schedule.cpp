#include "perception/cart/look_schedule.hpp"

#include <array>

namespace tally::cart {
namespace {

constexpr SessionTime kActiveInterval = from_seconds(0.20);
constexpr SessionTime kRestInterval = from_seconds(2.5);
constexpr std::array<SessionTime, 4> kSettleLooks{from_seconds(0.15), from_seconds(0.45),
                                                  from_seconds(0.9), from_seconds(1.5)};
constexpr float kActiveShare = 0.004F;  // Of moving cells, above which something moves.

}  // namespace

bool LookSchedule::look_at(SessionTime time, float activity) {
  const bool active = activity > kActiveShare;
  if (active) {
    rest_since_ = time;
    settle_looks_ = 0;
  }
  bool due = !last_look_;
  if (active) {
    due = due || !savings_.stride || time - *last_look_ >= kActiveInterval;
  } else if (savings_.gate) {
    due = due_at_rest(time) || due;
  } else {
    due = due || !savings_.stride || time - *last_look_ >= kActiveInterval;
  }
  if (due) last_look_ = time;
  return due;
}

bool LookSchedule::due_at_rest(SessionTime time) {
  bool due = false;
  while (settle_looks_ < kSettleLooks.size() && time - rest_since_ >= kSettleLooks[settle_looks_]) {
    ++settle_looks_;
    due = true;
  }
  return due || (last_look_ && time - *last_look_ >= kRestInterval);
}

}  // namespace tally::cart
