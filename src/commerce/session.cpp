#include "commerce/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.hpp"
#include "commerce/session_table.hpp"

namespace tally::commerce {
namespace {

// One step being made: a copy of the session that changes, and the orders that follow.
class Stepper {
 public:
  explicit Stepper(Session session) : session_(std::move(session)) {}

  [[nodiscard]] SessionStep finish() { return {std::move(session_), std::move(effects_)}; }
  [[nodiscard]] std::optional<Error> error() const { return error_; }

  void begin() {
    if (session_.kind == SessionKind::kRestock) {
      unlock(session_.begun);
      return;
    }
    session_.state = SessionState::kHolding;
    ask_hold();
    session_.due = session_.begun + session_.policy.answer_timeout;
  }

  void on(const HoldPlaced& event) {
    if (event.number != session_.hold_number || session_.state == SessionState::kEnded) {
      effects_.emplace_back(ReleaseHold{event.number});
      return;
    }
    session_.hold = HoldStatus::kPlaced;
    if (waits_for_hold()) unlock(event.at);
  }

  void on(const HoldRefused& event) {
    if (event.number != session_.hold_number || session_.hold != HoldStatus::kAsked) return;
    session_.hold = HoldStatus::kRefused;
    session_.decline_code = event.code;
    if (waits_for_hold()) end(SessionEnd::kDeclined);
  }

  void on(const ActionNeeded& event) {
    if (event.number != session_.hold_number || session_.hold != HoldStatus::kAsked) return;
    if (session_.state == SessionState::kHolding) {
      session_.state = SessionState::kAction;
      session_.due = event.at + session_.policy.action_timeout;
    }
    tell(ShopperNews::kConfirmHold);
  }

  void on(const Cancelled&) {
    if (session_.state == SessionState::kEnded) return;
    end(SessionEnd::kCancelled);
  }

  void on(const UnlockRefused& event) {
    if (session_.state != SessionState::kUnlocking) return;
    note(fmt::format("the cabinet would not unlock: {}", event.reason));
    end(SessionEnd::kUnlockRefused);
  }

  void on(const DoorOpened& event) {
    if (session_.last_closed && event.at <= *session_.last_closed) return;  // Told twice.
    switch (session_.state) {
      case SessionState::kUnlocking:
      case SessionState::kGrace:
        return open(event.at);
      case SessionState::kEnded:
        return opened_after_end(event.at);
      case SessionState::kDeciding:
      case SessionState::kReview:
      case SessionState::kSettled:
        if (session_.state != SessionState::kSettled) {
          note("the door was opened again though it was locked");
        }
        effects_.emplace_back(RaiseAlert{SessionAlert::kDoorForced});
        return;
      default:
        return;
    }
  }

  void on(const DoorClosed& event) {
    if (session_.state != SessionState::kOpen) return;
    // Of an earlier opening, told again. Where there was but one it is this one's, by a clock that
    // is wrong.
    if (event.at <= *session_.last_opened && session_.openings > 1) return;
    const Instant at = std::max(event.at, *session_.last_opened);
    session_.state = SessionState::kGrace;
    session_.last_closed = at;
    session_.due = at + session_.policy.grace;
  }

  void on(const CartDecided& event) {
    if (session_.state != SessionState::kDeciding) return;  // Late: for the reviewer to see.
    auto verdict = judge(session_.review, event.lines, event.decision);
    if (!verdict) return open_review({verdict.error().message});
    if (verdict->review) return open_review(*std::move(verdict->review));
    if (!session_.notes.empty()) return open_review({});
    settle(std::move(verdict->lines), false);
  }

  void on(const FootageLost& event) {
    if (session_.state == SessionState::kDeciding) return open_review({event.reason});
    const bool later =
        session_.state == SessionState::kOpen || session_.state == SessionState::kGrace;
    if (later) note(event.reason);  // The cart, when it comes, goes to review.
  }

  void on(const ReviewDecided& event) {
    auto lines = checked_lines(event.lines);
    if (!lines) {
      error_ = std::move(lines.error());
      return;
    }
    settle(*std::move(lines), true);
  }

  void on(const Tick& event) {
    if (!session_.due || event.at < *session_.due) return;
    switch (session_.state) {
      case SessionState::kHolding:
      case SessionState::kAction:
        return end(SessionEnd::kNoAnswer);
      case SessionState::kUnlocking:
        return end(SessionEnd::kNotOpened);
      case SessionState::kOpen:
        return wait_open(event.at);
      case SessionState::kGrace:
        return close_for_good();
      case SessionState::kDeciding:
        return run_late();
      default:
        session_.due.reset();
    }
  }

 private:
  [[nodiscard]] bool waits_for_hold() const {
    return session_.state == SessionState::kHolding || session_.state == SessionState::kAction;
  }

  void tell(ShopperNews news) {
    if (session_.kind == SessionKind::kShopping) effects_.emplace_back(TellShopper{news});
  }

  void note(std::string text) {
    if (session_.notes.size() < kSessionNotesMax) session_.notes.push_back(std::move(text));
  }

  void ask_hold() {
    session_.hold = HoldStatus::kAsked;
    ++session_.hold_number;
    effects_.emplace_back(AskHold{session_.hold_number, session_.hold_amount});
  }

  void release_hold() {
    if (session_.hold != HoldStatus::kAsked && session_.hold != HoldStatus::kPlaced) return;
    session_.hold = HoldStatus::kReleased;
    effects_.emplace_back(ReleaseHold{session_.hold_number});
  }

  void unlock(Instant at) {
    session_.state = SessionState::kUnlocking;
    const Instant expires = at + session_.policy.open_timeout;
    session_.unlock_expires = expires;
    session_.due = expires + session_.policy.tell_slack;
    effects_.emplace_back(SendUnlock{expires});
  }

  void open(Instant at) {
    session_.state = SessionState::kOpen;
    session_.end = SessionEnd::kNone;
    ++session_.openings;
    session_.door_alarms = 0;
    session_.last_opened = at;
    session_.due = at + session_.policy.door_alarm;
    if (!session_.first_opened) {
      session_.first_opened = at;
      if (session_.kind == SessionKind::kShopping) effects_.emplace_back(Watch{});
      tell(ShopperNews::kUnlocked);
    }
  }

  // The unlock that the cabinet obeyed was answered later than was waited for. The slack is for
  // what is not known of when the door opened.
  void opened_after_end(Instant at) {
    const bool obeyed = session_.unlock_expires && session_.end != SessionEnd::kRestocked &&
                        at <= *session_.unlock_expires + session_.policy.tell_slack;
    if (!obeyed) {
      effects_.emplace_back(RaiseAlert{SessionAlert::kDoorForced});
      return;
    }
    open(at);
    if (session_.kind == SessionKind::kShopping) ask_hold();
  }

  void end(SessionEnd why) {
    // Also where the cabinet refused: what it refused may have been a repeat of what it obeyed.
    if (session_.state == SessionState::kUnlocking) effects_.emplace_back(SendLock{});
    session_.state = SessionState::kEnded;
    session_.end = why;
    session_.due.reset();
    release_hold();
    tell(ShopperNews::kEnded);
  }

  void wait_open(Instant at) {
    const SessionPolicy& policy = session_.policy;
    if (at >= *session_.last_opened + policy.footage_wait) {
      effects_.emplace_back(SendLock{});
      if (session_.kind == SessionKind::kRestock) return end_restock();
      effects_.emplace_back(StopWatch{});
      return open_review({"the cabinet never told that its door was closed"});
    }
    ++session_.door_alarms;
    effects_.emplace_back(RaiseAlert{SessionAlert::kDoorLeftOpen});
    session_.due = *session_.last_opened + (session_.door_alarms < kDoorAlarmsMax
                                                ? policy.door_alarm * (session_.door_alarms + 1)
                                                : policy.footage_wait);
  }

  void end_restock() {
    session_.state = SessionState::kEnded;
    session_.end = SessionEnd::kRestocked;
    session_.due.reset();
    effects_.emplace_back(EndRestock{});
  }

  void close_for_good() {
    effects_.emplace_back(SendLock{});
    if (session_.kind == SessionKind::kRestock) return end_restock();
    session_.state = SessionState::kDeciding;
    session_.due = *session_.last_closed + session_.policy.late_after;
    effects_.emplace_back(FinishWatch{});
  }

  void run_late() {
    if (!session_.late_told) {
      session_.late_told = true;
      session_.due = *session_.last_closed + session_.policy.footage_wait;
      return tell(ShopperNews::kLate);
    }
    effects_.emplace_back(StopWatch{});
    open_review({"the video did not arrive in time"});
  }

  void open_review(std::vector<std::string> reasons) {
    session_.state = SessionState::kReview;
    session_.due.reset();
    reasons.insert(reasons.end(), session_.notes.begin(), session_.notes.end());
    effects_.emplace_back(OpenReview{std::move(reasons)});
    tell(ShopperNews::kUnderReview);
  }

  void settle(std::vector<ChargeLine> lines, bool by_human) {
    session_.state = SessionState::kSettled;
    session_.due.reset();
    const bool free =
        std::ranges::none_of(lines, [](const ChargeLine& line) { return line.quantity > 0; });
    if (free) release_hold();
    effects_.emplace_back(Settle{std::move(lines), by_human});
  }

  Session session_;
  std::vector<SessionEffect> effects_;
  std::optional<Error> error_;
};

}  // namespace

std::span<const SessionTransition> session_transitions() { return kSessionTable; }

SessionEventKind kind_of(const SessionEvent& event) {
  static_assert(std::variant_size_v<SessionEvent> == kSessionEvents);
  return static_cast<SessionEventKind>(event.index());  // The variant has the enum's order.
}

Result<SessionStep> begin_session(const SessionRequest& request) {
  const bool shopping = request.kind == SessionKind::kShopping;
  if (shopping && (request.shopper.empty() || request.hold_amount.minor <= 0)) {
    return fail(CommerceError::kInvalid,
                "session: shopping needs a shopper and an amount to hold above zero");
  }
  Session session;
  session.id = request.id;
  session.tenant = request.tenant;
  session.cabinet = request.cabinet;
  session.shopper = request.shopper;
  session.kind = request.kind;
  session.review = request.review;
  session.policy = request.policy;
  session.hold_amount = request.hold_amount;
  session.begun = request.at;
  Stepper stepper(std::move(session));
  stepper.begin();
  return stepper.finish();
}

Result<SessionStep> step(const Session& session, const SessionEvent& event) {
  const SessionEventKind kind = kind_of(event);
  const auto table = session_transitions();
  if (!can(table, session.state, kind)) return illegal("session", session.state, kind);
  Stepper stepper(session);
  std::visit([&](const auto& what) { stepper.on(what); }, event);
  if (auto error = stepper.error()) return std::unexpected(*std::move(error));
  SessionStep made = stepper.finish();
  TALLY_ASSERT(has(table, session.state, kind, made.session.state));
  return made;
}

}  // namespace tally::commerce
