#include "server/routes/session_views.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "server/records/event_json.hpp"
#include "server/records/names.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

Json taxed_view(const commerce::TaxedAmount& amount) {
  return {
      {"net", json_of(amount.net)}, {"tax", json_of(amount.tax)}, {"gross", json_of(amount.gross)}};
}

Json line_view(const commerce::ReceiptLine& line) {
  return {{"product", line.product.text()},
          {"sku", line.sku},
          {"name", line.name},
          {"quantity", line.quantity},
          {"unit_price", json_of(line.unit.amount)},
          {"tax_rate_bp", line.unit.tax_rate_bp},
          {"amount", taxed_view(line.amount)},
          {"clips", line.evidence.size()}};
}

Json revision_view(const commerce::ReceiptRevision& revision) {
  Json changes = Json::array();
  for (const commerce::LineChange& change : revision.changes) {
    changes.push_back({{"sku", change.sku},
                       {"name", change.name},
                       {"before", change.before},
                       {"after", change.after},
                       {"difference", json_of(change.difference)}});
  }
  return {{"version", revision.version},
          {"at", to_string(revision.at)},
          {"reason", revision.reason},
          {"difference", json_of(revision.difference)},
          {"changes", std::move(changes)}};
}

}  // namespace

Json refund_view(const commerce::Payment& payment, const commerce::Refund& refund) {
  return {{"id", refund.id.text()},
          {"payment", payment.id.text()},
          {"state", name_of(refund.state)},
          {"amount", json_of({refund.amount_minor, payment.currency})},
          {"reason", refund.reason},
          {"session", json_of_id(payment.session)},
          {"wanted_at", to_string(refund.wanted_at)}};
}

Json transfer_view(const commerce::Transfer& transfer) {
  return {{"id", transfer.id.text()},
          {"at", to_string(transfer.at)},
          {"phase", name_of(transfer.phase)},
          {"reason", name_of(transfer.reason)},
          {"debit", name_of(transfer.debit.kind)},
          {"credit", name_of(transfer.credit.kind)},
          {"amount", json_of(transfer.amount)},
          {"session", json_of_id(transfer.session)},
          {"payment", json_of_id(transfer.payment)}};
}

Json event_view(const platform::StoredEvent& event) {
  return Json::parse(records::event_json(event.sequence, event.id.text(), event.type,
                                         event.object_id, event.object_version, event.at,
                                         event.body, event.actor));
}

Json restock_line_view(const commerce::RestockLine& line) {
  return {{"product", line.product.text()},
          {"counted", line.counted ? Json(*line.counted) : Json(nullptr)},
          {"wasted", line.wasted},
          {"expired", line.expired},
          {"loaded", line.loaded}};
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json page_view(std::vector<Json> data, bool more) {
  return {{"data", std::move(data)}, {"has_more", more}};
}

Result<SessionRows> read_session(platform::Transaction& transaction,
                                 core::Row<commerce::Session> session) {
  const commerce::Session& value = session.value;
  auto detail =
      core::find_row<records::SessionDetail>(transaction, session.tenant, value.id.text());
  auto payment = core::find_row<commerce::Payment>(
      transaction, session.tenant, core::payment_id(value.id, value.hold_number).text());
  auto cabinet =
      core::find_row<commerce::Cabinet>(transaction, session.tenant, value.cabinet.text());
  if (!detail) return std::unexpected(detail.error());
  if (!payment) return std::unexpected(payment.error());
  if (!cabinet) return std::unexpected(cabinet.error());
  auto facts = core::find_facts(transaction, session.tenant, value.id);
  if (!facts) return std::unexpected(facts.error());
  SessionRows rows{std::move(session), {}, std::nullopt, {}, *std::move(facts)};
  if (*detail) rows.detail = std::move((*detail)->value);
  if (*payment) rows.payment = std::move((*payment)->value);
  if (*cabinet) rows.cabinet_name = (*cabinet)->value.name;
  return rows;
}

Result<SessionRows> read_listed(platform::Transaction& transaction, const TenantId& tenant,
                                const core::SessionFacts& facts) {
  auto session = core::find_row<commerce::Session>(transaction, tenant, facts.session.text());
  auto cabinet = core::find_row<commerce::Cabinet>(transaction, tenant, facts.cabinet.text());
  if (!session) return std::unexpected(session.error());
  if (!cabinet) return std::unexpected(cabinet.error());
  if (!*session) {
    return fail(core::CoreError::kMissing, fmt::format("there is no {}", facts.session.text()));
  }
  SessionRows rows{**std::move(session), {}, std::nullopt, {}, facts};
  rows.detail.receipt = ReceiptId::parse(facts.receipt.value_or("")).value_or(ReceiptId());
  if (facts.reviewed) rows.detail.review = core::review_id(facts.session);
  if (*cabinet) rows.cabinet_name = (*cabinet)->value.name;
  if (rows.session.value.state != commerce::SessionState::kAction) return rows;
  const commerce::Session& value = rows.session.value;
  auto payment = core::find_row<commerce::Payment>(
      transaction, tenant, core::payment_id(value.id, value.hold_number).text());
  if (!payment) return std::unexpected(payment.error());
  if (*payment) rows.payment = std::move((*payment)->value);
  return rows;
}

Result<Place> place_of(platform::Transaction& transaction, const TenantId& tenant,
                       const CabinetId& cabinet) {
  const auto found = core::find_row<commerce::Cabinet>(transaction, tenant, cabinet.text());
  if (!found) return std::unexpected(found.error());
  if (!*found) return Place{};
  const commerce::Cabinet& value = (*found)->value;
  const auto site = core::find_row<commerce::Site>(transaction, tenant, value.site.text());
  if (!site) return std::unexpected(site.error());
  return Place{value.name, *site ? (*site)->value.time_zone : std::string()};
}

Result<Place> place_of(platform::Transaction& transaction, const TenantId& tenant,
                       const SessionId& session) {
  const auto found = core::find_row<commerce::Session>(transaction, tenant, session.text());
  if (!found) return std::unexpected(found.error());
  return *found ? place_of(transaction, tenant, (*found)->value.cabinet) : Place{};
}

Json session_view(const SessionRows& rows) {
  const commerce::Session& session = rows.session.value;
  const bool shopping = session.kind == commerce::SessionKind::kShopping;
  const bool action = session.state == commerce::SessionState::kAction && rows.payment;
  Json view = {{"id", session.id.text()},
               {"kind", name_of(session.kind)},
               {"cabinet", session.cabinet.text()},
               {"shopper", json_of_id(session.shopper)},
               {"state", name_of(session.state)},
               {"end", session.end == commerce::SessionEnd::kNone ? Json(nullptr)
                                                                  : Json(name_of(session.end))},
               {"hold", shopping ? json_of(session.hold_amount) : Json(nullptr)},
               {"decline_code", text_or_null(session.decline_code)},
               {"action_url", action ? text_or_null(rows.payment->action_url) : Json(nullptr)},
               {"receipt", json_of_id(rows.detail.receipt)},
               {"review", json_of_id(rows.detail.review)},
               {"begun_at", to_string(session.begun)},
               {"opened_at", json_of(session.first_opened)},
               {"closed_at", json_of(session.last_closed)},
               {"late", session.state == commerce::SessionState::kDeciding && session.late_told},
               {"version", rows.session.version}};
  const core::SessionFacts none;
  const core::SessionFacts& facts = rows.facts ? *rows.facts : none;
  const auto total = facts.gross();
  view["decision"] = facts.decision ? Json(*facts.decision) : Json(nullptr);
  view["items"] = facts.items;
  view["total"] = total ? json_of(*total) : Json(nullptr);
  view["settled_at"] = json_of(facts.settled_at);
  view["disputed"] = facts.disputed;
  if (!rows.cabinet_name.empty()) view["cabinet_name"] = rows.cabinet_name;
  return view;
}

Json receipt_view(const core::Row<commerce::Receipt>& row,
                  const std::optional<commerce::Payment>& payment,
                  const std::string& cabinet_name) {
  const commerce::Receipt& receipt = row.value;
  Json lines = Json::array();
  for (const auto& line : receipt.lines) lines.push_back(line_view(line));
  Json taxes = Json::array();
  for (const auto& total : receipt.taxes) {
    taxes.push_back({{"rate_bp", total.rate_bp}, {"amount", taxed_view(total.amount)}});
  }
  Json revisions = Json::array();
  for (const auto& revision : receipt.revisions) revisions.push_back(revision_view(revision));
  const Instant first = receipt.revisions.empty() ? receipt.at : row.created_at;
  Json view = {{"id", receipt.id.text()},
               {"session", receipt.session.text()},
               {"cabinet", receipt.cabinet.text()},
               {"closed_at", to_string(receipt.closed_at)},
               {"at", to_string(receipt.at)},
               {"version", receipt.version},
               {"currency", receipt.currency.text()},
               {"price_includes_tax", receipt.price_includes_tax},
               {"lines", std::move(lines)},
               {"total", taxed_view(receipt.total)},
               {"taxes", std::move(taxes)},
               {"revisions", std::move(revisions)},
               {"payment", payment ? Json(payment->id.text()) : Json(nullptr)},
               {"disputable_until", to_string(first + commerce::kDisputeTime)}};
  if (!cabinet_name.empty()) view["cabinet_name"] = cabinet_name;
  return view;
}

Json dispute_view(const core::Row<commerce::Dispute>& row, const commerce::Offers& offers) {
  const commerce::Dispute& dispute = row.value;
  const bool decided = dispute.state != commerce::DisputeState::kOpen &&
                       dispute.state != commerce::DisputeState::kWithdrawn;
  Json lines = Json::array();
  for (const commerce::DisputedLine& line : dispute.lines) {
    Money unit{0, offers.currency};
    const auto offer = offers.by_sku.find(line.sku);
    if (offer != offers.by_sku.end() && offer->second.price) unit = offer->second.price->amount;
    lines.push_back({{"sku", line.sku},
                     {"charged", line.charged},
                     {"claimed", line.claimed},
                     {"decided", decided ? Json(line.decided) : Json(nullptr)},
                     {"unit_price", json_of(unit)}});
  }
  return {{"id", dispute.id.text()},
          {"receipt", dispute.receipt.text()},
          {"session", dispute.session.text()},
          {"words", dispute.words},
          {"state", name_of(dispute.state)},
          {"lines", std::move(lines)},
          {"by_policy", dispute.by_policy},
          {"decided_by", json_of_id(dispute.decided_by)},
          {"opened_at", to_string(dispute.opened)},
          {"version", row.version}};
}

Json payment_view(const core::Row<commerce::Payment>& row) {
  const commerce::Payment& payment = row.value;
  const auto amount = [&](std::int64_t minor) { return json_of({minor, payment.currency}); };
  Json refunds = Json::array();
  for (const auto& refund : payment.refunds) refunds.push_back(refund_view(payment, refund));
  return {{"id", payment.id.text()},
          {"purpose", name_of(payment.purpose)},
          {"shopper", payment.shopper.text()},
          {"session", json_of_id(payment.session)},
          {"state", name_of(payment.state)},
          {"asked", amount(payment.asked_minor)},
          {"captured", amount(payment.captured_minor)},
          {"released", amount(payment.released_minor)},
          {"refunded", json_of(commerce::refunded(payment).amount)},
          {"action_url", text_or_null(payment.action_url)},
          {"code", text_or_null(payment.code)},
          {"capture_before", json_of(payment.capture_before)},
          {"refunds", std::move(refunds)},
          {"version", row.version}};
}

}  // namespace tally::routes
