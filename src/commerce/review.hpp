// A review: a session that waits for a human's word, as (state, event) -> (state, effects).
//
// A reviewer claims it for a while, so that no two work on one; a claim that runs out is free
// again.
// What nobody decides in time is waived: the shopper pays nothing, since a hold must not outlive
// the provider's promise, and nobody is charged days later for what no human looked at.
//
// Pure; thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "commerce/review_policy.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

enum class ReviewState : std::uint8_t { kWaiting, kClaimed, kDecided, kWaived };
enum class ReviewEventKind : std::uint8_t { kClaim, kUnclaim, kDecide, kTick };
inline constexpr int kReviewStates = 4;
inline constexpr int kReviewEvents = 4;
[[nodiscard]] std::string_view name_of(ReviewState state);
[[nodiscard]] std::string_view name_of(ReviewEventKind kind);

inline constexpr Duration kClaimTime = std::chrono::minutes(10);
inline constexpr Duration kReviewAlarm = std::chrono::hours(24);  // Undecided so long: an alert.
inline constexpr Duration kReviewWaive = std::chrono::hours(72);  // And then nobody pays.
inline constexpr Duration kHoldMargin = std::chrono::hours(1);  // Waived so long before it expires.

struct Review {
  ReviewId id;
  SessionId session;
  std::vector<std::string> reasons;
  ReviewState state = ReviewState::kWaiting;
  UserId claimed_by;  // Empty but in kClaimed and, as who decided, in kDecided.
  std::optional<Instant> claimed_until;
  std::optional<Instant> claimed_at;  // Since when who has it, or decided it, had it.
  std::optional<Instant> decided_at;
  Instant opened;
  Instant waive_at;
  bool alarmed = false;
  std::vector<ChargeLine> lines;  // What was decided.
};

// clang-format off
struct ReviewClaim   { Instant at; UserId by; };
struct ReviewUnclaim { Instant at; UserId by; };
struct ReviewDecide  { Instant at; UserId by; std::vector<ChargeLine> lines; };
struct ReviewTick    { Instant at; };
struct ReviewDone    { std::vector<ChargeLine> lines; bool waived = false; };  // For the session.
struct ReviewOverdue {};  // An alert to the operator.
// clang-format on
using ReviewEvent = std::variant<ReviewClaim, ReviewUnclaim, ReviewDecide, ReviewTick>;
using ReviewEffect = std::variant<ReviewDone, ReviewOverdue>;
[[nodiscard]] ReviewEventKind kind_of(const ReviewEvent& event);

struct ReviewStep {
  Review review;
  std::vector<ReviewEffect> effects;
};

using ReviewTransition = Transition<ReviewState, ReviewEventKind>;
[[nodiscard]] std::span<const ReviewTransition> review_transitions();

// hold_until: when the session's hold lapses, as its provider said; nothing without a hold.
[[nodiscard]] Review open_review(ReviewId id, SessionId session, std::vector<std::string> reasons,
                                 Instant at, std::optional<Instant> hold_until);

// When step() with a tick has something to do; nothing once it is decided or waived.
[[nodiscard]] std::optional<Instant> due(const Review& review);

// Errors: kTransition, also where someone else has claimed it, and from waive_at on for all but a
// tick: what was not decided in time is waived, though the tick may be late; kInvalid, kLimit for
// the lines.
Result<ReviewStep> step(const Review& review, const ReviewEvent& event);

}  // namespace tally::commerce
