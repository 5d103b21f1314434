#include "commerce/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"

namespace tally::commerce {
namespace {

unsigned hex_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

bool same_content(const Posting& a, const Posting& b) {
  return a.tenant == b.tenant && a.reason == b.reason && a.session == b.session &&
         a.payment == b.payment && a.legs == b.legs;
}

bool settles_pending(TransferPhase phase) {
  return phase == TransferPhase::kPost || phase == TransferPhase::kVoid;
}

Account account_of(const Posting& posting, AccountKind kind, const Leg& leg) {
  return {kind, posting.tenant, leg.amount.currency};
}

Result<void> check_shape(const Posting& posting) {
  if (posting.key.empty() || posting.key.size() > kLedgerKeyLengthMax) {
    return fail(CommerceError::kLimit, fmt::format("ledger: a key of {} characters; 1 to {} are "
                                                   "allowed",
                                                   posting.key.size(), kLedgerKeyLengthMax));
  }
  if (posting.tenant.empty()) {
    return fail(CommerceError::kInvalid, fmt::format("ledger: {} has no tenant", posting.key));
  }
  if (posting.legs.empty() || posting.legs.size() > kPostingLegsMax) {
    return fail(CommerceError::kLimit,
                fmt::format("ledger: {} has {} legs; 1 to {} are allowed", posting.key,
                            posting.legs.size(), kPostingLegsMax));
  }
  return {};
}

// One leg at a time, on the slice of the ledger that the posting touches.
class Writer {
 public:
  Writer(const Ledger& ledger, const Posting& posting) : posting_(posting) {
    const LedgerNeeds needs = needs_of(posting);
    for (const std::string& key : needs.pendings) {
      const auto found = ledger.pendings.find(key);
      if (found != ledger.pendings.end()) slice_.pendings.insert(*found);
    }
    for (const Account& account : needs.accounts) {
      slice_.balances[account] = balance_of(ledger, account);
    }
  }

  Result<void> write(std::size_t number) {
    const Leg& leg = posting_.legs[number];
    const std::string key = leg_key(posting_.key, number);
    if (leg.amount.minor <= 0 || leg.amount.minor > kMinorMax) {
      return fail(CommerceError::kAmount,
                  fmt::format("ledger: {} moves {}: more than nothing, and at most {}", key,
                              to_string(leg.amount), kMinorMax));
    }
    if (leg.amount.currency == Currency{}) {
      return fail(CommerceError::kInvalid, fmt::format("ledger: {} has no currency", key));
    }
    if (leg.debit == leg.credit) {
      return fail(CommerceError::kInvalid,
                  fmt::format("ledger: {} moves from {} to itself", key, name_of(leg.debit)));
    }
    if (settles_pending(leg.phase)) {
      if (auto settled = settle_pending(leg, key); !settled) return settled;
    } else if (!leg.pending.empty()) {
      return fail(
          CommerceError::kInvalid,
          fmt::format("ledger: {} is {} and names a pending transfer", key, name_of(leg.phase)));
    }
    if (auto booked = book(leg, key); !booked) return booked;
    transfers_.push_back(transfer_of(leg, key));
    return {};
  }

  std::vector<Transfer> commit(Ledger& ledger) && {
    for (auto& [account, balance] : slice_.balances) ledger.balances[account] = balance;
    for (auto& [key, pending] : slice_.pendings) ledger.pendings[key] = std::move(pending);
    ledger.postings.emplace(posting_.key, posting_);
    return std::move(transfers_);
  }

 private:
  Account debit_of(const Leg& leg) const { return account_of(posting_, leg.debit, leg); }
  Account credit_of(const Leg& leg) const { return account_of(posting_, leg.credit, leg); }

  Result<void> settle_pending(const Leg& leg, std::string_view key) {
    const auto found = slice_.pendings.find(leg.pending);
    if (found == slice_.pendings.end()) {
      return fail(CommerceError::kUnknown,
                  fmt::format("ledger: {}: there is no pending transfer \"{}\"", key, leg.pending));
    }
    Pending& pending = found->second;
    if (pending.debit != debit_of(leg) || pending.credit != credit_of(leg)) {
      return fail(CommerceError::kInvalid,
                  fmt::format("ledger: {}: {} is between other accounts", key, leg.pending));
    }
    if (pending.state != PendingState::kOpen) {
      return fail(CommerceError::kTransition, fmt::format("ledger: {}: {} is {} already", key,
                                                          leg.pending, name_of(pending.state)));
    }
    const std::int64_t held = pending.amount.minor;
    const bool whole = leg.amount.minor == held;
    if (leg.amount.minor > held || (leg.phase == TransferPhase::kVoid && !whole)) {
      return fail(CommerceError::kAmount,
                  fmt::format("ledger: {}: {} of {}, of which {} is pending", key,
                              to_string(leg.amount), leg.pending, to_string(pending.amount)));
    }
    pending.state =
        leg.phase == TransferPhase::kPost ? PendingState::kPosted : PendingState::kVoided;
    Balance& debit = slice_.balances[pending.debit];
    Balance& credit = slice_.balances[pending.credit];
    TALLY_ASSERT(debit.debits_pending >= held && credit.credits_pending >= held);
    debit.debits_pending -= held;
    credit.credits_pending -= held;
    return {};
  }

  Result<void> book(const Leg& leg, const std::string& key) {
    if (leg.phase == TransferPhase::kVoid) return {};
    Balance& debit = slice_.balances[debit_of(leg)];
    Balance& credit = slice_.balances[credit_of(leg)];
    const bool pending = leg.phase == TransferPhase::kPending;
    std::int64_t& debits = pending ? debit.debits_pending : debit.debits;
    std::int64_t& credits = pending ? credit.credits_pending : credit.credits;
    debits += leg.amount.minor;
    credits += leg.amount.minor;
    if (!within_limits(debits) || !within_limits(credits)) {
      return fail(CommerceError::kLimit,
                  fmt::format("ledger: {}: an account would pass {}", key, kMinorMax));
    }
    if (pending) {
      slice_.pendings[key] = {PendingState::kOpen, debit_of(leg),    credit_of(leg),
                              leg.amount,          posting_.session, posting_.payment};
    }
    return {};
  }

  Transfer transfer_of(const Leg& leg, const std::string& key) const {
    return {TransferId::from_bits(bits_of(key)),
            key,
            posting_.at,
            leg.phase,
            debit_of(leg),
            credit_of(leg),
            leg.amount,
            leg.pending,
            posting_.reason,
            posting_.session,
            posting_.payment};
  }

  const Posting& posting_;
  Ledger slice_;
  std::vector<Transfer> transfers_;
};

}  // namespace

IdBits bits_of(std::string_view key) {
  const std::string digest = sha256_hex(key);
  IdBits bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) {
    bits[i] =
        static_cast<std::uint8_t>(hex_value(digest[2 * i]) * 16 + hex_value(digest[2 * i + 1]));
  }
  return bits;
}

std::string leg_key(std::string_view posting_key, std::size_t number) {
  return fmt::format("{}/{}", posting_key, number);
}

Result<std::vector<Transfer>> post(Ledger& ledger, const Posting& posting) {
  const auto same_key = ledger.postings.find(posting.key);
  if (same_key != ledger.postings.end()) {
    if (same_content(same_key->second, posting)) return {};
    return fail(CommerceError::kDuplicate,
                fmt::format("ledger: {} was written before with other content", posting.key));
  }
  if (auto shape = check_shape(posting); !shape) return std::unexpected(shape.error());
  Writer writer(ledger, posting);
  for (std::size_t number = 0; number < posting.legs.size(); ++number) {
    if (auto written = writer.write(number); !written) return std::unexpected(written.error());
  }
  return std::move(writer).commit(ledger);
}

Balance balance_of(const Ledger& ledger, const Account& account) {
  const auto found = ledger.balances.find(account);
  return found == ledger.balances.end() ? Balance{} : found->second;
}

LedgerNeeds needs_of(const Posting& posting) {
  LedgerNeeds needs;
  for (const Leg& leg : posting.legs) {
    if (settles_pending(leg.phase)) needs.pendings.push_back(leg.pending);
    needs.accounts.push_back(account_of(posting, leg.debit, leg));
    needs.accounts.push_back(account_of(posting, leg.credit, leg));
  }
  std::ranges::sort(needs.accounts);
  const auto rest = std::ranges::unique(needs.accounts);
  needs.accounts.erase(rest.begin(), rest.end());
  return needs;
}

std::int64_t open_pending_minor(const Ledger& ledger, const PaymentId& payment) {
  std::int64_t sum = 0;
  for (const auto& [key, pending] : ledger.pendings) {
    if (pending.payment == payment && pending.state == PendingState::kOpen) {
      sum += pending.amount.minor;
    }
  }
  return sum;
}

std::map<Currency, Balance> totals_of(const Ledger& ledger) {
  std::map<Currency, Balance> totals;
  for (const auto& [account, balance] : ledger.balances) {
    Balance& total = totals[account.currency];
    total.debits += balance.debits;
    total.credits += balance.credits;
    total.debits_pending += balance.debits_pending;
    total.credits_pending += balance.credits_pending;
  }
  return totals;
}

bool is_balanced(const Ledger& ledger) {
  return std::ranges::all_of(totals_of(ledger), [](const auto& entry) {
    const Balance& total = entry.second;
    return total.debits == total.credits && total.debits_pending == total.credits_pending;
  });
}

std::string_view name_of(AccountKind kind) {
  switch (kind) {
    case AccountKind::kShopperReceivable:
      return "shopper_receivable";
    case AccountKind::kDebtReceivable:
      return "debt_receivable";
    case AccountKind::kProviderClearing:
      return "provider_clearing";
    case AccountKind::kSalesRevenue:
      return "sales_revenue";
    case AccountKind::kTaxPayable:
      return "tax_payable";
    case AccountKind::kRefundsGiven:
      return "refunds_given";
    case AccountKind::kDebtWrittenOff:
      return "debt_written_off";
    case AccountKind::kBank:
      return "bank";
  }
  std::abort();
}

std::string_view name_of(TransferReason reason) {
  switch (reason) {
    case TransferReason::kHold:
      return "hold";
    case TransferReason::kSale:
      return "sale";
    case TransferReason::kCapture:
      return "capture";
    case TransferReason::kRelease:
      return "release";
    case TransferReason::kDebt:
      return "debt";
    case TransferReason::kRefund:
      return "refund";
    case TransferReason::kRefundReturned:
      return "refund_returned";
    case TransferReason::kDebtCorrected:
      return "debt_corrected";
    case TransferReason::kDebtWrittenOff:
      return "debt_written_off";
    case TransferReason::kPayout:
      return "payout";
  }
  std::abort();
}

std::string_view name_of(TransferPhase phase) {
  switch (phase) {
    case TransferPhase::kSingle:
      return "single";
    case TransferPhase::kPending:
      return "pending";
    case TransferPhase::kPost:
      return "post";
    case TransferPhase::kVoid:
      return "void";
  }
  std::abort();
}

std::string_view name_of(PendingState state) {
  switch (state) {
    case PendingState::kOpen:
      return "open";
    case PendingState::kPosted:
      return "posted";
    case PendingState::kVoided:
      return "voided";
  }
  std::abort();
}

}  // namespace tally::commerce
