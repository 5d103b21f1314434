// The ledger's transfers, payouts, refunds, and tables of money as CSV.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "commerce/error.hpp"
#include "commerce/postings.hpp"
#include "server/core/facts.hpp"
#include "server/core/ledger_book.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/csv.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Payment;

constexpr std::int64_t kExportRowsMax = 50'000;
constexpr std::size_t kReferenceBytesMax = 100;

// ---- Transfers

Result<core::TransferFilter> read_filter(const ApiCall& call) {
  core::TransferFilter filter;
  std::optional<PaymentId> payment;
  std::optional<SessionId> session;
  Filters filters;
  filters.read(query_value<commerce::AccountKind>(call, "account", commerce::kAccountKindCount),
               filter.account);
  filters.read(query_id<PaymentId>(call, "payment"), payment);
  filters.read(query_id<SessionId>(call, "session"), session);
  filters.read(query_time(call, "from"), filter.from);
  filters.read(query_time(call, "to"), filter.to);
  if (filters.error()) return std::unexpected(*filters.error());
  if (payment) filter.payments.push_back(*payment);
  if (!session) return filter;
  if (payment) {
    return fail(ApiError::kParameterInvalid, "session: goes without payment; give one of them");
  }
  const auto row =
      core::find_row<commerce::Session>(call.transaction(), call.tenant(), session->text());
  if (!row) return std::unexpected(row.error());
  // Of one without a hold, and of one that is not there, there is none.
  const int holds = *row ? std::max(1, (*row)->value.hold_number) : 1;
  for (int number = 1; number <= holds; ++number) {
    filter.payments.push_back(core::payment_id(*session, number));
  }
  return filter;
}

Result<ApiAnswer> list_transfers(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto filter = read_filter(call);
  if (!filter) return std::unexpected(filter.error());
  const auto transfers = core::list_transfers(call.transaction(), call.tenant(), *filter,
                                              wish->starting_after, wish->limit + 1);
  if (!transfers) return std::unexpected(transfers.error());
  return page_answer(*transfers, wish->limit, transfer_view);
}

// ---- Payouts

// The key of a transfer is its posting's, and the leg's number behind it.
std::string reference_of(const commerce::Transfer& transfer) {
  const std::string_view key = transfer.key;
  return std::string(commerce::payout_reference(key.substr(0, key.rfind('/'))));
}

Json payout_view(const commerce::Transfer& transfer) {
  return {{"id", transfer.id.text()},
          {"at", to_string(transfer.at)},
          {"amount", json_of(transfer.amount)},
          {"reference", reference_of(transfer)}};
}

// Nothing else moves what is at the bank.
core::TransferFilter payouts() {
  core::TransferFilter filter;
  filter.account = std::string(name_of(commerce::AccountKind::kBank));
  return filter;
}

Result<ApiAnswer> list_payouts(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto transfers = core::list_transfers(call.transaction(), call.tenant(), payouts(),
                                              wish->starting_after, wish->limit + 1);
  if (!transfers) return std::unexpected(transfers.error());
  return page_answer(*transfers, wish->limit, payout_view);
}

Result<ApiAnswer> record_payout(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const std::string reference = body.text("reference", kReferenceBytesMax);
  const Money amount = body.money("amount");
  if (amount.minor <= 0 || amount.minor > kMinorMax) {
    body.wrong("amount.minor", "must be more than nothing");
  }
  if (reference.find_first_of("/\r\n") != reference.npos) {
    body.wrong("reference", "must be one line without a slash");
  }
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const commerce::Posting posting =
      commerce::payout_posting(call.tenant(), reference, amount, call.now);
  if (auto posted = core::post(call.transaction(), posting); !posted) {
    return std::unexpected(posted.error());
  }
  const auto transfer =
      core::find_transfer(call.transaction(), call.tenant(), commerce::leg_key(posting.key, 0));
  if (!transfer) return std::unexpected(transfer.error());
  if (!*transfer) return fail(ApiError::kNotFound, "the payout was not written");
  const Json view = payout_view(**transfer);
  auto told = tell(call, services.board, "payout.recorded", (*transfer)->id.text(), 1, view.dump());
  if (!told) return std::unexpected(told.error());
  return api::answer(201, view);
}

// ---- Refunds

struct RefundRow {
  Payment payment;
  commerce::Refund refund;
};

Result<RefundRow> refund_row(const ApiCall& call, const core::RefundName& name) {
  const auto row = need_row<Payment>(call, name.payment.text());
  if (!row) return std::unexpected(row.error());
  const auto& refunds = row->value.refunds;
  const auto found = std::ranges::find(refunds, name.refund, &commerce::Refund::id);
  if (found == refunds.end()) return fail(ApiError::kNotFound, "the refund is not there any more");
  return RefundRow{row->value, *found};
}

Result<ApiAnswer> list_refunds(ApiCall& call) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  core::RefundFilter filter;
  Filters filters;
  filters.read(query_value<commerce::RefundState>(call, "state", commerce::kRefundStateCount),
               filter.state);
  filters.read(query_time(call, "from"), filter.from);
  filters.read(query_time(call, "to"), filter.to);
  if (filters.error()) return std::unexpected(*filters.error());
  const auto names = core::list_refunds(call.transaction(), call.tenant(), filter,
                                        wish->starting_after, wish->limit + 1);
  if (!names) return std::unexpected(names.error());
  std::vector<Json> data;
  for (const core::RefundName& name : *names) {
    if (std::ssize(data) == wish->limit) break;
    const auto row = refund_row(call, name);
    if (!row) return std::unexpected(row.error());
    data.push_back(refund_view(row->payment, row->refund));
  }
  return api::answer(200, page_view(std::move(data), std::ssize(*names) > wish->limit));
}

// ---- CSV

struct Period {
  std::optional<Instant> from;
  std::optional<Instant> to;
};

template <typename Rows>
Result<void> check_size(const Rows& rows) {
  if (std::ssize(rows) <= kExportRowsMax) return {};
  return fail(commerce::CommerceError::kLimit,
              fmt::format("the table has more than {} rows in this time; ask for a shorter one",
                          kExportRowsMax));
}

std::string text_of(const std::optional<Instant>& at) { return at ? to_string(*at) : ""; }

Result<std::string> export_sessions(const ApiCall& call, const Period& period) {
  core::SessionFilter filter;
  filter.from = period.from;
  filter.to = period.to;
  auto rows = core::list_sessions(call.transaction(), call.tenant(), filter, std::nullopt,
                                  kExportRowsMax + 1);
  if (!rows) return std::unexpected(rows.error());
  if (auto fits = check_size(*rows); !fits) return std::unexpected(fits.error());
  Csv csv({"session", "kind", "state", "cabinet", "shopper", "begun_at", "opened_at", "closed_at",
           "settled_at", "decision", "reviewed", "disputed", "items", "receipt", "gross_minor",
           "currency"});
  std::ranges::reverse(*rows);
  for (const core::SessionFacts& row : *rows) {
    csv.add(row.session.text(), row.kind, row.state, row.cabinet.text(), row.shopper.value_or(""),
            to_string(row.begun_at), text_of(row.opened_at), text_of(row.closed_at),
            text_of(row.settled_at), row.decision.value_or(""), row.reviewed ? "yes" : "no",
            row.disputed ? "yes" : "no", row.items, row.receipt.value_or(""),
            row.gross_minor.value_or(0), row.currency.value_or(""));
  }
  return std::move(csv).take();
}

// A row for each line, as an accountant adds them up.
Result<std::string> export_receipts(const ApiCall& call, const Period& period) {
  core::SessionFilter filter;
  filter.from = period.from;
  filter.to = period.to;
  filter.with_receipt = true;
  auto rows = core::list_sessions(call.transaction(), call.tenant(), filter, std::nullopt,
                                  kExportRowsMax + 1);
  if (!rows) return std::unexpected(rows.error());
  if (auto fits = check_size(*rows); !fits) return std::unexpected(fits.error());
  Csv csv({"receipt", "version", "session", "cabinet", "at", "sku", "name", "quantity",
           "unit_price_minor", "tax_rate_bp", "net_minor", "tax_minor", "gross_minor", "currency"});
  std::ranges::reverse(*rows);
  for (const core::SessionFacts& row : *rows) {
    const auto receipt = need_row<commerce::Receipt>(call, row.receipt.value_or(""));
    if (!receipt) return std::unexpected(receipt.error());
    const commerce::Receipt& value = receipt->value;
    for (const commerce::ReceiptLine& line : value.lines) {
      csv.add(value.id.text(), value.version, value.session.text(), value.cabinet.text(),
              to_string(value.at), line.sku, line.name, line.quantity, line.unit.amount.minor,
              line.unit.tax_rate_bp, line.amount.net.minor, line.amount.tax.minor,
              line.amount.gross.minor, value.currency.text());
    }
  }
  return std::move(csv).take();
}

Result<std::string> export_refunds(const ApiCall& call, const Period& period) {
  auto names = core::list_refunds(call.transaction(), call.tenant(),
                                  {.state = {}, .from = period.from, .to = period.to}, std::nullopt,
                                  kExportRowsMax + 1);
  if (!names) return std::unexpected(names.error());
  if (auto fits = check_size(*names); !fits) return std::unexpected(fits.error());
  Csv csv({"refund", "payment", "session", "shopper", "state", "wanted_at", "amount_minor",
           "currency", "reason"});
  std::ranges::reverse(*names);
  for (const core::RefundName& name : *names) {
    const auto row = refund_row(call, name);
    if (!row) return std::unexpected(row.error());
    csv.add(row->refund.id.text(), row->payment.id.text(), row->payment.session.text(),
            row->payment.shopper.text(), name_of(row->refund.state),
            to_string(row->refund.wanted_at), row->refund.amount_minor,
            row->payment.currency.text(), row->refund.reason);
  }
  return std::move(csv).take();
}

Result<std::string> export_transfers(const ApiCall& call, core::TransferFilter filter,
                                     const Period& period) {
  filter.from = period.from;
  filter.to = period.to;
  auto rows = core::list_transfers(call.transaction(), call.tenant(), filter, std::nullopt,
                                   kExportRowsMax + 1);
  if (!rows) return std::unexpected(rows.error());
  if (auto fits = check_size(*rows); !fits) return std::unexpected(fits.error());
  std::ranges::reverse(*rows);
  if (filter.account) {
    Csv csv({"payout", "at", "reference", "amount_minor", "currency"});
    for (const commerce::Transfer& row : *rows) {
      csv.add(row.id.text(), to_string(row.at), reference_of(row), row.amount.minor,
              row.amount.currency.text());
    }
    return std::move(csv).take();
  }
  Csv csv({"transfer", "at", "phase", "reason", "debit", "credit", "amount_minor", "currency",
           "session", "payment"});
  for (const commerce::Transfer& row : *rows) {
    csv.add(row.id.text(), to_string(row.at), name_of(row.phase), name_of(row.reason),
            name_of(row.debit.kind), name_of(row.credit.kind), row.amount.minor,
            row.amount.currency.text(), row.session.text(), row.payment.text());
  }
  return std::move(csv).take();
}

Result<ApiAnswer> export_table(ApiCall& call) {
  Period period;
  Filters filters;
  filters.read(query_time(call, "from"), period.from);
  filters.read(query_time(call, "to"), period.to);
  if (filters.error()) return std::unexpected(*filters.error());
  const std::string& table = call.path("table");
  Result<std::string> text = fail(ApiError::kNotFound, fmt::format("there is no table {}", table));
  if (table == "sessions") text = export_sessions(call, period);
  if (table == "receipts") text = export_receipts(call, period);
  if (table == "refunds") text = export_refunds(call, period);
  if (table == "ledger") text = export_transfers(call, {}, period);
  if (table == "payouts") text = export_transfers(call, payouts(), period);
  if (!text) return std::unexpected(text.error());
  ApiAnswer answer{.body = *std::move(text)};
  answer.headers.set("Content-Type", "text/csv; charset=utf-8; header=present");
  answer.headers.set("Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", table));
  answer.headers.set("Cache-Control", "private, no-store");
  return answer;
}

}  // namespace

void add_ledger_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_ledger_transfers", .run = list_transfers});
  api.add({.operation = "list_payouts", .run = list_payouts});
  api.add({.operation = "record_payout",
           .run = [&services](ApiCall& call) { return record_payout(call, services); }});
  api.add({.operation = "list_refunds", .run = list_refunds});
  api.add({.operation = "export_table", .run = export_table});
}

}  // namespace tally::routes
