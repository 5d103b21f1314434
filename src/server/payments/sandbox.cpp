#include "server/payments/sandbox.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "server/payments/unknown.hpp"

namespace tally::payments {
namespace {

using namespace commerce::payment_event;
using commerce::PaymentEvent;
using commerce::PaymentRequest;
using platform::StoreError;
using platform::Transaction;

constexpr std::string_view kSandboxTables = R"(
CREATE TABLE sandbox_holds (
  reference TEXT PRIMARY KEY,
  payment TEXT NOT NULL,
  method TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('action', 'held', 'captured', 'released', 'declined')),
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  captured BIGINT NOT NULL CHECK (captured BETWEEN 0 AND amount),
  code TEXT NOT NULL,
  capture_before BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE sandbox_refunds (
  refund_key TEXT PRIMARY KEY,
  reference TEXT NOT NULL REFERENCES sandbox_holds (reference),
  amount BIGINT NOT NULL CHECK (amount > 0),
  code TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX sandbox_refunds_of_hold ON sandbox_refunds (reference);
)";

const std::array kMigrations{platform::Migration{1, "sandbox", kSandboxTables, {}}};

enum class CardDoes : std::uint8_t { kApproves, kDeclines, kNeedsAction, kTimesOut, kExpiresSoon };
struct Card {
  std::string_view token;
  CardDoes does;
  std::string_view code = {};         // Why it declines.
  std::string_view refund_code = {};  // Why its refunds fail.
};
constexpr auto kCards = std::to_array<Card>({
    {"pm_card_visa", CardDoes::kApproves},
    {"pm_card_mastercard", CardDoes::kApproves},
    {"pm_card_chargeDeclined", CardDoes::kDeclines, "generic_decline"},
    {"pm_card_chargeDeclinedInsufficientFunds", CardDoes::kDeclines, "insufficient_funds"},
    {"pm_card_chargeDeclinedLostCard", CardDoes::kDeclines, "lost_card"},
    {"pm_card_chargeDeclinedExpiredCard", CardDoes::kDeclines, "expired_card"},
    {"pm_card_authenticationRequired", CardDoes::kNeedsAction},
    {"pm_card_refundFail", CardDoes::kApproves, {}, "expired_or_canceled_card"},
    {"pm_tally_timesOutAfterSuccess", CardDoes::kTimesOut},
    {"pm_tally_holdExpiresSoon", CardDoes::kExpiresSoon},
});
constexpr Card kNoSuchCard{"", CardDoes::kDeclines, "resource_missing"};

const Card& card_of(std::string_view token) {
  for (const Card& card : kCards) {
    if (card.token == token) return card;
  }
  return kNoSuchCard;
}

struct Hold {
  std::string reference;
  std::string payment;
  std::string method;
  std::string state;
  Currency currency;
  std::int64_t amount = 0;
  std::int64_t captured = 0;
  std::string code;
  Instant capture_before;

  [[nodiscard]] Money money(std::int64_t minor) const { return {minor, currency}; }
  [[nodiscard]] bool lapsed(Instant now) const { return state == "held" && now >= capture_before; }
};

Result<std::optional<Hold>> find(Transaction& transaction, std::string_view reference) {
  auto row = transaction.query_one<std::string, std::string, std::string, std::string, std::int64_t,
                                   std::int64_t, std::string, Instant>(
      "SELECT payment, method, state, currency, amount, captured, code, capture_before"
      " FROM sandbox_holds WHERE reference = $1",
      std::string(reference));
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Hold>();
  auto& [payment, method, state, currency, amount, captured, code, until] = **row;
  const auto known = Currency::parse(currency);
  if (!known) return fail(StoreError::kCorrupt, "sandbox: a currency " + currency);
  return Hold{
      std::string(reference), payment, method, state, *known, amount, captured, code, until};
}

// One request in one transaction. Nothing of it is left if it gives an error.
class Desk {
 public:
  Desk(Transaction& transaction, const ProviderRequest& request, const SandboxOptions& options,
       Instant now)
      : transaction_(transaction), request_(request), options_(options), now_(now) {}

  Result<PaymentEvent> answer() {
    switch (request_.kind) {
      case PaymentRequest::kHold:
        return hold();
      case PaymentRequest::kCapture:
        return capture();
      case PaymentRequest::kRelease:
        return release();
      case PaymentRequest::kRefund:
        return refund();
    }
    std::abort();
  }

 private:
  Result<PaymentEvent> hold() {
    const std::string reference = "pi_sandbox_" + sha256_hex(request_.key).substr(0, 24);
    auto found = find(transaction_, reference);
    if (!found) return std::unexpected(found.error());
    if (*found) return hold_answer(**found);
    const Card& card = card_of(request_.method);
    const bool declines = card.does == CardDoes::kDeclines || request_.amount.minor <= 0;
    Hold made{reference,
              request_.payment.text(),
              request_.method,
              declines                              ? "declined"
              : card.does == CardDoes::kNeedsAction ? "action"
                                                    : "held",
              request_.amount.currency,
              std::max<std::int64_t>(request_.amount.minor, 1),
              0,
              std::string(request_.amount.minor <= 0 ? "parameter_invalid_integer" : card.code),
              now_ + (card.does == CardDoes::kExpiresSoon ? kSandboxShortHold : kSandboxHold)};
    auto done = transaction_.execute(
        "INSERT INTO sandbox_holds (reference, payment, method, state, currency, amount, captured,"
        " code, capture_before, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)",
        made.reference, made.payment, made.method, made.state, std::string(made.currency.text()),
        made.amount, made.code, made.capture_before, now_);
    if (!done) return std::unexpected(done.error());
    if (card.does == CardDoes::kTimesOut) return PaymentEvent(unknown(request_, now_));
    return hold_answer(made);
  }

  PaymentEvent hold_answer(const Hold& hold) const {
    if (hold.payment != request_.payment.text() || hold.method != request_.method) {
      return HoldDeclined{now_, "idempotency_error"};
    }
    if (hold.state == "declined") return HoldDeclined{now_, hold.code};
    if (hold.state == "action") {
      return ActionNeeded{now_, options_.base_url + "/sandbox/actions/" + hold.payment,
                          hold.reference};
    }
    if (hold.state == "released" || hold.lapsed(now_)) return HoldExpired{now_};
    return HoldPlaced{now_, hold.money(hold.amount), hold.capture_before, hold.reference};
  }

  Result<PaymentEvent> capture() {
    auto found = find(transaction_, request_.reference);
    if (!found) return std::unexpected(found.error());
    if (!*found) return PaymentEvent(CaptureRefused{now_, "resource_missing"});
    const Hold& hold = **found;
    if (hold.state == "captured") return PaymentEvent(CaptureDone{now_, hold.money(hold.captured)});
    if (hold.lapsed(now_)) {
      return PaymentEvent(CaptureRefused{now_, "capture_charge_authorization_expired"});
    }
    if (hold.state != "held") {
      return PaymentEvent(CaptureRefused{now_, "payment_intent_unexpected_state"});
    }
    const bool fits = 0 < request_.amount.minor && request_.amount.minor <= hold.amount;
    if (!fits || request_.amount.currency != hold.currency) {
      return PaymentEvent(CaptureRefused{now_, "amount_too_large"});
    }
    auto done = transaction_.execute(
        "UPDATE sandbox_holds SET state = 'captured', captured = $2 WHERE reference = $1",
        hold.reference, request_.amount.minor);
    if (!done) return std::unexpected(done.error());
    return PaymentEvent(CaptureDone{now_, request_.amount});
  }

  Result<PaymentEvent> release() {
    auto found = find(transaction_, request_.reference);
    if (!found) return std::unexpected(found.error());
    if (!*found) return PaymentEvent(ReleaseRefused{now_, "resource_missing", request_.key});
    if ((*found)->state == "captured") {
      return PaymentEvent(ReleaseRefused{now_, "payment_intent_unexpected_state", request_.key});
    }
    auto done = transaction_.execute(
        "UPDATE sandbox_holds SET state = 'released' WHERE reference = $1 AND state <> 'declined'",
        request_.reference);
    if (!done) return std::unexpected(done.error());
    return PaymentEvent(ReleaseDone{now_, request_.key});
  }

  PaymentEvent refund_answer(std::string_view code) const {
    if (code.empty()) return RefundDone{now_, request_.refund};
    return RefundRefused{now_, request_.refund, std::string(code)};
  }

  Result<PaymentEvent> refund() {
    auto before = transaction_.query_one<std::string, std::int64_t, std::string>(
        "SELECT reference, amount, code FROM sandbox_refunds WHERE refund_key = $1", request_.key);
    if (!before) return std::unexpected(before.error());
    if (*before) {
      const auto& [reference, amount, code] = **before;
      const bool same = reference == request_.reference && amount == request_.amount.minor;
      return refund_answer(same ? std::string_view(code) : "idempotency_error");
    }
    auto found = find(transaction_, request_.reference);
    if (!found) return std::unexpected(found.error());
    if (!*found || request_.amount.minor <= 0) return refund_answer("resource_missing");
    const auto sum = transaction_.query_one<std::int64_t>(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM sandbox_refunds"
        " WHERE reference = $1 AND code = ''",
        request_.reference);
    if (!sum) return std::unexpected(sum.error());
    const std::int64_t left = (*found)->captured - std::get<0>(**sum);
    std::string_view code = card_of((*found)->method).refund_code;
    if (request_.amount.minor > left || request_.amount.currency != (*found)->currency) {
      code = left == 0 ? "charge_already_refunded" : "amount_too_large";
    }
    auto done = transaction_.execute(
        "INSERT INTO sandbox_refunds (refund_key, reference, amount, code, created_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        request_.key, request_.reference, request_.amount.minor, std::string(code), now_);
    if (!done) return std::unexpected(done.error());
    return refund_answer(code);
  }

  Transaction& transaction_;
  const ProviderRequest& request_;
  const SandboxOptions& options_;
  Instant now_;
};

}  // namespace

std::span<const platform::Migration> sandbox_migrations() { return kMigrations; }

Sandbox::Sandbox(platform::Store& store, server::World& world, SandboxOptions options)
    : store_(store), world_(world), options_(std::move(options)) {}

void Sandbox::ask(ProviderRequest request, ProviderDone done) {
  const Instant now = world_.now();
  if (down_) return done(unknown(request, now));
  auto work = [request, options = options_, now](Transaction& transaction) {
    return Desk(transaction, request, options, now).answer();
  };
  store_.write(std::move(work), [request = std::move(request), now,
                                 done = std::move(done)](Result<PaymentEvent> answer) mutable {
    done(answer ? *std::move(answer) : PaymentEvent(unknown(request, now)));
  });
}

Result<SandboxAction> find_action(Transaction& transaction, std::string_view reference) {
  auto found = find(transaction, reference);
  if (!found) return std::unexpected(found.error());
  const auto payment = *found ? PaymentId::parse((*found)->payment) : std::nullopt;
  const bool action = payment && (*found)->method == "pm_card_authenticationRequired";
  if (!action) {
    return fail(StoreError::kMissing, fmt::format("sandbox: nothing to do for {}", reference));
  }
  return SandboxAction{*payment, (*found)->money((*found)->amount), (*found)->state == "action"};
}

Result<PaymentId> complete_action(Transaction& transaction, Instant now, std::string_view reference,
                                  bool approve) {
  auto action = find_action(transaction, reference);
  if (!action) return std::unexpected(action.error());
  auto changed = transaction.execute(
      "UPDATE sandbox_holds SET state = $2, code = $3, capture_before = $4"
      " WHERE reference = $1 AND state = 'action'",
      std::string(reference), std::string(approve ? "held" : "declined"),
      std::string(approve ? "" : "authentication_failed"), now + kSandboxHold);
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 1) return action->payment;
  auto hold = find(transaction, reference);
  if (!hold) return std::unexpected(hold.error());
  const std::string_view state = *hold ? std::string_view((*hold)->state) : "";
  const bool same = approve ? state == "held" || state == "captured" : state == "declined";
  if (same) return action->payment;
  return fail(StoreError::kStale,
              fmt::format("sandbox: {} was answered before, or cancelled", reference));
}

Result<std::vector<SandboxStatement>> sandbox_statement(Transaction& transaction, Instant now) {
  auto rows = transaction.query<std::string, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT h.currency, CAST(SUM(h.captured) AS BIGINT),"
      " CAST(SUM(COALESCE(r.refunded, 0)) AS BIGINT),"
      " CAST(SUM(CASE WHEN h.state = 'held' AND h.capture_before > $1 THEN h.amount ELSE 0 END)"
      " AS BIGINT) FROM sandbox_holds h LEFT JOIN (SELECT reference,"
      " CAST(SUM(amount) AS BIGINT) AS refunded FROM sandbox_refunds WHERE code = ''"
      " GROUP BY reference) r ON r.reference = h.reference GROUP BY h.currency ORDER BY h.currency",
      now);
  if (!rows) return std::unexpected(rows.error());
  std::vector<SandboxStatement> lines;
  for (const auto& [currency, captured, refunded, held] : *rows) {
    lines.push_back({Currency::parse(currency).value_or(Currency{}), captured, refunded, held});
  }
  return lines;
}

}  // namespace tally::payments
