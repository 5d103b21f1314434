// What follows from a session's steps.
#include <fmt/format.h>

#include <algorithm>

#include "base/cart_json.hpp"
#include "commerce/receipt_stock.hpp"
#include "platform/blobs.hpp"
#include "platform/jobs.hpp"
#include "server/core/dead_work.hpp"
#include "server/core/desk.hpp"
#include "server/core/planogram_facts.hpp"
#include "server/core/stock_book.hpp"
#include "server/records/json_text.hpp"

namespace tally::core {
namespace {

using commerce::Session;

// Whether everything that a cart or a reviewer wants to charge is offered, with a price.
Result<void> check_lines(const commerce::Offers& offers, const auto& lines, auto&& sku_of) {
  std::vector<commerce::Wanted> wanted;
  for (const auto& line : lines) wanted.push_back({sku_of(line), line.quantity > 0});
  return commerce::check_offered(offers, wanted);
}

constexpr std::string_view kReviewOverdue = "review_overdue";
constexpr Duration kWatchAgain = std::chrono::seconds(20);

constexpr std::string_view kDoorLeftOpen = "door_left_open";

}  // namespace

Result<void> Desk::begin(const commerce::SessionRequest& request, records::SessionDetail detail) {
  const auto step = commerce::begin_session(request);
  if (!step) return std::unexpected(step.error());
  add(request.tenant, request.id.text(), std::move(detail));
  add(request.tenant, request.id.text(), step->session);
  return run([this, step = *step]() -> Result<void> {
    for (const commerce::SessionEffect& effect : step.effects) {
      auto done =
          std::visit([&](const auto& what) { return carry_out(step.session, what); }, effect);
      if (!done) return done;
    }
    return {};
  });
}

Result<void> Desk::step_session(const TenantId& tenant, const SessionId& id,
                                const commerce::SessionEvent& event) {
  auto row = this->row<Session>(tenant, id.text());
  if (!row) return std::unexpected(row.error());
  const auto step = commerce::step((*row)->value, event);
  if (!step) return fail_within(id.text(), step.error());
  (*row)->value = step->session;
  for (const commerce::SessionEffect& effect : step->effects) {
    auto done =
        std::visit([&](const auto& what) { return carry_out(step->session, what); }, effect);
    if (!done) return done;
  }
  return {};
}

Result<void> Desk::carry_out(const Session& session, const commerce::AskHold& effect) {
  const auto detail = row<records::SessionDetail>(session.tenant, session.id.text());
  if (!detail) return std::unexpected(detail.error());
  commerce::Payment payment;
  payment.id = payment_id(session.id, effect.number);
  payment.tenant = session.tenant;
  payment.shopper = session.shopper;
  payment.session = session.id;
  payment.method = (*detail)->value.method;
  add(session.tenant, payment.id.text(), payment);
  return tell(session.tenant, payment.id, commerce::payment_event::HoldWanted{now_, effect.amount});
}

Result<void> Desk::carry_out(const Session& session, const commerce::ReleaseHold& effect) {
  return tell(session.tenant, payment_id(session.id, effect.number),
              commerce::payment_event::ReleaseWanted{now_});
}

Result<void> Desk::carry_out(const Session& session, const commerce::SendUnlock& effect) {
  const Duration left = effect.expires - now_;
  return command(session.tenant, session.cabinet, session.id,
                 link::Unlock{session.id, std::max<std::int64_t>(left.count(), 1)}, effect.expires);
}

Result<void> Desk::carry_out(const Session& session, const commerce::SendLock&) {
  return command(session.tenant, session.cabinet, session.id, link::Lock{},
                 now_ + session.policy.footage_wait);
}

Result<void> Desk::carry_out(const Session& session, const commerce::Watch&) {
  return queue_watch(session.tenant, session.id, "watch", now_);
}

Result<void> Desk::queue_watch(const TenantId& tenant, const SessionId& session,
                               std::string_view why, Instant due) {
  const auto queued =
      platform::queue_job(transaction_,
                          {.id = world_.new_id<JobId>(),
                           .tenant = tenant,
                           .queue = std::string(kPipelineQueue),
                           .kind = std::string(kWatchKind),
                           .body = records::object_text({{"session", session.text()}}),
                           .unique_key = fmt::format("{}:{}", why, session.text()),
                           .due = due},
                          now_);
  hints_.pipeline = true;
  return queued ? Result<void>{} : std::unexpected(queued.error());
}

// The pipeline sees by the session's state and its footage that it is over.
Result<void> Desk::carry_out(const Session&, const commerce::FinishWatch&) {
  hints_.pipeline = true;
  return {};
}
Result<void> Desk::carry_out(const Session&, const commerce::StopWatch&) {
  hints_.pipeline = true;
  return {};
}

Result<void> Desk::carry_out(const Session& session, const commerce::OpenReview& effect) {
  const auto detail = row<records::SessionDetail>(session.tenant, session.id.text());
  if (!detail) return std::unexpected(detail.error());
  const auto payment =
      find<commerce::Payment>(session.tenant, payment_id(session.id, session.hold_number).text());
  if (!payment) return std::unexpected(payment.error());
  // Whoever decides must see it, however long that takes.
  const auto held = platform::hold_blobs(transaction_, session.tenant, session.id.text(),
                                         now_ + platform::kHoldMax, "a review is open", now_);
  if (!held) return std::unexpected(held.error());
  const ReviewId id = review_id(session.id);
  (*detail)->value.review = id;
  add(session.tenant, id.text(),
      commerce::open_review(id, session.id, effect.reasons, now_,
                            *payment == nullptr ? std::nullopt : (*payment)->value.capture_before));
  return {};
}

Result<void> Desk::carry_out(const Session& session, const commerce::Settle& effect) {
  auto found = row<records::SessionDetail>(session.tenant, session.id.text());
  if (!found) return std::unexpected(found.error());
  records::SessionDetail& detail = (*found)->value;
  commerce::ReceiptRequest request{.id = receipt_id(session.id),
                                   .session = session.id,
                                   .cabinet = session.cabinet,
                                   .closed_at = session.last_closed.value_or(now_),
                                   .at = now_,
                                   .counts = {}};
  for (const commerce::ChargeLine& line : effect.lines) {
    commerce::NetCount count{line.sku, line.quantity, {}};
    const auto seen = std::ranges::find(detail.counts, line.sku, &commerce::NetCount::sku);
    if (seen != detail.counts.end()) count.evidence = seen->evidence;
    request.counts.push_back(std::move(count));
  }
  auto receipt = commerce::make_receipt(request, detail.offers);
  if (!receipt) return fail_within(session.id.text(), std::move(receipt.error()));
  detail.receipt = receipt->id;
  detail.settled_at = now_;
  const commerce::TaxedAmount total = receipt->total;
  std::vector<MovementId> ids(commerce::movement_ids_needed(*receipt));
  for (MovementId& id : ids) id = world_.new_id<MovementId>();
  const auto movements = commerce::sale_movements(*receipt, ids);
  if (!movements) return std::unexpected(movements.error());
  add(session.tenant, receipt->id.text(), *std::move(receipt));
  if (auto moved = move(session, *movements); !moved) return moved;
  const PaymentId payment = payment_id(session.id, session.hold_number);
  if (total.gross.minor > 0) {
    return tell(session.tenant, payment,
                commerce::payment_event::CaptureWanted{now_, {total.gross, total.tax.minor}});
  }
  return session.hold == commerce::HoldStatus::kReleased
             ? Result<void>{}
             : tell(session.tenant, payment, commerce::payment_event::ReleaseWanted{now_});
}

Result<void> Desk::move(const Session& session, const commerce::MoveStock& movements) {
  if (movements.changes.empty()) return {};
  const auto alerts = move_stock(transaction_, session.tenant, session.cabinet, movements);
  if (!alerts) return fail_within(session.id.text(), alerts.error());
  alert_stock(session.tenant, *alerts);
  return {};
}

void Desk::alert_stock(const TenantId& tenant, const std::vector<commerce::StockAlert>& alerts) {
  using enum commerce::StockAlertKind;
  for (const commerce::StockAlert& one : alerts) {
    std::string_view ended;
    if (one.kind == kLowEnded) ended = name_of(kLow);
    if (one.kind == kNegativeEnded) ended = name_of(kNegative);
    if (one.kind == kOutEnded) ended = name_of(kOut);
    alerts_.push_back({.tenant = tenant,
                       .name = fmt::format("stock_{}", name_of(one.kind)),
                       .object = one.cabinet.text(),
                       .detail = fmt::format("{}: {} are predicted, the par level is {}",
                                             one.product.text(), one.predicted, one.par_level),
                       .subject = one.product.text(),
                       .clears = ended.empty() ? std::string() : fmt::format("stock_{}", ended)});
  }
}

Result<void> Desk::count(const TenantId& tenant, const CabinetId& cabinet,
                         const commerce::CountStock& event) {
  const auto alerts = move_stock(transaction_, tenant, cabinet, event);
  if (!alerts) return std::unexpected(alerts.error());
  alert_stock(tenant, *alerts);
  return {};
}

Result<void> Desk::carry_out(const Session& session, const commerce::EndRestock&) {
  auto detail = row<records::SessionDetail>(session.tenant, session.id.text());
  if (!detail) return std::unexpected(detail.error());
  commerce::Restock restock{.session = session.id,
                            .user = (*detail)->value.user,
                            .cabinet = session.cabinet,
                            .began_at = session.begun,
                            .at = session.last_closed.value_or(now_),
                            .lines = (*detail)->value.restock,
                            .ids = {}};
  restock.ids.resize(commerce::restock_ids_needed(restock));
  for (MovementId& id : restock.ids) id = world_.new_id<MovementId>();
  std::vector<commerce::Planogram> planograms;
  for (const auto state :
       {commerce::PlanogramState::kPublished, commerce::PlanogramState::kApplied}) {
    auto rows = planograms_of(transaction_, session.tenant, session.cabinet, state);
    if (!rows) return std::unexpected(rows.error());
    for (Row<commerce::Planogram>& row : *rows) planograms.push_back(std::move(row.value));
  }
  auto restocked = core::restock(transaction_, session.tenant, restock, std::move(planograms));
  if (!restocked) return fail_within(session.id.text(), restocked.error());
  for (commerce::Planogram& planogram : restocked->planograms) {
    auto row = this->row<commerce::Planogram>(session.tenant, planogram.id.text());
    if (!row) return std::unexpected(row.error());
    (*row)->value = std::move(planogram);
  }
  alert_stock(session.tenant, restocked->alerts);
  return {};
}

Result<void> Desk::carry_out(const Session& session, const commerce::RaiseAlert& effect) {
  // A forced door is the cabinet's, with a session or without: one alert, which its health keeps.
  if (effect.alert == commerce::SessionAlert::kDoorForced) {
    return tell(session.tenant, session.cabinet, commerce::FleetEvent(commerce::ForcedDoor{now_}));
  }
  alert(session.tenant, kDoorLeftOpen, session.cabinet.text(), session.id.text());
  return {};
}

// The wallet hears of the session by its change, which is an event of its own.
Result<void> Desk::carry_out(const Session&, const commerce::TellShopper&) { return {}; }

Result<void> Desk::tell_cart(const TenantId& tenant, const SessionId& session, const Cart& cart,
                             std::string sha256) {
  auto found = row<records::SessionDetail>(tenant, session.text());
  if (!found) return std::unexpected(found.error());
  records::SessionDetail& detail = (*found)->value;
  if (!detail.cart.empty()) return {};  // Made before, and the same.
  detail.cart = std::move(sha256);
  detail.counts = commerce::net_counts(cart);
  detail.decided_at = now_;
  detail.decision = name_of(cart.decision.kind);
  detail.models = cart.inputs.models;
  const auto offered =
      check_lines(detail.offers, cart.lines,
                  [](const CartLine& line) -> std::string_view { return line.product; });
  if (!offered) return tell(tenant, session, commerce::FootageLost{now_, offered.error().message});
  return tell(tenant, session, commerce::CartDecided{now_, cart.lines, cart.decision});
}

Result<void> Desk::step_review(const TenantId& tenant, const ReviewId& id,
                               const commerce::ReviewEvent& event) {
  auto row = this->row<commerce::Review>(tenant, id.text());
  if (!row) return std::unexpected(row.error());
  const SessionId session = (*row)->value.session;
  if (const auto* decide = std::get_if<commerce::ReviewDecide>(&event)) {
    const auto detail = this->row<records::SessionDetail>(tenant, session.text());
    if (!detail) return std::unexpected(detail.error());
    const auto offered =
        check_lines((*detail)->value.offers, decide->lines,
                    [](const commerce::ChargeLine& line) -> std::string_view { return line.sku; });
    if (!offered) return offered;
  }
  const auto step = commerce::step((*row)->value, event);
  if (!step) return fail_within(id.text(), step.error());
  (*row)->value = step->review;
  for (const commerce::ReviewEffect& effect : step->effects) {
    if (const auto* decided = std::get_if<commerce::ReviewDone>(&effect)) {
      const auto released = platform::release_blobs(transaction_, tenant, session.text());
      if (!released) return std::unexpected(released.error());
      alerts_.push_back({.tenant = tenant,
                         .name = {},
                         .object = id.text(),
                         .detail = {},
                         .clears = std::string(kReviewOverdue),
                         .told = false});
      auto done = tell(tenant, session, commerce::ReviewDecided{now_, decided->lines});
      if (!done) return done;
    } else {
      alert(tenant, kReviewOverdue, id.text(), "nobody has decided it for a day");
    }
  }
  return {};
}

Result<void> Desk::step_footage(const TenantId& tenant, const SessionId& session,
                                const commerce::FootageEvent& event) {
  auto row = this->row<commerce::Footage>(tenant, session.text());
  if (!row) return std::unexpected(row.error());
  const auto step = commerce::step((*row)->value, event);
  if (!step) return fail_within(session.text(), step.error());
  const bool ends = step->footage.ended && !(*row)->value.ended;
  (*row)->value = step->footage;
  // Normally it is being watched, and long settled by then.
  if (ends) {
    auto queued = queue_watch(tenant, session, "watch-again", now_ + kWatchAgain);
    if (!queued) return queued;
  }
  for (const commerce::FootageEffect& effect : step->effects) {
    hints_.pipeline = true;
    const auto* broken = std::get_if<commerce::FootageBroken>(&effect);
    if (broken == nullptr) continue;
    auto done = tell(tenant, session, commerce::FootageLost{now_, broken->reason});
    if (!done) return done;
  }
  return {};
}

}  // namespace tally::core
