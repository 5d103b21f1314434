#include "perception/cabinet/look_plan.hpp"

namespace tally::cabinet {
namespace {

// Whether `last` is so long ago; remembers `time` where it is.
bool due(std::optional<SessionTime>& last, SessionTime time, SessionTime interval) {
  if (last && time - *last < interval) return false;
  last = time;
  return true;
}

}  // namespace

bool LookPlan::look_at(SessionTime time, float activity) {
  if (activity >= kActiveShare) moved_at_ = time;
  const bool active = !savings_.gate || time - moved_at_ <= kActiveAfter;
  const SessionTime while_active = savings_.stride ? kActiveLook : SessionTime{0};
  return due(last_look_, time, active ? while_active : kRestLook);
}

bool LookPlan::look_whole(SessionTime time, bool known) {
  if (!savings_.close_ups) return true;
  // Hands come in moving.
  if (!known && last_whole_ && moved_at_ < *last_whole_) return false;
  return due(last_whole_, time, known ? kWholeLook : kSearchLook);
}

}  // namespace tally::cabinet
