// Payments, refunds, debts, the ledger.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <set>

#include "commerce/debt.hpp"
#include "commerce/postings.hpp"
#include "server/core/ledger_book.hpp"
#include "server/payments/sandbox.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Debts;
using commerce::Payment;
using core::Desk;
using core::Row;

constexpr std::size_t kReasonBytesMax = 500;
constexpr std::int64_t kRefundMinorMax = 1'000'000'000;
constexpr int kDebtPaymentsMax = 100;  // Tries to pay the same debts.

// ---- Payments

Result<Row<Payment>> payment_in_path(const ApiCall& call, std::string_view name) {
  auto row = need_row_in_path<Payment, PaymentId>(call, name);
  if (row && !may_see(call, row->value.shopper)) return no_such<Payment>(row->id);
  return row;
}

Result<ApiAnswer> get_payment(ApiCall& call) {
  const auto row = payment_in_path(call, "id");
  if (!row) return std::unexpected(row.error());
  return api::answer(200, payment_view(*row));
}

Result<ApiAnswer> list_payments(ApiCall& call) {
  RowFilter filter;
  Filters filters;
  filters.read(query_value<commerce::PaymentState>(call, "state", commerce::kPaymentStateCount),
               filter.state);
  filters.read(query_time(call, "from"), filter.from);
  filters.read(query_time(call, "to"), filter.to);
  if (filters.error()) return std::unexpected(*filters.error());
  return list_viewed<Payment>(
      call, filter, [](const Row<Payment>& row) -> Result<Json> { return payment_view(row); });
}

Result<ApiAnswer> answer_payment(const ApiCall& call, int status, const PaymentId& id) {
  const auto row = need_row<Payment>(call, id.text());
  if (!row) return std::unexpected(row.error());
  return api::answer(status, payment_view(*row));
}

struct RefundWish {
  Money amount;
  std::string reason;
};

Result<RefundWish> read_refund(const ApiCall& call) {
  BodyReader body(call.body());
  RefundWish wish{body.money("amount"), body.text("reason", kReasonBytesMax)};
  if (wish.amount.minor < 0 || wish.amount.minor > kRefundMinorMax) {
    body.wrong("amount.minor", fmt::format("must be from 0 to {}", kRefundMinorMax));
  }
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  return wish;
}

Result<ApiAnswer> create_refund(ApiCall& call, Services& services) {
  const auto wish = read_refund(call);
  if (!wish) return std::unexpected(wish.error());
  const auto row = payment_in_path(call, "id");
  if (!row) return std::unexpected(row.error());
  const Payment& payment = row->value;
  if (payment.purpose == commerce::PaymentPurpose::kDebt) {
    return fail(ApiError::kConflict, fmt::format("{} has paid a debt: it is given back by deciding "
                                                 "a dispute of the receipt",
                                                 row->id));
  }
  const RefundId id = call.world.new_id<RefundId>();
  const std::int64_t tax = commerce::tax_share(commerce::refundable(payment), wish->amount.minor);
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), payment.id,
                         commerce::PaymentEvent(commerce::payment_event::RefundWanted{
                             desk.now(), id, {wish->amount, tax}, wish->reason}));
      },
      [&](Desk&) -> Result<ApiAnswer> {
        const auto after = need_row<Payment>(call, row->id);
        if (!after) return std::unexpected(after.error());
        return api::answer(201, refund_view(after->value, after->value.refunds.back()));
      });
}

// What the shopper did at the bank that the sandbox plays.
Result<ApiAnswer> complete_action(ApiCall& call, Services& services) {
  if (!services.sandbox) return fail(ApiError::kNotFound, "there is no sandbox here");
  BodyReader body(call.body());
  const std::string outcome = body.text("outcome", 20);
  if (outcome != "approve" && outcome != "decline") {
    body.wrong("outcome", "must be approve or decline");
  }
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto row = payment_in_path(call, "payment");
  if (!row) return std::unexpected(row.error());
  const Payment& payment = row->value;
  if (payment.reference.empty() || payment.action_url.empty()) {
    return fail(ApiError::kConflict, fmt::format("{}: its bank asks for nothing", row->id));
  }
  const auto done = payments::complete_action(call.transaction(), call.now, payment.reference,
                                              outcome == "approve");
  if (!done) return std::unexpected(done.error());
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), payment.id,
                         commerce::PaymentEvent(commerce::payment_event::ActionDone{desk.now()}));
      },
      [&](Desk&) { return answer_payment(call, 200, payment.id); });
}

// ---- Debts

Result<Json> debts_view(const ApiCall& call, const Row<Debts>& row) {
  const Debts& all = row.value;
  std::set<Currency> currencies;
  Json debts = Json::array();
  for (const commerce::Debt& debt : all.debts) {
    currencies.insert(debt.currency);
    Json view = {{"key", debt.key},
                 {"session", json_of_id(debt.session)},
                 {"made_at", to_string(debt.made_at)},
                 {"amount", json_of({debt.amount_minor, debt.currency})},
                 {"left", json_of({commerce::left_minor(debt), debt.currency})}};
    const auto place = place_of(call.transaction(), call.tenant(), debt.session);
    if (!place) return std::unexpected(place.error());
    if (!place->time_zone.empty()) view["time_zone"] = place->time_zone;
    debts.push_back(std::move(view));
  }
  Json owed = Json::array();
  for (const Currency& currency : currencies) {
    const Money sum = commerce::owed(all, currency);
    if (sum.minor > 0) owed.push_back(json_of(sum));
  }
  return Json{{"shopper", all.shopper.text()},
              {"standing", name_of(all.standing)},
              {"owed", std::move(owed)},
              {"debts", std::move(debts)}};
}

Result<ApiAnswer> list_debts(ApiCall& call) {
  if (call.principal().role == identity::Role::kShopper) {
    if (const auto wish = call.page(); !wish) return std::unexpected(wish.error());
    const auto own = core::find_row<Debts>(call.transaction(), call.tenant(), call.principal().id);
    if (!own) return std::unexpected(own.error());
    std::vector<Json> data;
    if (*own) {
      auto view = debts_view(call, **own);
      if (!view) return std::unexpected(std::move(view.error()));
      data.push_back(*std::move(view));
    }
    return api::answer(200, page_view(std::move(data), false));
  }
  return list_own<Debts>(
      call, std::nullopt, [](const Debts& debts) -> Result<ShopperId> { return debts.shopper; },
      [&](const Row<Debts>& row) { return debts_view(call, row); });
}

bool has_failed(commerce::PaymentState state) {
  using enum commerce::PaymentState;
  return state == kDeclined || state == kReleased || state == kReleasing || state == kExpired ||
         state == kAbandoned;
}

struct DebtPayment {
  PaymentId id;
  std::optional<PaymentId> left;  // At the bank's page, by a shopper who begins anew.
};

// The payment's id follows from the debts as they are, so that they are not paid twice at a time.
Result<DebtPayment> next_debt_payment(const ApiCall& call, const Row<Debts>& debts) {
  DebtPayment next;
  for (int number = 0; number < kDebtPaymentsMax; ++number) {
    next.id = PaymentId::from_bits(
        core::bits_of(fmt::format("{}:debts:{}:{}", debts.id, debts.version, number)));
    const auto known = core::find_row<Payment>(call.transaction(), call.tenant(), next.id.text());
    if (!known) return std::unexpected(known.error());
    if (!*known) return next;
    const commerce::PaymentState state = (*known)->value.state;
    if (has_failed(state)) continue;
    if (state != commerce::PaymentState::kActionNeeded) {
      return fail(ApiError::kConflict,
                  fmt::format("{} is paying it already; wait for its outcome", next.id.text()));
    }
    next.left = next.id;
  }
  return fail(ApiError::kConflict, "too many payments of this have failed; write to the operator");
}

Result<ApiAnswer> pay_debts(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const auto wanted = body.id<identity::PaymentMethodId>("payment_method");
  const auto currency = Currency::parse(body.text("currency", 3));
  if (!currency) body.wrong("currency", "must be three capital letters, as of ISO 4217");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const ShopperId shopper = shopper_of(call);
  const auto method = need_method(call, shopper, wanted);
  if (!method) return std::unexpected(method.error());
  const auto debts = core::find_row<Debts>(call.transaction(), call.tenant(), shopper.text());
  if (!debts) return std::unexpected(debts.error());
  if (!*debts) return fail(core::CoreError::kState, "you owe nothing");
  const auto next = next_debt_payment(call, **debts);
  if (!next) return std::unexpected(next.error());
  return at_desk(
      call, services.board,
      [&](Desk& desk) -> Result<void> {
        // What the bank may still allow of it afterwards is released when it comes.
        if (next->left) {
          auto released =
              desk.tell(call.tenant(), *next->left,
                        commerce::PaymentEvent(commerce::payment_event::ReleaseWanted{desk.now()}));
          if (!released) return released;
        }
        return desk.pay_debts(call.tenant(), next->id, shopper, method->token, *currency);
      },
      [&](Desk&) { return answer_payment(call, 201, next->id); });
}

struct WriteOffWish {
  std::string debt;
  std::optional<Money> amount;  // Nothing: all that is left.
  std::string reason;
};

Result<WriteOffWish> read_write_off(const ApiCall& call) {
  BodyReader body(call.body());
  WriteOffWish wish;
  wish.debt = body.text("debt", commerce::kLedgerKeyLengthMax);
  if (body.has("amount")) wish.amount = body.money("amount");
  wish.reason = body.text("reason", kReasonBytesMax);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  return wish;
}

// Why, and by whom, stands in an event of its own: the debts themselves only say how much.
Result<ApiAnswer> write_off_debt(ApiCall& call, Services& services) {
  const auto wish = read_write_off(call);
  if (!wish) return std::unexpected(wish.error());
  const auto row = need_row_in_path<Debts, ShopperId>(call, "shopper");
  if (!row) return std::unexpected(row.error());
  const auto debt = std::ranges::find(row->value.debts, wish->debt, &commerce::Debt::key);
  if (debt == row->value.debts.end()) {
    return fail(commerce::CommerceError::kUnknown,
                fmt::format("{} has no debt \"{}\"", row->id, wish->debt));
  }
  const Money amount = wish->amount.value_or(Money{commerce::left_minor(*debt), debt->currency});
  if (amount.minor == 0) return fail(core::CoreError::kState, "nothing is left of it");
  const std::string key =
      fmt::format("{}:written_off:{}", debt->payment.text(), call.world.new_id<EventId>().text());
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), row->value.shopper,
                         commerce::DebtEvent(commerce::debt_event::WrittenOff{desk.now(), key,
                                                                              wish->debt, amount}));
      },
      [&](Desk&) -> Result<ApiAnswer> {
        const auto after = need_row<Debts>(call, row->id);
        if (!after) return std::unexpected(after.error());
        const Json why = {{"shopper", row->id},
                          {"debt", wish->debt},
                          {"session", json_of_id(debt->session)},
                          {"amount", json_of(amount)},
                          {"reason", wish->reason}};
        auto told = routes::tell(call, services.board, "debts.written_off", row->id, after->version,
                                 why.dump());
        if (!told) return std::unexpected(told.error());
        auto view = debts_view(call, *after);
        if (!view) return std::unexpected(std::move(view.error()));
        return api::answer(200, *std::move(view));
      });
}

// ---- The ledger

Result<ApiAnswer> get_balances(ApiCall& call) {
  const auto balances = core::balances_of(call.transaction(), call.tenant());
  if (!balances) return std::unexpected(balances.error());
  commerce::Ledger ledger;
  Json data = Json::array();
  for (const core::AccountBalance& one : *balances) {
    ledger.balances[one.account] = one.balance;
    data.push_back({{"account", name_of(one.account.kind)},
                    {"currency", one.account.currency.text()},
                    {"debits_minor", one.balance.debits},
                    {"credits_minor", one.balance.credits},
                    {"debits_pending_minor", one.balance.debits_pending},
                    {"credits_pending_minor", one.balance.credits_pending}});
  }
  return api::answer(200, {{"data", std::move(data)}, {"balanced", commerce::is_balanced(ledger)}});
}

}  // namespace

void add_money_routes(api::Api& api, Services& services) {
  api.add({.operation = "get_payment", .run = get_payment});
  api.add({.operation = "list_payments", .run = list_payments});
  api.add({.operation = "create_refund",
           .run = [&services](ApiCall& call) { return create_refund(call, services); }});
  api.add({.operation = "complete_sandbox_action",
           .run = [&services](ApiCall& call) { return complete_action(call, services); }});
  api.add({.operation = "list_debts", .run = list_debts});
  api.add({.operation = "pay_debts",
           .run = [&services](ApiCall& call) { return pay_debts(call, services); }});
  api.add({.operation = "write_off_debt",
           .run = [&services](ApiCall& call) { return write_off_debt(call, services); }});
  api.add({.operation = "get_ledger_balances", .run = get_balances});
}

}  // namespace tally::routes
