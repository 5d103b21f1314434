#include "server/core/facts.hpp"

#include <fmt/format.h>

#include <tuple>

#include "platform/answers.hpp"
#include "server/core/condition.hpp"
#include "server/core/desk.hpp"
#include "server/core/ledger_book.hpp"
#include "server/core/planogram_facts.hpp"
#include "server/records/names.hpp"

namespace tally::core {
namespace {

using platform::nothing_of;
using platform::Transaction;

std::optional<std::string> given(std::string_view text) {
  return text.empty() ? std::optional<std::string>() : std::optional<std::string>(text);
}

constexpr std::string_view kColumns =
    "SELECT session, cabinet, shopper, kind, state, begun_at, opened_at, closed_at, decision, "
    "settled_at, receipt, reviewed, disputed, items, gross_minor, currency FROM session_facts";

Result<std::vector<SessionFacts>> select(Transaction& transaction, const Condition& condition,
                                         std::string_view rest) {
  using Text = std::optional<std::string>;
  using Time = std::optional<Instant>;
  return platform::structs_of<SessionFacts>(
      transaction.query_values<SessionId, CabinetId, Text, std::string, std::string, Instant, Time,
                               Time, Text, Time, Text, bool, bool, std::int64_t,
                               std::optional<std::int64_t>, Text>(
          fmt::format("{} WHERE {} {}", kColumns, condition.sql(), rest), condition.values()));
}

Condition condition_of(const TenantId& tenant, const SessionFilter& filter) {
  Condition condition;
  condition.add("tenant = {}", tenant);
  condition.add_if("cabinet = {}", filter.cabinet);
  condition.add_if("shopper = {}", filter.shopper);
  condition.add_if("state = {}", filter.state);
  condition.add_if("kind = {}", filter.kind);
  condition.add_if("decision = {}", filter.decision);
  condition.add_if("begun_at >= {}", filter.from);
  condition.add_if("begun_at < {}", filter.to);
  condition.add_if("gross_minor >= {}", filter.least_minor);
  condition.add_if("gross_minor <= {}", filter.most_minor);
  // As the partial indexes say it.
  if (filter.reviewed) condition.add(*filter.reviewed ? "reviewed = 1" : "reviewed = 0");
  if (filter.disputed) condition.add(*filter.disputed ? "disputed = 1" : "disputed = 0");
  if (filter.with_receipt) condition.add("receipt IS NOT NULL");
  return condition;
}

// ---- What an older program has left

template <typename T>
Result<void> note_row(Transaction& transaction, const TenantId& tenant, const std::string& id) {
  const auto row = find_row<T>(transaction, tenant, id);
  if (!row) return std::unexpected(row.error());
  return *row ? note_facts(transaction, **row) : Result<void>{};
}

Result<void> fill_session(Transaction& transaction, const TenantId& tenant, const std::string& id) {
  const auto session = find_row<commerce::Session>(transaction, tenant, id);
  const auto detail = find_row<records::SessionDetail>(transaction, tenant, id);
  if (!session) return std::unexpected(session.error());
  if (!detail) return std::unexpected(detail.error());
  auto done = note_facts(transaction, **session);
  for (int number = 1; done && number <= (*session)->value.hold_number; ++number) {
    done = note_row<commerce::Payment>(transaction, tenant,
                                       payment_id((*session)->value.id, number).text());
  }
  if (!done || !*detail) return done;
  done = note_facts(transaction, **detail);
  if (done) {
    done = note_row<commerce::Receipt>(transaction, tenant, (*detail)->value.receipt.text());
  }
  if (done) done = note_row<commerce::Review>(transaction, tenant, (*detail)->value.review.text());
  return done;
}

Result<std::int64_t> fill_sessions(Transaction& transaction) {
  const auto rows = transaction.query<TenantId, std::string>(
      "SELECT a.tenant, a.id FROM aggregates AS a LEFT JOIN session_facts AS f ON f.session = a.id "
      "WHERE a.kind = 'session' AND f.session IS NULL LIMIT $1",
      kFactsFilled);
  if (!rows) return std::unexpected(rows.error());
  for (const auto& [tenant, id] : *rows) {
    if (auto done = fill_session(transaction, tenant, id); !done) {
      return std::unexpected(done.error());
    }
  }
  return std::ssize(*rows);
}

Result<std::int64_t> fill_entries(Transaction& transaction) {
  const auto rows = transaction.query<std::string>(
      "SELECT t.body FROM ledger_transfers AS t LEFT JOIN ledger_entries AS e "
      "ON e.transfer_key = t.transfer_key WHERE e.transfer_key IS NULL LIMIT $1",
      kFactsFilled);
  if (!rows) return std::unexpected(rows.error());
  for (const auto& [body] : *rows) {
    const auto transfer = records::parse<commerce::Transfer>(body);
    if (!transfer) return std::unexpected(transfer.error());
    if (auto done = note_entries(transaction, *transfer); !done) {
      return std::unexpected(done.error());
    }
  }
  return std::ssize(*rows);
}

}  // namespace

std::optional<Money> SessionFacts::gross() const {
  const auto known = currency ? Currency::parse(*currency) : std::optional<Currency>();
  if (!known || !gross_minor) return std::nullopt;
  return Money{*gross_minor, *known};
}

Result<void> note_facts(Transaction& transaction, const Row<commerce::Session>& row) {
  const commerce::Session& session = row.value;
  return nothing_of(transaction.execute(
      "INSERT INTO session_facts (session, tenant, cabinet, shopper, kind, state, begun_at, "
      "opened_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "ON CONFLICT (session) DO UPDATE SET state = excluded.state, "
      "opened_at = excluded.opened_at, closed_at = excluded.closed_at",
      session.id, row.tenant, session.cabinet, given(session.shopper.text()), name_of(session.kind),
      name_of(session.state), session.begun, session.first_opened, session.last_closed));
}

Result<void> note_facts(Transaction& transaction, const Row<records::SessionDetail>& row) {
  const records::SessionDetail& detail = row.value;
  for (std::size_t i = 0; i < detail.models.size(); ++i) {
    const CartModel& model = detail.models[i];
    const auto named = transaction.execute(
        "INSERT INTO session_models (session, place, role, name, sha256) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        row.id, static_cast<std::int64_t>(i), model.role, model.name, model.sha256);
    if (!named) return std::unexpected(named.error());
  }
  const CartModel detector = detail.models.empty() ? CartModel{} : detail.models.front();
  return nothing_of(transaction.execute(
      "UPDATE session_facts SET decision = $2, settled_at = $3, receipt = $4, reviewed = $5, "
      "disputed = $6, model_name = $7, model_sha256 = $8 WHERE session = $1",
      row.id, given(detail.decision), detail.settled_at, given(detail.receipt.text()),
      detail.review.empty() ? 0 : 1, detail.disputes.empty() ? 0 : 1, given(detector.name),
      given(detector.sha256)));
}

Result<void> note_facts(Transaction& transaction, const Row<commerce::Receipt>& row) {
  const commerce::Receipt& receipt = row.value;
  std::int64_t items = 0;
  for (const commerce::ReceiptLine& line : receipt.lines) items += line.quantity;
  return nothing_of(transaction.execute(
      "UPDATE session_facts SET items = $2, gross_minor = $3, currency = $4 WHERE session = $1",
      receipt.session, items, receipt.total.gross.minor, receipt.currency.text()));
}

Result<void> note_facts(Transaction& transaction, const Row<commerce::Review>& row) {
  const commerce::Review& review = row.value;
  if (!review.decided_at || !review.claimed_at) return {};
  return nothing_of(transaction.execute(
      "UPDATE session_facts SET reviewer = $2, review_ms = $3 WHERE session = $1", review.session,
      review.claimed_by, (*review.decided_at - *review.claimed_at).count()));
}

Result<void> note_facts(Transaction& transaction, const Row<commerce::Payment>& row) {
  for (const commerce::Refund& refund : row.value.refunds) {
    auto done = nothing_of(transaction.execute(
        "INSERT INTO refund_facts (id, tenant, payment, state, wanted_at) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        refund.id, row.tenant, row.id, name_of(refund.state), refund.wanted_at));
    if (!done) return done;
  }
  return {};
}

Result<std::vector<SessionFacts>> list_sessions(Transaction& transaction, const TenantId& tenant,
                                                const SessionFilter& filter,
                                                const std::optional<std::string>& starting_after,
                                                std::int64_t limit) {
  Condition condition = condition_of(tenant, filter);
  if (starting_after) {
    const auto last = transaction.query_one<Instant>(
        "SELECT begun_at FROM session_facts WHERE session = $1 AND tenant = $2", *starting_after,
        tenant);
    if (!last) return std::unexpected(last.error());
    if (*last)
      condition.add("(begun_at, session) < ({}, {})", std::get<0>(**last), *starting_after);
  }
  const std::string rest =
      fmt::format("ORDER BY begun_at DESC, session DESC LIMIT {}", condition.place(limit));
  return select(transaction, condition, rest);
}

Result<std::optional<SessionFacts>> find_facts(Transaction& transaction, const TenantId& tenant,
                                               const SessionId& session) {
  Condition condition;
  condition.add("session = {}", session);
  condition.add("tenant = {}", tenant);
  auto facts = select(transaction, condition, "");
  if (!facts) return std::unexpected(facts.error());
  if (facts->empty()) return std::optional<SessionFacts>();
  return std::optional(std::move(facts->front()));
}

Result<std::vector<RefundName>> list_refunds(Transaction& transaction, const TenantId& tenant,
                                             const RefundFilter& filter,
                                             const std::optional<std::string>& starting_after,
                                             std::int64_t limit) {
  Condition condition;
  condition.add("tenant = {}", tenant);
  condition.add_if("state = {}", filter.state);
  condition.add_if("wanted_at >= {}", filter.from);
  condition.add_if("wanted_at < {}", filter.to);
  if (starting_after) {
    const auto last = transaction.query_one<Instant>(
        "SELECT wanted_at FROM refund_facts WHERE id = $1 AND tenant = $2", *starting_after,
        tenant);
    if (!last) return std::unexpected(last.error());
    if (*last) condition.add("(wanted_at, id) < ({}, {})", std::get<0>(**last), *starting_after);
  }
  const std::string limited = condition.place(limit);
  const auto rows = transaction.query_values<PaymentId, RefundId>(
      fmt::format("SELECT payment, id FROM refund_facts WHERE {} "
                  "ORDER BY wanted_at DESC, id DESC LIMIT {}",
                  condition.sql(), limited),
      condition.values());
  if (!rows) return std::unexpected(rows.error());
  std::vector<RefundName> names;
  for (const auto& [payment, refund] : *rows) names.push_back({payment, refund});
  return names;
}

Result<std::int64_t> fill_facts(Transaction& transaction) {
  std::int64_t sum = 0;
  for (const auto fill : {fill_sessions, fill_entries, fill_planogram_facts}) {
    const auto filled = fill(transaction);
    if (!filled) return filled;
    sum += *filled;
  }
  return sum;
}

}  // namespace tally::core
