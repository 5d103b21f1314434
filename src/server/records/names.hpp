// Names of commerce's enums that commerce itself does not print, as they are stored and as the API
// shows them.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "commerce/review_policy.hpp"
#include "commerce/session.hpp"

namespace tally::commerce {

[[nodiscard]] constexpr std::string_view name_of(SessionKind kind) {
  return kind == SessionKind::kShopping ? "shopping" : "restock";
}

[[nodiscard]] constexpr std::string_view name_of(HoldStatus status) {
  switch (status) {
    case HoldStatus::kNone:
      return "none";
    case HoldStatus::kAsked:
      return "asked";
    case HoldStatus::kPlaced:
      return "placed";
    case HoldStatus::kRefused:
      return "refused";
    case HoldStatus::kReleased:
      return "released";
  }
  return "";
}

[[nodiscard]] constexpr std::string_view name_of(ReviewLevel level) {
  switch (level) {
    case ReviewLevel::kAll:
      return "all";
    case ReviewLevel::kAllCharges:
      return "all_charges";
    case ReviewLevel::kByPerception:
      return "by_perception";
    case ReviewLevel::kCostlyDoubts:
      return "costly_doubts";
    case ReviewLevel::kNone:
      return "none";
  }
  return "";
}

}  // namespace tally::commerce
