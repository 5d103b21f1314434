// What follows from the steps of payments, disputes, debts, and a cabinet's health.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "commerce/receipt_stock.hpp"
#include "platform/outbox.hpp"
#include "server/core/desk.hpp"
#include "server/core/ledger_book.hpp"
#include "server/core/provider_message.hpp"
#include "server/records/json_text.hpp"

namespace tally::core {
namespace {

using commerce::Payment;
namespace effect = commerce::payment_effect;
namespace event = commerce::payment_event;

constexpr std::string_view kDisputeOpen = "dispute_open";
constexpr std::string_view kStatementText = "tally";

// Which of the session's holds it is; 0 for none of them.
int hold_number(const commerce::Session& session, const PaymentId& payment) {
  for (int number = session.hold_number; number > 0; --number) {
    if (payment_id(session.id, number) == payment) return number;
  }
  return 0;
}

}  // namespace

Result<void> Desk::step_payment(const TenantId& tenant, const PaymentId& id,
                                const commerce::PaymentEvent& event) {
  auto row = this->row<Payment>(tenant, id.text());
  if (!row) return std::unexpected(row.error());
  const Payment before = (*row)->value;
  const auto step = commerce::step(before, event);
  if (!step) return fail_within(id.text(), step.error());
  (*row)->value = step->state;
  for (const commerce::PaymentEffect& one : step->effects) {
    if (auto done = carry_out(step->state, one); !done) return done;
  }
  const Payment& after = step->state;
  if (!after.session.empty() && commerce::is_settled(after) && !commerce::is_settled(before)) {
    // After its debt is there, if it made one.
    auto done = run([this, tenant, session = after.session] { return give_back(tenant, session); });
    if (!done) return done;
  }
  return tell_session(before, after);
}

// A session waits for the outcome of its hold, and for nothing else of its payments.
Result<void> Desk::tell_session(const Payment& before, const Payment& after) {
  if (after.session.empty() || before.state == after.state) return {};
  const auto session = row<commerce::Session>(after.tenant, after.session.text());
  if (!session) return std::unexpected(session.error());
  const int number = hold_number((*session)->value, after.id);
  if (number == 0) return {};
  switch (after.state) {
    case commerce::PaymentState::kHeld:
      return tell(after.tenant, after.session, commerce::HoldPlaced{now_, number});
    case commerce::PaymentState::kActionNeeded:
      return tell(after.tenant, after.session, commerce::ActionNeeded{now_, number});
    case commerce::PaymentState::kDeclined:
      return tell(after.tenant, after.session, commerce::HoldRefused{now_, number, after.code});
    default:
      return {};
  }
}

Result<void> Desk::ask_provider(const Payment& payment, const commerce::PaymentEffect& ask) {
  payments::ProviderRequest request;
  request.payment = payment.id;
  request.description = kStatementText;
  Instant due = now_;
  const auto take = [&](commerce::PaymentRequest kind, const commerce::ProviderCall& call) {
    request.kind = kind;
    request.key = call.key;
    request.attempt = call.attempt;
    due = call.not_before;
  };
  if (const auto* hold = std::get_if<effect::AskHold>(&ask)) {
    take(commerce::PaymentRequest::kHold, hold->call);
    request.amount = hold->amount;
    request.method = hold->method;
    request.reference = hold->reference;
  } else if (const auto* capture = std::get_if<effect::AskCapture>(&ask)) {
    take(commerce::PaymentRequest::kCapture, capture->call);
    request.amount = capture->amount;
    request.reference = capture->reference;
  } else if (const auto* release = std::get_if<effect::AskRelease>(&ask)) {
    take(commerce::PaymentRequest::kRelease, release->call);
    request.reference = release->reference;
  } else {
    const auto& refund = std::get<effect::AskRefund>(ask);
    take(commerce::PaymentRequest::kRefund, refund.call);
    request.amount = refund.amount;
    request.reference = refund.reference;
    request.refund = refund.refund;
  }
  hints_.outbox = true;
  return platform::put_message(transaction_,
                               {.id = world_.new_id<platform::MessageId>(),
                                .tenant = payment.tenant,
                                .key = payment.id.text(),
                                .topic = std::string(kPaymentTopic),
                                .body = to_text({payment.tenant, std::move(request)}),
                                .due = due},
                               now_);
}

Result<void> Desk::carry_out(const Payment& payment, const commerce::PaymentEffect& one) {
  if (const auto* posted = std::get_if<effect::LedgerPost>(&one)) {
    return core::post(transaction_, posted->posting);
  }
  if (std::holds_alternative<effect::Failed>(one)) return {};  // Its state tells.
  if (const auto* owe = std::get_if<effect::OweDebt>(&one)) {
    return tell(payment.tenant, payment.shopper,
                commerce::DebtEvent(commerce::debt_event::Made{now_, owe->key, owe->gross,
                                                               payment.id, payment.session}));
  }
  if (const auto* pay = std::get_if<effect::PayDebt>(&one)) {
    return tell(
        payment.tenant, payment.shopper,
        commerce::DebtEvent(commerce::debt_event::Paid{now_, pay->key, pay->amount, payment.id}));
  }
  if (const auto* alarm = std::get_if<effect::Alarm>(&one)) {
    alert(payment.tenant, fmt::format("payment_{}", name_of(alarm->alarm)), payment.id.text(),
          alarm->detail);
    return {};
  }
  return ask_provider(payment, one);
}

Result<void> Desk::step_debts(const TenantId& tenant, const ShopperId& shopper,
                              const commerce::DebtEvent& event) {
  auto row = find<commerce::Debts>(tenant, shopper.text());
  if (!row) return std::unexpected(row.error());
  if (*row == nullptr) {
    commerce::Debts debts;
    debts.tenant = tenant;
    debts.shopper = shopper;
    *row = &add(tenant, shopper.text(), std::move(debts));
  }
  const auto step = commerce::step((*row)->value, event);
  if (!step) return fail_within(shopper.text(), step.error());
  (*row)->value = step->state;
  for (const commerce::DebtEffect& one : step->effects) {
    Result<void> done;
    if (const auto* posted = std::get_if<commerce::debt_effect::LedgerPost>(&one)) {
      done = core::post(transaction_, posted->posting);
    } else if (const auto* back = std::get_if<commerce::debt_effect::GiveBack>(&one)) {
      done = tell(tenant, back->payment,
                  event::RefundWanted{now_,
                                      commerce::refund_id_of(back->key),
                                      {back->amount, 0},
                                      "paid more than was owed"});
    }
    if (!done) return done;
  }
  return {};
}

// What is wanted before the hold is there is captured when it comes.
Result<void> Desk::pay_debts(const TenantId& tenant, const PaymentId& id, const ShopperId& shopper,
                             std::string method, const Currency& currency) {
  const auto debts = find<commerce::Debts>(tenant, shopper.text());
  if (!debts) return std::unexpected(debts.error());
  const Money owed =
      *debts == nullptr ? Money{0, currency} : commerce::owed((*debts)->value, currency);
  if (owed.minor == 0) {
    return fail(CoreError::kState, fmt::format("nothing is owed in {}", currency.text()));
  }
  Payment payment;
  payment.id = id;
  payment.purpose = commerce::PaymentPurpose::kDebt;
  payment.tenant = tenant;
  payment.shopper = shopper;
  payment.method = std::move(method);
  add(tenant, id.text(), std::move(payment));
  auto told = tell(tenant, id, event::HoldWanted{now_, owed});
  return told ? tell(tenant, id, event::CaptureWanted{now_, {owed, 0}}) : told;
}

Result<void> Desk::step_health(const TenantId& tenant, const CabinetId& cabinet,
                               const commerce::FleetEvent& event) {
  auto row = find<commerce::CabinetHealth>(tenant, cabinet.text());
  if (!row) return std::unexpected(row.error());
  if (*row == nullptr) {
    commerce::CabinetHealth health;
    health.id = cabinet;
    *row = &add(tenant, cabinet.text(), std::move(health));
  }
  commerce::FleetStep step = commerce::step((*row)->value, event);
  const bool was_locked = (*row)->value.locked_by_operator;
  (*row)->value = std::move(step.health);
  if (const bool locked = (*row)->value.locked_by_operator; locked != was_locked) {
    const auto body = records::object_text({{"cabinet", cabinet.text()}});
    announcements_.push_back(
        {tenant, locked ? "cabinet.locked" : "cabinet.cleared", cabinet.text(), 0, body});
  }
  for (const commerce::FleetEffect& one : step.effects) {
    if (const auto* raised = std::get_if<commerce::RaiseCabinetAlert>(&one)) {
      alert(tenant, fmt::format("cabinet_{}", name_of(raised->alert)), cabinet.text(), "raised");
    } else {
      const auto& cleared = std::get<commerce::ClearCabinetAlert>(one);
      const std::string name = fmt::format("cabinet_{}", name_of(cleared.alert));
      alerts_.push_back({.tenant = tenant,
                         .name = name,
                         .object = cabinet.text(),
                         .detail = "cleared",
                         .clears = name});
    }
  }
  return {};
}

Result<void> Desk::open_dispute(const TenantId& tenant, const commerce::DisputeRequest& request) {
  const auto step = commerce::open_dispute(request);
  if (!step) return std::unexpected(step.error());
  auto detail = row<records::SessionDetail>(tenant, request.session.text());
  if (!detail) return std::unexpected(detail.error());
  (*detail)->value.disputes.push_back(request.id);
  add(tenant, request.id.text(), step->dispute);
  return run(
      [this, tenant, step = *step] { return carry_out(tenant, step.dispute, step.effects); });
}

Result<void> Desk::step_dispute(const TenantId& tenant, const DisputeId& id,
                                const commerce::DisputeEvent& event) {
  auto row = this->row<commerce::Dispute>(tenant, id.text());
  if (!row) return std::unexpected(row.error());
  const auto step = commerce::step((*row)->value, event);
  if (!step) return fail_within(id.text(), step.error());
  (*row)->value = step->dispute;
  return carry_out(tenant, step->dispute, step->effects);
}

Result<void> Desk::carry_out(const TenantId& tenant, const commerce::Dispute& dispute,
                             const std::vector<commerce::DisputeEffect>& effects) {
  for (const commerce::DisputeEffect& one : effects) {
    if (const auto* lines = std::get_if<commerce::RefundLines>(&one)) {
      if (auto done = refund(tenant, dispute, *lines); !done) return done;
    } else if (std::holds_alternative<commerce::AskOperator>(one)) {
      alert(tenant, kDisputeOpen, dispute.id.text(), dispute.receipt.text());
    }
  }
  if (dispute.state == commerce::DisputeState::kOpen) return {};
  alerts_.push_back({.tenant = tenant,
                     .name = {},
                     .object = dispute.id.text(),
                     .detail = {},
                     .clears = std::string(kDisputeOpen),
                     .told = false});
  return {};
}

// The receipt's next version says by how much.
Result<void> Desk::refund(const TenantId& tenant, const commerce::Dispute& dispute,
                          const commerce::RefundLines& lines) {
  auto session = row<commerce::Session>(tenant, dispute.session.text());
  auto detail = row<records::SessionDetail>(tenant, dispute.session.text());
  auto receipt = row<commerce::Receipt>(tenant, dispute.receipt.text());
  if (!session || !detail || !receipt) {
    return std::unexpected(!session ? session.error() : !detail ? detail.error() : receipt.error());
  }
  commerce::Correction correction{.at = now_,
                                  .dispute = dispute.id,
                                  .review = {},
                                  .reason = "a dispute was decided",
                                  .counts = {}};
  for (const commerce::DisputedLine& line : lines.lines) {
    correction.counts.push_back({line.sku, line.decided, {}});
  }
  const commerce::TaxedAmount before = (*receipt)->value.total;
  auto corrected = commerce::correct((*receipt)->value, correction, (*detail)->value.offers);
  if (!corrected) return fail_within(dispute.id.text(), corrected.error());
  std::vector<MovementId> ids(commerce::movement_ids_needed(*corrected));
  for (MovementId& id : ids) id = world_.new_id<MovementId>();
  const auto movements = commerce::correction_movements(*corrected, ids);
  if (!movements) return std::unexpected(movements.error());
  (*receipt)->value = *std::move(corrected);
  if (auto moved = move((*session)->value, *movements); !moved) return moved;

  const commerce::TaxedAmount& after = (*receipt)->value.total;
  const Currency currency = after.gross.currency;
  commerce::Gross left{{before.gross.minor - after.gross.minor, currency},
                       before.tax.minor - after.tax.minor};
  if (left.amount.minor == 0) return {};
  (*detail)->value.refunds_waiting.push_back(
      {dispute.id, dispute.words, left.amount.minor, left.tax_minor});
  return give_back(tenant, dispute.session);
}

// Where the capture has no outcome yet, step_payment() comes back to it.
Result<void> Desk::give_back(const TenantId& tenant, const SessionId& session_id) {
  auto session = row<commerce::Session>(tenant, session_id.text());
  auto detail = row<records::SessionDetail>(tenant, session_id.text());
  if (!session || !detail) {
    return std::unexpected(!session ? session.error() : detail.error());
  }
  const PaymentId id = payment_id(session_id, (*session)->value.hold_number);
  auto payment = row<Payment>(tenant, id.text());
  if (!payment) return std::unexpected(payment.error());
  if (!commerce::is_settled((*payment)->value)) return {};
  const Currency currency = (*payment)->value.currency;
  for (const auto& waiting : std::exchange((*detail)->value.refunds_waiting, {})) {
    const commerce::Gross gross{{waiting.minor, currency}, waiting.tax_minor};
    auto done = give_back((*payment)->value, waiting.dispute, waiting.words, gross);
    if (!done) return done;
  }
  return {};
}

// What the card has paid goes back to it, and what is still owed is owed no more.
Result<void> Desk::give_back(const Payment& payment, const DisputeId& dispute,
                             const std::string& words, commerce::Gross left) {
  const commerce::Gross can = commerce::refundable(payment);
  const std::int64_t back = std::min(left.amount.minor, can.amount.minor);
  const std::int64_t back_tax = std::min(commerce::tax_share(left, back), can.tax_minor);
  if (back > 0) {
    auto done = tell(payment.tenant, payment.id,
                     event::RefundWanted{now_,
                                         commerce::refund_id_of(dispute.text()),
                                         {{back, left.amount.currency}, back_tax},
                                         words});
    if (!done) return done;
  }
  left.amount.minor -= back;
  left.tax_minor -= back_tax;
  if (left.amount.minor == 0) return {};
  const auto debts = find<commerce::Debts>(payment.tenant, payment.shopper.text());
  if (!debts || *debts == nullptr) return debts ? Result<void>{} : std::unexpected(debts.error());
  const auto& all = (*debts)->value.debts;
  const auto debt = std::ranges::find(all, payment.id, &commerce::Debt::payment);
  if (debt == all.end()) return {};
  // What was written off was never paid: there is nothing of it to take back.
  const commerce::Gross most = commerce::correctable(*debt);
  commerce::Gross wrong{{std::min(left.amount.minor, most.amount.minor), left.amount.currency}};
  wrong.tax_minor = std::min(commerce::tax_share(left, wrong.amount.minor), most.tax_minor);
  if (wrong.amount.minor == 0) return {};
  return tell(payment.tenant, payment.shopper,
              commerce::DebtEvent(commerce::debt_event::Corrected{
                  now_, dispute.text() + ":corrected", debt->key, wrong}));
}

}  // namespace tally::core
