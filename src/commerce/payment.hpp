// Payment: a hold on a shopper's card that is captured or released, and perhaps refunded in parts.
//
// Follows the manual-capture flow of card providers: a hold is placed, some time later captured
// once, wholly or in part (the rest is released), or released. What is worth remembering:
// - An answer may be lost, late, doubled or out of order. A lost one (AnswerUnknown) is asked for
//   again with the same idempotency key, so what succeeded in silence does not happen twice; what
//   was answered before changes nothing; what contradicts an answer is an error.
// - A hold is the cap: what was sold beyond it, or could not be captured, becomes a debt. While a
//   capture is under way only its own answer says that it failed: whoever says meanwhile that the
//   hold has ended may be telling of the capture.
// - Goods may be gone before their hold is placed. A sale is written at once; it is captured when
//   the hold comes, and where none comes, or the shopper would have to act first, it is a debt.
// - A hold placed when nobody wants it any more is released.
// - A hold ends when the provider said it would (`capture_before`, stored), which a Tick finds.
//
// Invariants: captured + released + still held = placed. Captured <= wanted, placed. Refunds that
// are done or on their way <= captured, and their tax <= what of the sale's tax was captured.
// Unless a sale waits for its hold or its capture: captured + debt = wanted. An ended payment has
// no pending hold in the ledger.
//
// Amounts are minor units of the payment's currency, which the first event sets. An event carries
// its time. Payment is a plain value: a store writes all its fields and reads them again.
//
// Thread-safety: values and pure functions. Errors: CommerceError; the payment is as it was.
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
#include "base/money.hpp"
#include "commerce/postings.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

inline constexpr std::size_t kRefundsMax = 64;         // Of one payment.
inline constexpr std::size_t kPaymentTextMax = 2'048;  // Reference, address, code, reason, method.
inline constexpr std::uint32_t kAttemptsMax = 10'000;  // Of one request: a week, one a minute.
inline constexpr std::uint32_t kAttemptsAlarm = 10;    // So many without an answer tell somebody.
inline constexpr Duration kRetryFirst = std::chrono::seconds{1};
inline constexpr Duration kRetryLast = std::chrono::minutes{1};
inline constexpr Duration kExpiryAlarm = std::chrono::hours{24};  // Before capture_before.
inline constexpr Duration kHeldLong = std::chrono::hours{72};     // After it was placed.

enum class PaymentState : std::uint8_t {
  kNew,
  kHolding,       // The provider was asked for a hold.
  kActionNeeded,  // The shopper has something to do first, at `action_url`.
  kAbandoned,     // Nobody wants the hold any more, and whether there is one is not yet known.
  kHeld,
  kCapturing,
  kCaptured,
  kReleasing,
  kReleased,
  kDeclined,
  kExpired,  // The hold ended without us: too late, or the provider ended it.
};
inline constexpr std::size_t kPaymentStateCount = 11;
[[nodiscard]] std::string_view name_of(PaymentState state);

enum class RefundState : std::uint8_t { kPending, kDone, kRefused };
inline constexpr std::size_t kRefundStateCount = 3;
[[nodiscard]] std::string_view name_of(RefundState state);

struct Refund {
  RefundId id;
  RefundState state = RefundState::kPending;
  std::int64_t amount_minor = 0;
  std::int64_t tax_minor = 0;  // Of the amount.
  std::string reason;
  std::string code;  // Why it was refused.
  Instant wanted_at;
  std::uint32_t attempt = 0;

  friend bool operator==(const Refund&, const Refund&) = default;
};

struct Payment {
  PaymentId id;
  PaymentPurpose purpose = PaymentPurpose::kSale;
  TenantId tenant;
  ShopperId shopper;
  SessionId session;   // Empty for a debt's payment.
  std::string method;  // The provider's token for the shopper's means of payment. Never a number.

  PaymentState state = PaymentState::kNew;
  Currency currency;
  std::int64_t asked_minor = 0;   // Hold that was asked for.
  std::int64_t placed_minor = 0;  // Hold that was placed: at most what was asked for. 0: none yet.
  std::int64_t captured_minor = 0;  // Of the hold.
  std::int64_t released_minor = 0;  // Of the hold, by us or by its end.
  std::int64_t wanted_minor = 0;    // To capture. 0: not said yet.
  std::int64_t tax_minor = 0;       // In what is wanted.
  std::int64_t debt_minor = 0;      // Wanted and not captured.
  std::string reference;            // What the provider calls it.
  std::string action_url;
  std::string code;  // Why it was declined, refused or ended.
  std::optional<Instant> held_at;
  std::optional<Instant> capture_before;
  std::uint32_t attempt = 0;  // Of the hold, capture or release that is under way.
  bool expiry_alarmed = false;
  bool held_long_alarmed = false;
  bool release_refused = false;
  std::vector<Refund> refunds;

  friend bool operator==(const Payment&, const Payment&) = default;
};

// ---- Events

enum class PaymentRequest : std::uint8_t { kHold, kCapture, kRelease, kRefund };
inline constexpr std::size_t kPaymentRequestCount = 4;
[[nodiscard]] std::string_view name_of(PaymentRequest request);

namespace payment_event {
// clang-format off
struct HoldWanted     { Instant at; Money amount; };
// `reference` and `capture_before` are the provider's.
struct HoldPlaced     { Instant at; Money amount; Instant capture_before; std::string reference; };
struct HoldDeclined   { Instant at; std::string code; };
struct ActionNeeded   { Instant at; std::string url; std::string reference; };
struct ActionDone     { Instant at; };  // The shopper is back; what came of it is asked.
// No answer came to request number `attempt`, or none that says whether it happened. `key` is that
// of the call (ProviderCall).
struct AnswerUnknown  { Instant at; PaymentRequest request = PaymentRequest::kHold;
                        std::uint32_t attempt = 0; RefundId refund; std::string key; };
// At most the hold is captured; what can't be becomes debt, in every state but kNew. Nothing is
// sold for nothing: then ReleaseWanted. Tax is 0 where a debt is paid.
struct CaptureWanted  { Instant at; Gross gross; };
// The whole answer to a capture is one of these two, or AnswerUnknown. A capture that had succeeded
// before is done, not refused.
struct CaptureDone    { Instant at; Money amount; };
struct CaptureRefused { Instant at; std::string code; };
struct ReleaseWanted  { Instant at; };  // After a sale it does nothing.
// Or nothing was left to release. `key` is that of the call, since what is not held yet is
// cancelled by a call of its own, whose late answer says nothing of the release; empty: told
// unasked.
struct ReleaseDone    { Instant at; std::string key; };
struct ReleaseRefused { Instant at; std::string code; std::string key; };
struct HoldExpired    { Instant at; };  // The provider says so.
struct Tick           { Instant at; };
struct RefundWanted   { Instant at; RefundId refund; Gross gross; std::string reason; };
// Of one that was refused it is old news, told late: what providers call failed is final.
struct RefundDone     { Instant at; RefundId refund; };
// Also long after it was done: the shopper's bank may send it back.
struct RefundRefused  { Instant at; RefundId refund; std::string code; };
// clang-format on

using Any =
    std::variant<HoldWanted, HoldPlaced, HoldDeclined, ActionNeeded, ActionDone, AnswerUnknown,
                 CaptureWanted, CaptureDone, CaptureRefused, ReleaseWanted, ReleaseDone,
                 ReleaseRefused, HoldExpired, Tick, RefundWanted, RefundDone, RefundRefused>;
}  // namespace payment_event
using PaymentEvent = payment_event::Any;

// In the order of PaymentEvent.
enum class PaymentEventKind : std::uint8_t {
  kHoldWanted,
  kHoldPlaced,
  kHoldDeclined,
  kActionNeeded,
  kActionDone,
  kAnswerUnknown,
  kCaptureWanted,
  kCaptureDone,
  kCaptureRefused,
  kReleaseWanted,
  kReleaseDone,
  kReleaseRefused,
  kHoldExpired,
  kTick,
  kRefundWanted,
  kRefundDone,
  kRefundRefused,
};
inline constexpr std::size_t kPaymentEventCount = std::variant_size_v<PaymentEvent>;
[[nodiscard]] std::string_view name_of(PaymentEventKind kind);
[[nodiscard]] PaymentEventKind kind_of(const PaymentEvent& event);

// ---- Effects

// One call of the provider. `key` is its idempotency key: the same for each attempt, made of the
// payment's id and the purpose. Providers forget keys after a day or so: where attempt > 0 and the
// first was long ago, look first whether it happened. An answer says `attempt` again if unknown.
struct ProviderCall {
  std::string key;
  std::uint32_t attempt = 0;
  Instant not_before;  // Attempts wait longer and longer.

  friend bool operator==(const ProviderCall&, const ProviderCall&) = default;
};

enum class PaymentAlarm : std::uint8_t {
  kExpiresSoon,     // capture_before is kExpiryAlarm away, or nearer.
  kHeldLong,        // Somebody must decide: the hold is kHeldLong old.
  kHoldGone,        // The hold ended, and we had not let it go.
  kNoAnswer,        // kAttemptsAlarm requests without one.
  kReleaseRefused,  // The shopper's money is held until capture_before.
  kRefundRefused,   // The shopper has not got their money.
};
inline constexpr std::size_t kPaymentAlarmCount = 6;
[[nodiscard]] std::string_view name_of(PaymentAlarm alarm);

namespace payment_effect {
// clang-format off
// A `reference` says that there is one already, of which the outcome is asked.
struct AskHold    { ProviderCall call; Money amount; std::string method; std::string reference; };
struct AskCapture { ProviderCall call; Money amount; std::string reference; };
struct AskRelease { ProviderCall call; std::string reference; };
struct AskRefund  { ProviderCall call; Money amount; std::string reference; RefundId refund; };

struct LedgerPost { Posting posting; };
// Nothing is held, or what was wanted could not be captured; the shopper is told.
struct Failed     { PaymentRequest request = PaymentRequest::kHold; std::string code; };
// To the shopper's debts (debt.hpp), with the key under which they take it once.
struct OweDebt    { std::string key; Gross gross; };
struct PayDebt    { std::string key; Money amount; };
struct Alarm      { PaymentAlarm alarm = PaymentAlarm::kExpiresSoon; std::string detail; };
// clang-format on

using Any = std::variant<AskHold, AskCapture, AskRelease, AskRefund, LedgerPost, Failed, OweDebt,
                         PayDebt, Alarm>;
}  // namespace payment_effect
using PaymentEffect = payment_effect::Any;

// ---- Steps

struct PaymentStep {
  Payment state;
  std::vector<PaymentEffect> effects;  // To be done in this order; ledger postings before others.
};

[[nodiscard]] std::span<const Transition<PaymentState, PaymentEventKind>> payment_transitions();

// An answer or a wish that came before gives the same payment and no effects.
[[nodiscard]] Result<PaymentStep> step(const Payment& payment, const PaymentEvent& event);

// When a Tick is due: the next moment at which one does something, if nothing else happens.
[[nodiscard]] std::optional<Instant> wakes_at(const Payment& payment);

// Of what was placed, what is neither captured nor released.
[[nodiscard]] std::int64_t still_held_minor(const Payment& payment);
// Whether a sale has its outcome: all that was wanted is captured, or a debt.
[[nodiscard]] bool is_settled(const Payment& payment);
// Refunds that are done or on their way, with their tax.
[[nodiscard]] Gross refunded(const Payment& payment);
// What can still be refunded, with the tax in it: for tax_share().
[[nodiscard]] Gross refundable(const Payment& payment);

[[nodiscard]] Duration retry_delay(std::uint32_t attempt);
// From this attempt on, an hour after the first, a provider may have forgotten a call's key, and
// looks for what it may have made before it makes it again. A call that died and that a human
// revives, nobody knows how long after, is asked as this attempt or a later one.
inline constexpr std::uint32_t kSearchAttempt = 60;

}  // namespace tally::commerce
