#include <cstdlib>

#include "commerce/session.hpp"

namespace tally::commerce {

std::string_view name_of(SessionState state) {
  switch (state) {
    case SessionState::kHolding:
      return "holding";
    case SessionState::kAction:
      return "action";
    case SessionState::kUnlocking:
      return "unlocking";
    case SessionState::kOpen:
      return "open";
    case SessionState::kGrace:
      return "grace";
    case SessionState::kDeciding:
      return "deciding";
    case SessionState::kReview:
      return "review";
    case SessionState::kSettled:
      return "settled";
    case SessionState::kEnded:
      return "ended";
  }
  std::abort();
}

std::string_view name_of(SessionEventKind kind) {
  switch (kind) {
    case SessionEventKind::kHoldPlaced:
      return "hold_placed";
    case SessionEventKind::kHoldRefused:
      return "hold_refused";
    case SessionEventKind::kActionNeeded:
      return "action_needed";
    case SessionEventKind::kCancelled:
      return "cancelled";
    case SessionEventKind::kUnlockRefused:
      return "unlock_refused";
    case SessionEventKind::kDoorOpened:
      return "door_opened";
    case SessionEventKind::kDoorClosed:
      return "door_closed";
    case SessionEventKind::kCartDecided:
      return "cart_decided";
    case SessionEventKind::kFootageLost:
      return "footage_lost";
    case SessionEventKind::kReviewDecided:
      return "review_decided";
    case SessionEventKind::kTick:
      return "tick";
  }
  std::abort();
}

std::string_view name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::kNone:
      return "none";
    case SessionEnd::kDeclined:
      return "declined";
    case SessionEnd::kNoAnswer:
      return "no_answer";
    case SessionEnd::kCancelled:
      return "cancelled";
    case SessionEnd::kUnlockRefused:
      return "unlock_refused";
    case SessionEnd::kNotOpened:
      return "not_opened";
    case SessionEnd::kRestocked:
      return "restocked";
  }
  std::abort();
}

}  // namespace tally::commerce
