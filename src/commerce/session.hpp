// A session: from the scan of a QR code to a receipt, as (state, event) -> (state, effects).
//
// Rules: a hold at every opening (restockers have none); no open door within the time to open means
// relock, release, end; a door opened again within the grace joins the same session; nothing is
// charged without a cart that the review policy lets through, or a human; what the cameras did not
// see is never charged. A session always ends: each state that waits has a time at which it stops
// waiting.
//
// What can arrive twice or late (a device's words, a provider's answers, a tick) may do so in any
// state, and then does nothing or what is right by then: a hold that is placed after the session
// was given up is released; a door that opened in time, told late, wakes the session again with a
// new hold. What a program here says twice (a cart, a review) is an error the second time.
//
// Effects are orders to the shell; it carries them out after the state was stored, at least once,
// each under a key made of session, effect and count. Pure; thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/review_policy.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

enum class SessionState : std::uint8_t {
  kHolding,    // The provider was asked for a hold.
  kAction,     // The shopper must confirm the hold with their bank.
  kUnlocking,  // The cabinet was told to unlock.
  kOpen,       // The door is open.
  kGrace,      // The door is closed and may be opened once more.
  kDeciding,   // What the cameras saw is being made into a cart.
  kReview,     // A human looks.
  kSettled,    // There is a receipt.
  kEnded,      // There is none; SessionEnd says why.
};
enum class SessionEventKind : std::uint8_t {
  kHoldPlaced,
  kHoldRefused,
  kActionNeeded,
  kCancelled,
  kUnlockRefused,
  kDoorOpened,
  kDoorClosed,
  kCartDecided,
  kFootageLost,
  kReviewDecided,
  kTick,
};
inline constexpr int kSessionStates = 9;
inline constexpr int kSessionEvents = 11;
[[nodiscard]] std::string_view name_of(SessionState state);
[[nodiscard]] std::string_view name_of(SessionEventKind kind);

enum class SessionKind : std::uint8_t { kShopping, kRestock };
enum class SessionEnd : std::uint8_t {
  kNone,
  kDeclined,       // The hold was refused.
  kNoAnswer,       // Neither the provider nor the shopper's bank answered in time.
  kCancelled,      // By the shopper, before the door opened.
  kUnlockRefused,  // By the cabinet: warm, busy, out of order.
  kNotOpened,      // Nobody opened the door in time.
  kRestocked,
};
[[nodiscard]] std::string_view name_of(SessionEnd end);

struct SessionPolicy {
  Duration answer_timeout = std::chrono::seconds(30);  // For the provider's first answer.
  Duration action_timeout = std::chrono::minutes(5);   // For the shopper's bank.
  Duration open_timeout = std::chrono::seconds(14);    // From the unlock; told to the cabinet.
  Duration tell_slack = std::chrono::seconds(6);       // For its word to get here.
  Duration grace = std::chrono::seconds(1);            // After the door closed.
  Duration door_alarm = std::chrono::seconds(90);      // Open so long: alarm, and again.
  Duration late_after = std::chrono::seconds(60);      // After closing: the shopper is told.
  // What a cabinet keeps for uploading; longer nobody waits for its words or its video.
  Duration footage_wait = std::chrono::hours(72);
};
inline constexpr int kDoorAlarmsMax = 5;  // Of one opening; then it is a matter for the operator.
inline constexpr std::size_t kSessionNotesMax = 16;

enum class HoldStatus : std::uint8_t { kNone, kAsked, kPlaced, kRefused, kReleased };

struct Session {
  SessionId id;
  TenantId tenant;
  CabinetId cabinet;
  ShopperId shopper;  // Empty for restocking.
  SessionKind kind = SessionKind::kShopping;
  ReviewRule review;  // As its market had it when the session began.
  SessionPolicy policy;
  Money hold_amount;  // The most that is captured of it; what it costs beyond becomes a debt.

  SessionState state = SessionState::kHolding;
  SessionEnd end = SessionEnd::kNone;
  HoldStatus hold = HoldStatus::kNone;
  std::string decline_code;               // The provider's, when the hold was refused.
  int hold_number = 0;                    // Of the latest; each has a payment of its own.
  std::optional<Instant> unlock_expires;  // Once an unlock was sent.
  int openings = 0;
  int door_alarms = 0;  // Since the door was last opened.
  Instant begun;
  std::optional<Instant> first_opened;
  std::optional<Instant> last_opened;
  std::optional<Instant> last_closed;
  std::optional<Instant> due;  // When a tick has something to do.
  bool late_told = false;
  std::vector<std::string> notes;  // Why a human should look, in words.
};

struct SessionRequest {
  SessionId id;
  TenantId tenant;
  CabinetId cabinet;
  ShopperId shopper;
  SessionKind kind = SessionKind::kShopping;
  ReviewRule review;
  SessionPolicy policy;
  Money hold_amount;
  Instant at;
};

// clang-format off
struct HoldPlaced    { Instant at; int number = 1; };
struct HoldRefused   { Instant at; int number = 1; std::string code; };
struct ActionNeeded  { Instant at; int number = 1; };
struct Cancelled     { Instant at; };
struct UnlockRefused { Instant at; std::string reason; };
struct DoorOpened    { Instant at; };  // When it happened, on the server's clock.
struct DoorClosed    { Instant at; };
struct CartDecided   { Instant at; std::vector<CartLine> lines; Decision decision; };
struct FootageLost   { Instant at; std::string reason; };  // It will never be whole.
struct ReviewDecided { Instant at; std::vector<ChargeLine> lines; };
struct Tick          { Instant at; };
// clang-format on
using SessionEvent =
    std::variant<HoldPlaced, HoldRefused, ActionNeeded, Cancelled, UnlockRefused, DoorOpened,
                 DoorClosed, CartDecided, FootageLost, ReviewDecided, Tick>;
[[nodiscard]] SessionEventKind kind_of(const SessionEvent& event);

enum class SessionAlert : std::uint8_t {
  kDoorLeftOpen,
  kDoorForced,  // Opened though nothing had unlocked it.
};
enum class ShopperNews : std::uint8_t { kConfirmHold, kUnlocked, kLate, kUnderReview, kEnded };

// clang-format off
struct AskHold     { int number = 0; Money amount; };  // A payment of its own for each number.
struct ReleaseHold { int number = 0; };
struct SendUnlock  { Instant expires; };  // After that the cabinet must not obey it.
struct SendLock    {};
struct Watch       {};   // A pipeline begins to consume the footage.
struct FinishWatch {};   // The door is closed for good: the cart is wanted.
struct StopWatch   {};   // No cart is to be waited for; what there is of it helps the reviewer.
struct OpenReview  { std::vector<std::string> reasons; };
struct Settle      { std::vector<ChargeLine> lines; bool by_human = false; };
struct EndRestock  {};
struct RaiseAlert  { SessionAlert alert; };
struct TellShopper { ShopperNews news; };
// clang-format on
using SessionEffect =
    std::variant<AskHold, ReleaseHold, SendUnlock, SendLock, Watch, FinishWatch, StopWatch,
                 OpenReview, Settle, EndRestock, RaiseAlert, TellShopper>;

struct SessionStep {
  Session session;
  std::vector<SessionEffect> effects;
};

using SessionTransition = Transition<SessionState, SessionEventKind>;
[[nodiscard]] std::span<const SessionTransition> session_transitions();

// Errors: kInvalid where a shopping session has no shopper or no amount to hold.
Result<SessionStep> begin_session(const SessionRequest& request);

// Errors: kTransition; kInvalid for a cart's or review's quantities out of their limits.
Result<SessionStep> step(const Session& session, const SessionEvent& event);

}  // namespace tally::commerce
