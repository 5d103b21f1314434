// Payments, debts and the ledger.
#include "commerce/debt.hpp"
#include "commerce/ledger.hpp"
#include "commerce/payment.hpp"
#include "server/records/archive.hpp"

namespace tally::records {

template <>
inline constexpr int kValues<commerce::PaymentPurpose> = commerce::kPaymentPurposeCount;
template <>
inline constexpr int kValues<commerce::PaymentState> = commerce::kPaymentStateCount;
template <>
inline constexpr int kValues<commerce::RefundState> = commerce::kRefundStateCount;
template <>
inline constexpr int kValues<commerce::Standing> = commerce::kStandingCount;
template <>
inline constexpr int kValues<commerce::DebtEventKind> = commerce::kDebtEventCount;
template <>
inline constexpr int kValues<commerce::AccountKind> = commerce::kAccountKindCount;
template <>
inline constexpr int kValues<commerce::TransferReason> = commerce::kTransferReasonCount;
template <>
inline constexpr int kValues<commerce::TransferPhase> = commerce::kTransferPhaseCount;
template <>
inline constexpr int kValues<commerce::PendingState> = commerce::kPendingStateCount;

template <typename Archive, Same<commerce::Refund> Value>
void describe(Archive& archive, Value& refund) {
  archive("id", refund.id);
  archive("state", refund.state);
  archive("amount_minor", refund.amount_minor);
  archive("tax_minor", refund.tax_minor);
  archive("reason", refund.reason);
  archive("code", refund.code);
  archive("wanted_at", refund.wanted_at);
  archive("attempt", refund.attempt);
}

template <typename Archive, Same<commerce::Payment> Value>
void describe(Archive& archive, Value& payment) {
  archive("id", payment.id);
  archive("purpose", payment.purpose);
  archive("tenant", payment.tenant);
  archive("shopper", payment.shopper);
  archive("session", payment.session);
  archive("method", payment.method);
  archive("state", payment.state);
  archive("currency", payment.currency);
  archive("asked_minor", payment.asked_minor);
  archive("placed_minor", payment.placed_minor);
  archive("captured_minor", payment.captured_minor);
  archive("released_minor", payment.released_minor);
  archive("wanted_minor", payment.wanted_minor);
  archive("tax_minor", payment.tax_minor);
  archive("debt_minor", payment.debt_minor);
  archive("reference", payment.reference);
  archive("action_url", payment.action_url);
  archive("code", payment.code);
  archive("held_at", payment.held_at);
  archive("capture_before", payment.capture_before);
  archive("attempt", payment.attempt);
  archive("expiry_alarmed", payment.expiry_alarmed);
  archive("held_long_alarmed", payment.held_long_alarmed);
  archive("release_refused", payment.release_refused);
  archive("refunds", payment.refunds);
}

template <typename Archive, Same<commerce::Gross> Value>
void describe(Archive& archive, Value& gross) {
  archive("amount", gross.amount);
  archive("tax_minor", gross.tax_minor);
}

template <typename Archive, Same<commerce::DebtPart> Value>
void describe(Archive& archive, Value& part) {
  archive("payment", part.payment);
  archive("minor", part.minor);
}

template <typename Archive, Same<commerce::Debt> Value>
void describe(Archive& archive, Value& debt) {
  archive("key", debt.key);
  archive("payment", debt.payment);
  archive("session", debt.session);
  archive("made_at", debt.made_at);
  archive("currency", debt.currency);
  archive("amount_minor", debt.amount_minor);
  archive("tax_minor", debt.tax_minor);
  archive("corrected_minor", debt.corrected_minor);
  archive("corrected_tax_minor", debt.corrected_tax_minor);
  archive("written_off_minor", debt.written_off_minor);
  archive("paid", debt.paid);
}

template <typename Archive, Same<commerce::DebtAct> Value>
void describe(Archive& archive, Value& act) {
  archive("key", act.key);
  archive("kind", act.kind);
  archive("debt", act.debt);
  archive("payment", act.payment);
  archive("gross", act.gross);
}

template <typename Archive, Same<commerce::Debts> Value>
void describe(Archive& archive, Value& debts) {
  archive("tenant", debts.tenant);
  archive("shopper", debts.shopper);
  archive("standing", debts.standing);
  archive("debts", debts.debts);
  archive("acts", debts.acts);
}

template <typename Archive, Same<commerce::Account> Value>
void describe(Archive& archive, Value& account) {
  archive("kind", account.kind);
  archive("tenant", account.tenant);
  archive("currency", account.currency);
}

template <typename Archive, Same<commerce::Leg> Value>
void describe(Archive& archive, Value& leg) {
  archive("phase", leg.phase);
  archive("debit", leg.debit);
  archive("credit", leg.credit);
  archive("amount", leg.amount);
  archive("pending", leg.pending);
}

template <typename Archive, Same<commerce::Posting> Value>
void describe(Archive& archive, Value& posting) {
  archive("key", posting.key);
  archive("at", posting.at);
  archive("tenant", posting.tenant);
  archive("reason", posting.reason);
  archive("session", posting.session);
  archive("payment", posting.payment);
  archive("legs", posting.legs);
}

template <typename Archive, Same<commerce::Transfer> Value>
void describe(Archive& archive, Value& transfer) {
  archive("id", transfer.id);
  archive("key", transfer.key);
  archive("at", transfer.at);
  archive("phase", transfer.phase);
  archive("debit", transfer.debit);
  archive("credit", transfer.credit);
  archive("amount", transfer.amount);
  archive("pending", transfer.pending);
  archive("reason", transfer.reason);
  archive("session", transfer.session);
  archive("payment", transfer.payment);
}

template <typename Archive, Same<commerce::Pending> Value>
void describe(Archive& archive, Value& pending) {
  archive("state", pending.state);
  archive("debit", pending.debit);
  archive("credit", pending.credit);
  archive("amount", pending.amount);
  archive("session", pending.session);
  archive("payment", pending.payment);
}

template <typename Archive, Same<commerce::Balance> Value>
void describe(Archive& archive, Value& balance) {
  archive("debits", balance.debits);
  archive("credits", balance.credits);
  archive("debits_pending", balance.debits_pending);
  archive("credits_pending", balance.credits_pending);
}

}  // namespace tally::records

TALLY_RECORD(tally::commerce::Payment);
TALLY_RECORD(tally::commerce::Debts);
TALLY_RECORD(tally::commerce::Posting);
TALLY_RECORD(tally::commerce::Transfer);
TALLY_RECORD(tally::commerce::Pending);
TALLY_RECORD(tally::commerce::Balance);
