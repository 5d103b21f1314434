#include "commerce/review.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/assert.hpp"
#include "commerce/error.hpp"

namespace tally::commerce {
namespace {

constexpr auto kTable = [] {
  using enum ReviewState;
  using enum ReviewEventKind;
  return std::to_array<ReviewTransition>({
      {kWaiting, kClaim, kClaimed, ""},
      {kWaiting, kTick, kWaiting, "alarm after a day"},
      {kWaiting, kTick, kWaived, "nobody decided in time"},
      {kClaimed, kClaim, kClaimed, "by the same, or the claim ran out"},
      {kClaimed, kUnclaim, kWaiting, ""},
      {kClaimed, kDecide, kDecided, ""},
      {kClaimed, kTick, kClaimed, "alarm after a day"},
      {kClaimed, kTick, kWaiting, "the claim ran out"},
      {kClaimed, kTick, kWaived, "nobody decided in time"},
      {kDecided, kTick, kDecided, ""},
      {kWaived, kTick, kWaived, ""},
  });
}();

class Stepper {
 public:
  explicit Stepper(const Review& review) : made_{review, {}} {}

  Result<ReviewStep> finish() {
    if (error_) return std::unexpected(*std::move(error_));
    return std::move(made_);
  }

  void on(const ReviewClaim& event) {
    Review& review = made_.review;
    if (!free_for(event.by, event.at)) return;
    const bool goes_on = review.claimed_by == event.by && review.claimed_until > event.at;
    if (!goes_on) review.claimed_at = event.at;
    review.state = ReviewState::kClaimed;
    review.claimed_by = event.by;
    review.claimed_until = event.at + kClaimTime;
  }

  void on(const ReviewUnclaim& event) {
    if (free_for(event.by, event.at)) unclaim();
  }

  void on(const ReviewDecide& event) {
    if (!free_for(event.by, event.at)) return;
    auto lines = checked_lines(event.lines);
    if (!lines) {
      error_ = std::move(lines.error());
      return;
    }
    Review& review = made_.review;
    review.state = ReviewState::kDecided;
    review.claimed_by = event.by;
    review.claimed_until.reset();
    // It may be told a little later than it was made, and of a claim that was made meanwhile.
    review.decided_at = std::max(event.at, review.claimed_at.value_or(event.at));
    review.lines = *std::move(lines);
    made_.effects.emplace_back(ReviewDone{review.lines, false});
  }

  void on(const ReviewTick& event) {
    Review& review = made_.review;
    if (!due(review)) return;
    if (event.at >= review.waive_at) {
      unclaim();
      review.state = ReviewState::kWaived;
      made_.effects.emplace_back(ReviewDone{{}, true});
      return;
    }
    if (review.claimed_until && event.at >= *review.claimed_until) unclaim();
    if (!review.alarmed && event.at >= review.opened + kReviewAlarm) {
      review.alarmed = true;
      made_.effects.emplace_back(ReviewOverdue{});
    }
  }

 private:
  void unclaim() {
    made_.review.state = ReviewState::kWaiting;
    made_.review.claimed_by = {};
    made_.review.claimed_until.reset();
    made_.review.claimed_at.reset();
  }

  bool free_for(const UserId& user, Instant at) {
    const Review& review = made_.review;
    if (at >= review.waive_at) {
      error_ = Error{code_of(CommerceError::kTransition),
                     fmt::format("review {}: its time was over at {}; nobody pays",
                                 review.id.text(), to_string(review.waive_at))};
      return false;
    }
    const bool others = review.claimed_until && *review.claimed_until > at;
    if (!others || review.claimed_by == user) return true;
    error_ = Error{code_of(CommerceError::kTransition),
                   fmt::format("review {}: someone else has it until {}; take another one",
                               review.id.text(), to_string(*review.claimed_until))};
    return false;
  }

  ReviewStep made_;
  std::optional<Error> error_;
};

}  // namespace

std::string_view name_of(ReviewState state) {
  switch (state) {
    case ReviewState::kWaiting:
      return "waiting";
    case ReviewState::kClaimed:
      return "claimed";
    case ReviewState::kDecided:
      return "decided";
    case ReviewState::kWaived:
      return "waived";
  }
  std::abort();
}

std::string_view name_of(ReviewEventKind kind) {
  switch (kind) {
    case ReviewEventKind::kClaim:
      return "claim";
    case ReviewEventKind::kUnclaim:
      return "unclaim";
    case ReviewEventKind::kDecide:
      return "decide";
    case ReviewEventKind::kTick:
      return "tick";
  }
  std::abort();
}

ReviewEventKind kind_of(const ReviewEvent& event) {
  static_assert(std::variant_size_v<ReviewEvent> == kReviewEvents);
  return static_cast<ReviewEventKind>(event.index());  // The variant has the enum's order.
}

std::span<const ReviewTransition> review_transitions() { return kTable; }

Review open_review(ReviewId id, SessionId session, std::vector<std::string> reasons, Instant at,
                   std::optional<Instant> hold_until) {
  Review review;
  review.id = std::move(id);
  review.session = std::move(session);
  review.reasons = std::move(reasons);
  review.opened = at;
  review.waive_at = at + kReviewWaive;
  if (hold_until) review.waive_at = std::min(review.waive_at, *hold_until - kHoldMargin);
  return review;
}

std::optional<Instant> due(const Review& review) {
  if (review.state == ReviewState::kDecided || review.state == ReviewState::kWaived) {
    return std::nullopt;
  }
  Instant next = review.waive_at;
  if (!review.alarmed) next = std::min(next, review.opened + kReviewAlarm);
  if (review.claimed_until) next = std::min(next, *review.claimed_until);
  return next;
}

Result<ReviewStep> step(const Review& review, const ReviewEvent& event) {
  const ReviewEventKind kind = kind_of(event);
  if (!can(review_transitions(), review.state, kind)) return illegal("review", review.state, kind);
  Stepper stepper(review);
  std::visit([&](const auto& what) { stepper.on(what); }, event);
  auto made = stepper.finish();
  TALLY_ASSERT(!made || has(review_transitions(), review.state, kind, made->review.state));
  return made;
}

}  // namespace tally::commerce
