#include "perception/cart/look_schedule.hpp"

#include <algorithm>
#include <array>

#include "perception/inference/head_shape.hpp"

namespace tally::cart {
namespace {

constexpr SessionTime kActiveInterval = from_seconds(0.20);
constexpr SessionTime kFullInterval = from_seconds(0.5);  // From a full look to the next one.
constexpr SessionTime kRestInterval = from_seconds(2.5);
constexpr std::array<SessionTime, 4> kSettleLooks{from_seconds(0.15), from_seconds(0.45),
                                                  from_seconds(0.9), from_seconds(1.5)};
constexpr float kActiveShare = 0.004F;  // Of moving cells, above which something moves.
constexpr int kSmallLookPercent = 65;
constexpr int kSmallLookSideMin = 352;

}  // namespace

std::optional<vision::Size> small_look_size(vision::Size full) {
  const auto side = [](int length) {
    constexpr int kStep = inference::kHeadStrides.back();
    return (length * kSmallLookPercent / 100 + kStep - 1) / kStep * kStep;
  };
  const vision::Size small{side(full.width), side(full.height)};
  const bool shows_enough = std::max(small.width, small.height) >= kSmallLookSideMin;
  return shows_enough ? std::optional(small) : std::nullopt;
}

LookKind LookSchedule::look_at(SessionTime time, float activity) {
  const bool active = activity > kActiveShare;
  if (!due_at(time, active)) return LookKind::kNone;
  const bool after_full =
      last_full_look_ && last_look_ == last_full_look_ && time - *last_full_look_ < kFullInterval;
  last_look_ = time;
  if (active && after_full && savings_.small_looks) return LookKind::kSmall;
  last_full_look_ = time;
  return LookKind::kFull;
}

bool LookSchedule::due_at(SessionTime time, bool active) {
  if (active) {
    rest_since_ = time;
    settle_looks_ = 0;
  }
  if (!active && savings_.gate) return due_at_rest(time) || !last_look_;
  return !last_look_ || !savings_.stride || time - *last_look_ >= kActiveInterval;
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
