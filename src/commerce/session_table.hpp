// The session's table of transitions: every step that may happen, and no other. session.hpp tells
// what the states mean. docs/commerce.md shows it as a diagram.
#pragma once

#include <array>

#include "commerce/session.hpp"

namespace tally::commerce {

// clang-format off
inline constexpr auto kSessionTable = [] {
  using enum SessionState;
  using enum SessionEventKind;
  return std::to_array<SessionTransition>({
      {kHolding, kHoldPlaced, kUnlocking, ""},
      {kHolding, kHoldRefused, kEnded, ""},
      {kHolding, kActionNeeded, kAction, ""},
      {kHolding, kCancelled, kEnded, ""},
      {kHolding, kTick, kHolding, "too early"},
      {kHolding, kTick, kEnded, "no answer in time"},

      {kAction, kHoldPlaced, kUnlocking, ""},
      {kAction, kHoldRefused, kEnded, ""},
      {kAction, kActionNeeded, kAction, "again"},
      {kAction, kCancelled, kEnded, ""},
      {kAction, kTick, kAction, "too early"},
      {kAction, kTick, kEnded, "no answer in time"},

      {kUnlocking, kHoldPlaced, kUnlocking, "again"},
      {kUnlocking, kHoldRefused, kUnlocking, "late"},
      {kUnlocking, kActionNeeded, kUnlocking, "late"},
      {kUnlocking, kCancelled, kEnded, ""},
      {kUnlocking, kUnlockRefused, kEnded, ""},
      {kUnlocking, kDoorOpened, kOpen, ""},
      {kUnlocking, kTick, kUnlocking, "too early"},
      {kUnlocking, kTick, kEnded, "not opened in time"},

      {kOpen, kHoldPlaced, kOpen, "late"},
      {kOpen, kHoldRefused, kOpen, "late"},
      {kOpen, kActionNeeded, kOpen, "late"},
      {kOpen, kDoorOpened, kOpen, "again"},
      {kOpen, kDoorClosed, kGrace, ""},
      {kOpen, kDoorClosed, kOpen, "of an earlier opening"},
      {kOpen, kUnlockRefused, kOpen, "late"},
      {kOpen, kFootageLost, kOpen, "noted"},
      {kOpen, kTick, kOpen, "open too long: alarm"},
      {kOpen, kTick, kReview, "never told closed"},
      {kOpen, kTick, kEnded, "restocked, never told closed"},

      {kGrace, kHoldPlaced, kGrace, "late"},
      {kGrace, kHoldRefused, kGrace, "late"},
      {kGrace, kActionNeeded, kGrace, "late"},
      {kGrace, kUnlockRefused, kGrace, "late"},
      {kGrace, kFootageLost, kGrace, "noted"},
      {kGrace, kDoorOpened, kOpen, "once more"},
      {kGrace, kDoorOpened, kGrace, "again"},
      {kGrace, kDoorClosed, kGrace, "again"},
      {kGrace, kTick, kGrace, "too early"},
      {kGrace, kTick, kDeciding, "grace is over"},
      {kGrace, kTick, kEnded, "restocked"},

      {kDeciding, kHoldPlaced, kDeciding, "late"},
      {kDeciding, kHoldRefused, kDeciding, "late"},
      {kDeciding, kActionNeeded, kDeciding, "late"},
      {kDeciding, kUnlockRefused, kDeciding, "late"},
      {kDeciding, kDoorOpened, kDeciding, "forced, or again"},
      {kDeciding, kDoorClosed, kDeciding, "again"},
      {kDeciding, kCartDecided, kSettled, "sure enough"},
      {kDeciding, kCartDecided, kReview, "by the review level, or a doubt"},
      {kDeciding, kFootageLost, kReview, ""},
      {kDeciding, kTick, kDeciding, "the shopper is told"},
      {kDeciding, kTick, kReview, "no footage in time"},

      {kReview, kHoldPlaced, kReview, "late"},
      {kReview, kHoldRefused, kReview, "late"},
      {kReview, kActionNeeded, kReview, "late"},
      {kReview, kUnlockRefused, kReview, "late"},
      {kReview, kDoorOpened, kReview, "forced, or again"},
      {kReview, kCartDecided, kReview, "late: for the reviewer"},
      {kReview, kFootageLost, kReview, "late"},
      {kReview, kDoorClosed, kReview, "again"},
      {kReview, kReviewDecided, kSettled, ""},
      {kReview, kTick, kReview, ""},

      {kSettled, kHoldPlaced, kSettled, "late"},
      {kSettled, kHoldRefused, kSettled, "late"},
      {kSettled, kActionNeeded, kSettled, "late"},
      {kSettled, kUnlockRefused, kSettled, "late"},
      {kSettled, kFootageLost, kSettled, "late"},
      {kSettled, kDoorOpened, kSettled, "forced, or again"},
      {kSettled, kDoorClosed, kSettled, "again"},
      {kSettled, kTick, kSettled, ""},

      {kEnded, kHoldPlaced, kEnded, "late: released"},
      {kEnded, kHoldRefused, kEnded, "late"},
      {kEnded, kActionNeeded, kEnded, "late"},
      {kEnded, kCancelled, kEnded, "again"},
      {kEnded, kUnlockRefused, kEnded, "again"},
      {kEnded, kDoorOpened, kOpen, "in time, told late"},
      {kEnded, kDoorOpened, kEnded, "forced"},
      {kEnded, kFootageLost, kEnded, "late"},
      {kEnded, kDoorClosed, kEnded, "again"},
      {kEnded, kTick, kEnded, ""},
  });
}();
// clang-format on

}  // namespace tally::commerce
