// What a payment may do, as one table, and the names that go with it.
#include <array>
#include <cstdlib>

#include "commerce/payment.hpp"

namespace tally::commerce {
namespace {

using Row = Transition<PaymentState, PaymentEventKind>;
using enum PaymentState;
using E = PaymentEventKind;

constexpr std::string_view kAgain = "again";
constexpr std::string_view kLate = "late";
constexpr std::string_view kOwed = "becomes a debt, or again";
constexpr std::string_view kSold = "sold";
constexpr std::string_view kOther = "another call's answer";
constexpr std::string_view kDecides = "the capture's answer decides";

constexpr std::array kTable = std::to_array<Row>({
    {kNew, E::kHoldWanted, kHolding, ""},
    {kHolding, E::kHoldWanted, kHolding, kAgain},
    {kActionNeeded, E::kHoldWanted, kActionNeeded, kAgain},
    {kAbandoned, E::kHoldWanted, kAbandoned, kAgain},
    {kHeld, E::kHoldWanted, kHeld, kAgain},
    {kCapturing, E::kHoldWanted, kCapturing, kAgain},
    {kCaptured, E::kHoldWanted, kCaptured, kAgain},
    {kReleasing, E::kHoldWanted, kReleasing, kAgain},
    {kReleased, E::kHoldWanted, kReleased, "again, or nobody wants it"},
    {kDeclined, E::kHoldWanted, kDeclined, kAgain},
    {kExpired, E::kHoldWanted, kExpired, kAgain},

    {kHolding, E::kHoldPlaced, kHeld, ""},
    {kHolding, E::kHoldPlaced, kCapturing, "sold already"},
    {kActionNeeded, E::kHoldPlaced, kHeld, ""},
    {kActionNeeded, E::kHoldPlaced, kCapturing, "pays a debt"},
    {kAbandoned, E::kHoldPlaced, kReleasing, "nobody wants it"},
    {kReleasing, E::kHoldPlaced, kReleasing, "nobody wants it, or again"},
    {kReleased, E::kHoldPlaced, kReleasing, "nobody wants it"},
    {kReleased, E::kHoldPlaced, kReleased, kAgain},
    {kDeclined, E::kHoldPlaced, kReleasing, "nobody wants it"},
    {kHeld, E::kHoldPlaced, kHeld, kAgain},
    {kCapturing, E::kHoldPlaced, kCapturing, kAgain},
    {kCaptured, E::kHoldPlaced, kCaptured, kAgain},
    {kExpired, E::kHoldPlaced, kExpired, kAgain},

    {kHolding, E::kHoldDeclined, kDeclined, ""},
    {kActionNeeded, E::kHoldDeclined, kDeclined, ""},
    {kAbandoned, E::kHoldDeclined, kReleased, "nothing to release"},
    {kHeld, E::kHoldDeclined, kHeld, kLate},
    {kCapturing, E::kHoldDeclined, kCapturing, kLate},
    {kCaptured, E::kHoldDeclined, kCaptured, kLate},
    {kReleasing, E::kHoldDeclined, kReleasing, kLate},
    {kReleased, E::kHoldDeclined, kReleased, kLate},
    {kDeclined, E::kHoldDeclined, kDeclined, kAgain},
    {kExpired, E::kHoldDeclined, kExpired, kLate},

    {kHolding, E::kActionNeeded, kActionNeeded, ""},
    {kHolding, E::kActionNeeded, kReleasing, "sold already, becomes a debt"},
    {kActionNeeded, E::kActionNeeded, kActionNeeded, kAgain},
    {kAbandoned, E::kActionNeeded, kReleasing, "nobody wants it"},
    {kHeld, E::kActionNeeded, kHeld, kLate},
    {kCapturing, E::kActionNeeded, kCapturing, kLate},
    {kCaptured, E::kActionNeeded, kCaptured, kLate},
    {kReleasing, E::kActionNeeded, kReleasing, kLate},
    {kReleased, E::kActionNeeded, kReleased, kLate},
    {kDeclined, E::kActionNeeded, kDeclined, kLate},
    {kExpired, E::kActionNeeded, kExpired, kLate},

    {kActionNeeded, E::kActionDone, kHolding, ""},
    {kHolding, E::kActionDone, kHolding, kAgain},
    {kAbandoned, E::kActionDone, kAbandoned, kLate},
    {kHeld, E::kActionDone, kHeld, kLate},
    {kCapturing, E::kActionDone, kCapturing, kLate},
    {kCaptured, E::kActionDone, kCaptured, kLate},
    {kReleasing, E::kActionDone, kReleasing, kLate},
    {kReleased, E::kActionDone, kReleased, kLate},
    {kDeclined, E::kActionDone, kDeclined, kLate},
    {kExpired, E::kActionDone, kExpired, kLate},

    {kHolding, E::kAnswerUnknown, kHolding, "the hold is asked for again"},
    {kAbandoned, E::kAnswerUnknown, kAbandoned, "the hold is asked for again"},
    {kCapturing, E::kAnswerUnknown, kCapturing, "the capture is asked for again"},
    {kReleasing, E::kAnswerUnknown, kReleasing, "the release is asked for again"},
    {kCaptured, E::kAnswerUnknown, kCaptured, "a refund is asked for again"},
    {kActionNeeded, E::kAnswerUnknown, kActionNeeded, kLate},
    {kHeld, E::kAnswerUnknown, kHeld, kLate},
    {kReleased, E::kAnswerUnknown, kReleased, kLate},
    {kDeclined, E::kAnswerUnknown, kDeclined, kLate},
    {kExpired, E::kAnswerUnknown, kExpired, kLate},

    {kHeld, E::kCaptureWanted, kCapturing, ""},
    {kHolding, E::kCaptureWanted, kHolding, "captured when the hold comes, or again"},
    {kActionNeeded, E::kCaptureWanted, kReleasing, "becomes a debt"},
    {kActionNeeded, E::kCaptureWanted, kActionNeeded, "pays a debt when the hold comes, or again"},
    {kAbandoned, E::kCaptureWanted, kAbandoned, kOwed},
    {kReleasing, E::kCaptureWanted, kReleasing, kOwed},
    {kReleased, E::kCaptureWanted, kReleased, kOwed},
    {kDeclined, E::kCaptureWanted, kDeclined, kOwed},
    {kExpired, E::kCaptureWanted, kExpired, kOwed},
    {kCapturing, E::kCaptureWanted, kCapturing, kAgain},
    {kCaptured, E::kCaptureWanted, kCaptured, kAgain},

    {kCapturing, E::kCaptureDone, kCaptured, ""},
    {kCaptured, E::kCaptureDone, kCaptured, kAgain},

    {kCapturing, E::kCaptureRefused, kReleasing, "becomes a debt"},
    {kCaptured, E::kCaptureRefused, kCaptured, kLate},
    {kReleasing, E::kCaptureRefused, kReleasing, kAgain},
    {kReleased, E::kCaptureRefused, kReleased, kAgain},
    {kExpired, E::kCaptureRefused, kExpired, kAgain},

    {kNew, E::kReleaseWanted, kReleased, "nothing to release"},
    {kHolding, E::kReleaseWanted, kAbandoned, ""},
    {kHolding, E::kReleaseWanted, kHolding, kSold},
    {kCapturing, E::kReleaseWanted, kCapturing, kSold},
    {kCaptured, E::kReleaseWanted, kCaptured, kSold},
    {kActionNeeded, E::kReleaseWanted, kReleasing, ""},
    {kHeld, E::kReleaseWanted, kReleasing, ""},
    {kAbandoned, E::kReleaseWanted, kAbandoned, kAgain},
    {kReleasing, E::kReleaseWanted, kReleasing, kAgain},
    {kReleased, E::kReleaseWanted, kReleased, kAgain},
    {kDeclined, E::kReleaseWanted, kDeclined, "nothing to release"},
    {kExpired, E::kReleaseWanted, kExpired, "nothing to release"},

    {kReleasing, E::kReleaseDone, kReleased, ""},
    {kReleasing, E::kReleaseDone, kReleasing, kOther},
    {kHeld, E::kReleaseDone, kExpired, "unasked"},
    {kCapturing, E::kReleaseDone, kCapturing, kDecides},
    {kCaptured, E::kReleaseDone, kCaptured, kLate},
    {kDeclined, E::kReleaseDone, kDeclined, kLate},
    {kReleased, E::kReleaseDone, kReleased, kAgain},
    {kExpired, E::kReleaseDone, kExpired, kLate},

    {kReleasing, E::kReleaseRefused, kReleasing, "it ends by itself, or another call's answer"},
    {kReleasing, E::kReleaseRefused, kReleased, "nothing was held"},
    {kReleased, E::kReleaseRefused, kReleased, kLate},
    {kExpired, E::kReleaseRefused, kExpired, kLate},

    {kHolding, E::kHoldExpired, kDeclined, ""},
    {kActionNeeded, E::kHoldExpired, kDeclined, ""},
    {kAbandoned, E::kHoldExpired, kReleased, ""},
    {kHeld, E::kHoldExpired, kExpired, ""},
    {kCapturing, E::kHoldExpired, kCapturing, kDecides},
    {kReleasing, E::kHoldExpired, kExpired, ""},
    {kReleasing, E::kHoldExpired, kReleased, "nothing was held"},
    {kCaptured, E::kHoldExpired, kCaptured, kLate},
    {kReleased, E::kHoldExpired, kReleased, kLate},
    {kDeclined, E::kHoldExpired, kDeclined, kAgain},
    {kExpired, E::kHoldExpired, kExpired, kAgain},

    {kNew, E::kTick, kNew, ""},
    {kHolding, E::kTick, kHolding, ""},
    {kActionNeeded, E::kTick, kActionNeeded, ""},
    {kAbandoned, E::kTick, kAbandoned, ""},
    {kHeld, E::kTick, kHeld, ""},
    {kHeld, E::kTick, kExpired, "capture_before is past"},
    {kCapturing, E::kTick, kCapturing, ""},
    {kCaptured, E::kTick, kCaptured, ""},
    {kReleasing, E::kTick, kReleasing, ""},
    {kReleasing, E::kTick, kExpired, "capture_before is past"},
    {kReleased, E::kTick, kReleased, ""},
    {kDeclined, E::kTick, kDeclined, ""},
    {kExpired, E::kTick, kExpired, ""},

    {kCaptured, E::kRefundWanted, kCaptured, ""},
    {kCaptured, E::kRefundDone, kCaptured, ""},
    {kCaptured, E::kRefundRefused, kCaptured, ""},
});

constexpr std::array<std::string_view, kPaymentStateCount> kStateNames{
    "new",      "holding",   "action_needed", "abandoned", "held",   "capturing",
    "captured", "releasing", "released",      "declined",  "expired"};
constexpr std::array<std::string_view, kPaymentEventCount> kEventNames{
    "hold_wanted",     "hold_placed",    "hold_declined",  "action_needed",
    "action_done",     "answer_unknown", "capture_wanted", "capture_done",
    "capture_refused", "release_wanted", "release_done",   "release_refused",
    "hold_expired",    "tick",           "refund_wanted",  "refund_done",
    "refund_refused"};
constexpr std::array<std::string_view, kRefundStateCount> kRefundNames{"pending", "done",
                                                                       "refused"};
constexpr std::array<std::string_view, kPaymentRequestCount> kRequestNames{"hold", "capture",
                                                                           "release", "refund"};
constexpr std::array<std::string_view, kPaymentAlarmCount> kAlarmNames{
    "expires_soon", "held_long", "hold_gone", "no_answer", "release_refused", "refund_refused"};

template <typename Enum, std::size_t kCount>
std::string_view name_in(const std::array<std::string_view, kCount>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::span<const Row> payment_transitions() { return kTable; }

PaymentEventKind kind_of(const PaymentEvent& event) {
  return static_cast<PaymentEventKind>(event.index());
}

std::string_view name_of(PaymentState state) { return name_in(kStateNames, state); }
std::string_view name_of(PaymentEventKind kind) { return name_in(kEventNames, kind); }
std::string_view name_of(RefundState state) { return name_in(kRefundNames, state); }
std::string_view name_of(PaymentRequest request) { return name_in(kRequestNames, request); }
std::string_view name_of(PaymentAlarm alarm) { return name_in(kAlarmNames, alarm); }

}  // namespace tally::commerce
