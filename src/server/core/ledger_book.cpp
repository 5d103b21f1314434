#include "server/core/ledger_book.hpp"

#include <fmt/format.h>

#include "server/core/condition.hpp"
#include "server/records/records.hpp"

namespace tally::core {
namespace {

using commerce::Account;
using commerce::Balance;
using commerce::Ledger;
using platform::Transaction;

std::string account_text(const Account& account) { return std::string(name_of(account.kind)); }

Result<void> read_posting(Transaction& transaction, const std::string& key, Ledger& ledger) {
  auto body = transaction.query_one<std::string>(
      "SELECT body FROM ledger_postings WHERE posting_key = $1", key);
  if (!body) return std::unexpected(body.error());
  if (!*body) return {};
  auto posting = records::parse<commerce::Posting>(std::get<0>(**body));
  if (!posting) return std::unexpected(posting.error());
  ledger.postings.emplace(key, *std::move(posting));
  return {};
}

Result<void> read_pending(Transaction& transaction, const std::string& key, Ledger& ledger) {
  auto body = transaction.query_one<std::string>(
      "SELECT body FROM ledger_pendings WHERE transfer_key = $1", key);
  if (!body) return std::unexpected(body.error());
  if (!*body) return {};
  auto pending = records::parse<commerce::Pending>(std::get<0>(**body));
  if (!pending) return std::unexpected(pending.error());
  ledger.pendings.emplace(key, *std::move(pending));
  return {};
}

Result<void> read_balance(Transaction& transaction, const Account& account, Ledger& ledger) {
  const auto row = transaction.query_one<std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT debits, credits, debits_pending, credits_pending FROM ledger_balances "
      "WHERE tenant = $1 AND account = $2 AND currency = $3",
      account.tenant, account_text(account), account.currency.text());
  if (!row) return std::unexpected(row.error());
  if (!*row) return {};
  const auto& [debits, credits, debits_pending, credits_pending] = **row;
  ledger.balances[account] = {debits, credits, debits_pending, credits_pending};
  return {};
}

Result<void> write_balance(Transaction& transaction, const Account& account,
                           const Balance& balance) {
  const auto done = transaction.execute(
      "INSERT INTO ledger_balances (tenant, account, currency, debits, credits, debits_pending, "
      "credits_pending) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "ON CONFLICT (tenant, account, currency) DO UPDATE SET debits = excluded.debits, "
      "credits = excluded.credits, debits_pending = excluded.debits_pending, "
      "credits_pending = excluded.credits_pending",
      account.tenant, account_text(account), account.currency.text(), balance.debits,
      balance.credits, balance.debits_pending, balance.credits_pending);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> write_pending(Transaction& transaction, const TenantId& tenant, const std::string& key,
                           const commerce::Pending& pending) {
  const auto done = transaction.execute(
      "INSERT INTO ledger_pendings (transfer_key, tenant, body) VALUES ($1, $2, $3) "
      "ON CONFLICT (transfer_key) DO UPDATE SET body = excluded.body",
      key, tenant, records::to_text(pending));
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> write_transfer(Transaction& transaction, const commerce::Transfer& transfer) {
  const auto payment = transfer.payment.empty() ? std::optional<PaymentId>() : transfer.payment;
  const auto done = transaction.execute(
      "INSERT INTO ledger_transfers (transfer_key, id, tenant, at, payment, body) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      transfer.key, transfer.id, transfer.debit.tenant, transfer.at, payment,
      records::to_text(transfer));
  return done ? note_entries(transaction, transfer) : std::unexpected(done.error());
}

}  // namespace

Result<void> note_entries(Transaction& transaction, const commerce::Transfer& transfer) {
  for (const Account* account : {&transfer.debit, &transfer.credit}) {
    const auto done = transaction.execute(
        "INSERT INTO ledger_entries (transfer_key, account, tenant, at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO NOTHING",
        transfer.key, account_text(*account), account->tenant, transfer.at);
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

Result<std::vector<commerce::Transfer>> list_transfers(
    Transaction& transaction, const TenantId& tenant, const TransferFilter& filter,
    const std::optional<std::string>& starting_after, std::int64_t limit) {
  Condition condition;
  std::string from = "ledger_transfers AS t";
  std::string_view by = "t";
  if (filter.account) {
    by = "e";
    from = "ledger_entries AS e JOIN ledger_transfers AS t ON t.transfer_key = e.transfer_key";
    condition.add("e.account = {}", *filter.account);
  }
  condition.add(fmt::format("{}.tenant = {{}}", by), tenant);
  condition.add_if(fmt::format("{}.at >= {{}}", by), filter.from);
  condition.add_if(fmt::format("{}.at < {{}}", by), filter.to);
  std::string payments;
  for (const PaymentId& payment : filter.payments) {
    payments += (payments.empty() ? "" : ", ") + condition.place(payment);
  }
  if (!payments.empty()) condition.add("t.payment IN (" + payments + ")");
  if (starting_after) {
    const auto last = transaction.query_one<Instant, std::string>(
        "SELECT at, transfer_key FROM ledger_transfers WHERE id = $1 AND tenant = $2",
        *starting_after, tenant);
    if (!last) return std::unexpected(last.error());
    if (*last) {
      condition.add(fmt::format("({0}.at, {0}.transfer_key) < ({{}}, {{}})", by),
                    std::get<0>(**last), std::get<1>(**last));
    }
  }
  const std::string limited = condition.place(limit);
  const auto rows = transaction.query_values<std::string>(
      fmt::format("SELECT t.body FROM {} WHERE {} ORDER BY {}.at DESC, {}.transfer_key DESC "
                  "LIMIT {}",
                  from, condition.sql(), by, by, limited),
      condition.values());
  if (!rows) return std::unexpected(rows.error());
  std::vector<commerce::Transfer> transfers;
  for (const auto& [body] : *rows) {
    auto transfer = records::parse<commerce::Transfer>(body);
    if (!transfer) return std::unexpected(transfer.error());
    transfers.push_back(*std::move(transfer));
  }
  return transfers;
}

Result<std::optional<commerce::Transfer>> find_transfer(Transaction& transaction,
                                                        const TenantId& tenant,
                                                        std::string_view key) {
  const auto body = transaction.query_one<std::string>(
      "SELECT body FROM ledger_transfers WHERE transfer_key = $1 AND tenant = $2", key, tenant);
  if (!body) return std::unexpected(body.error());
  if (!*body) return std::optional<commerce::Transfer>();
  auto transfer = records::parse<commerce::Transfer>(std::get<0>(**body));
  if (!transfer) return std::unexpected(transfer.error());
  return std::optional(*std::move(transfer));
}

Result<void> post(Transaction& transaction, const commerce::Posting& posting) {
  Ledger ledger;
  Result<void> done = read_posting(transaction, posting.key, ledger);
  const commerce::LedgerNeeds needs = commerce::needs_of(posting);
  for (const std::string& key : needs.pendings) {
    if (done) done = read_pending(transaction, key, ledger);
  }
  for (const Account& account : needs.accounts) {
    if (done) done = read_balance(transaction, account, ledger);
  }
  if (!done) return done;
  const auto transfers = commerce::post(ledger, posting);
  if (!transfers) return std::unexpected(transfers.error());
  if (transfers->empty()) return {};
  const auto noted = transaction.execute(
      "INSERT INTO ledger_postings (posting_key, tenant, body) VALUES ($1, $2, $3)", posting.key,
      posting.tenant, records::to_text(posting));
  if (!noted) return std::unexpected(noted.error());
  for (const commerce::Transfer& transfer : *transfers) {
    if (done) done = write_transfer(transaction, transfer);
  }
  for (const auto& [key, pending] : ledger.pendings) {
    if (done) done = write_pending(transaction, posting.tenant, key, pending);
  }
  for (const auto& [account, balance] : ledger.balances) {
    if (done) done = write_balance(transaction, account, balance);
  }
  return done;
}

Result<std::vector<AccountBalance>> balances_of(Transaction& transaction, const TenantId& tenant) {
  const auto rows =
      transaction
          .query<std::string, std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
              "SELECT account, currency, debits, credits, debits_pending, credits_pending "
              "FROM ledger_balances WHERE tenant = $1 ORDER BY currency, account",
              tenant);
  if (!rows) return std::unexpected(rows.error());
  std::vector<AccountBalance> balances;
  for (const auto& [kind, currency, debits, credits, debits_pending, credits_pending] : *rows) {
    AccountBalance one;
    for (std::size_t i = 0; i < commerce::kAccountKindCount; ++i) {
      const auto candidate = static_cast<commerce::AccountKind>(i);
      if (name_of(candidate) == kind) one.account.kind = candidate;
    }
    one.account.tenant = tenant;
    one.account.currency = Currency::parse(currency).value_or(Currency{});
    one.balance = {debits, credits, debits_pending, credits_pending};
    balances.push_back(one);
  }
  return balances;
}

Result<std::vector<commerce::Transfer>> transfers_of(Transaction& transaction,
                                                     const PaymentId& payment) {
  const auto rows = transaction.query<std::string>(
      "SELECT body FROM ledger_transfers WHERE payment = $1 ORDER BY at, transfer_key", payment);
  if (!rows) return std::unexpected(rows.error());
  std::vector<commerce::Transfer> transfers;
  for (const auto& [body] : *rows) {
    auto transfer = records::parse<commerce::Transfer>(body);
    if (!transfer) return std::unexpected(transfer.error());
    transfers.push_back(*std::move(transfer));
  }
  return transfers;
}

Result<LedgerCheck> check_ledger(Transaction& transaction) {
  const auto unbalanced = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM (SELECT currency FROM ledger_balances GROUP BY tenant, currency "
      "HAVING SUM(debits) <> SUM(credits) OR SUM(debits_pending) <> SUM(credits_pending)) AS off");
  if (!unbalanced) return std::unexpected(unbalanced.error());
  const auto unmatched = transaction.query_one<std::optional<std::int64_t>>(
      "SELECT CAST(SUM(debits - credits) AS BIGINT) FROM ledger_balances "
      "WHERE account = 'shopper_receivable'");
  if (!unmatched) return std::unexpected(unmatched.error());
  return LedgerCheck{std::get<0>(unbalanced->value()), std::get<0>(unmatched->value()).value_or(0)};
}

}  // namespace tally::core
