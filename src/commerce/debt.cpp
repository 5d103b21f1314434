#include "commerce/debt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ranges>
#include <utility>

#include "base/assert.hpp"

namespace tally::commerce {
namespace {

using Row = Transition<Standing, DebtEventKind>;
using enum Standing;

constexpr std::array kTable = std::to_array<Row>({
    {kClear, DebtEventKind::kMade, kLockedOut, ""},
    {kClear, DebtEventKind::kMade, kClear, "again"},
    {kLockedOut, DebtEventKind::kMade, kLockedOut, ""},
    {kLockedOut, DebtEventKind::kPaid, kClear, "all"},
    {kLockedOut, DebtEventKind::kPaid, kLockedOut, "in part"},
    {kClear, DebtEventKind::kPaid, kClear, "given back, or again"},
    {kLockedOut, DebtEventKind::kCorrected, kClear, "all"},
    {kLockedOut, DebtEventKind::kCorrected, kLockedOut, "in part"},
    {kClear, DebtEventKind::kCorrected, kClear, "given back, or again"},
    {kLockedOut, DebtEventKind::kWrittenOff, kClear, "all"},
    {kLockedOut, DebtEventKind::kWrittenOff, kLockedOut, "in part"},
    {kClear, DebtEventKind::kWrittenOff, kClear, "again"},
});

// One event on one shopper's debts.
class Stepper {
 public:
  explicit Stepper(const Debts& debts) : next_(debts) {}

  DebtStep take() && {
    const bool owes =
        std::ranges::any_of(next_.debts, [](const Debt& debt) { return left_minor(debt) > 0; });
    const Standing standing = owes ? kLockedOut : kClear;
    if (standing != next_.standing) {
      if (owes) {
        effects_.push_back(debt_effect::LockOut{next_.shopper});
      } else {
        effects_.push_back(debt_effect::LetIn{next_.shopper});
      }
    }
    next_.standing = standing;
    return {std::move(next_), std::move(effects_)};
  }

  Result<void> on(const debt_event::Made& event) {
    const DebtAct act{event.key, DebtEventKind::kMade, event.key, event.payment, event.gross};
    const Result<bool> fresh = note(act);
    if (!fresh) return std::unexpected(fresh.error());
    if (!*fresh) return {};
    if (next_.debts.size() >= kDebtsMax) {
      return wrong(CommerceError::kLimit, fmt::format("more than {} debts", kDebtsMax));
    }
    next_.debts.push_back({.key = event.key,
                           .payment = event.payment,
                           .session = event.session,
                           .made_at = event.at,
                           .currency = event.gross.amount.currency,
                           .amount_minor = event.gross.amount.minor,
                           .tax_minor = event.gross.tax_minor,
                           .paid = {}});
    return {};
  }

  Result<void> on(const debt_event::Paid& event) {
    const DebtAct act{event.key, DebtEventKind::kPaid, {}, event.payment, {event.amount, 0}};
    const Result<bool> fresh = note(act);
    if (!fresh) return std::unexpected(fresh.error());
    if (!*fresh) return {};
    std::int64_t rest = event.amount.minor;
    for (Debt& debt : next_.debts) {
      if (debt.currency != event.amount.currency) continue;
      const std::int64_t part = std::min(rest, left_minor(debt));
      if (part > 0) debt.paid.push_back({event.payment, part});
      rest -= part;
    }
    if (rest > 0) give_back(event.key, {event.payment, rest}, event.amount.currency);
    return {};
  }

  Result<void> on(const debt_event::Corrected& event) {
    const DebtAct act{event.key, DebtEventKind::kCorrected, event.debt, {}, event.gross};
    const Result<Debt*> found = note_on_debt(act);
    if (!found) return std::unexpected(found.error());
    if (*found == nullptr) return {};
    Debt& debt = **found;
    const Gross most = correctable(debt);
    if (event.gross.amount.minor > most.amount.minor || event.gross.tax_minor > most.tax_minor) {
      return wrong(CommerceError::kAmount,
                   fmt::format("{} of a debt of which {} can be corrected",
                               to_string(event.gross.amount), to_string(most.amount)));
    }
    const std::int64_t too_much = event.gross.amount.minor - left_minor(debt);
    debt.corrected_minor += event.gross.amount.minor;
    debt.corrected_tax_minor += event.gross.tax_minor;
    effects_.push_back(debt_effect::LedgerPost{
        correction_posting(context_of(debt, event.at), event.key, event.gross)});
    if (too_much > 0) take_back(event.key, debt, too_much);
    return {};
  }

  Result<void> on(const debt_event::WrittenOff& event) {
    const DebtAct act{event.key, DebtEventKind::kWrittenOff, event.debt, {}, {event.amount, 0}};
    const Result<Debt*> found = note_on_debt(act);
    if (!found) return std::unexpected(found.error());
    if (*found == nullptr) return {};
    Debt& debt = **found;
    if (event.amount.minor > left_minor(debt)) {
      return wrong(CommerceError::kAmount,
                   fmt::format("{} of a debt of which {} is left", to_string(event.amount),
                               to_string({left_minor(debt), debt.currency})));
    }
    debt.written_off_minor += event.amount.minor;
    effects_.push_back(debt_effect::LedgerPost{
        write_off_posting(context_of(debt, event.at), event.key, event.amount)});
    return {};
  }

 private:
  // Whether this has not happened before, and remembers it.
  Result<bool> note(const DebtAct& act) {
    const auto before = std::ranges::find(next_.acts, act.key, &DebtAct::key);
    if (before != next_.acts.end()) {
      if (*before == act) return false;
      return wrong(CommerceError::kDuplicate, act.key + " was something else before");
    }
    if (act.key.empty() || act.key.size() > kLedgerKeyLengthMax) {
      return wrong(CommerceError::kLimit, fmt::format("a key of {} characters; 1 to {} are allowed",
                                                      act.key.size(), kLedgerKeyLengthMax));
    }
    if (next_.acts.size() >= kDebtActsMax) {
      return wrong(CommerceError::kLimit, fmt::format("more than {} changes", kDebtActsMax));
    }
    const Money& amount = act.gross.amount;
    const bool tax_fits = 0 <= act.gross.tax_minor && act.gross.tax_minor <= amount.minor;
    if (amount.minor <= 0 || amount.minor > kMinorMax || !tax_fits) {
      return wrong(CommerceError::kAmount,
                   fmt::format("{}: {}, tax {}", act.key, to_string(amount), act.gross.tax_minor));
    }
    next_.acts.push_back(act);
    return true;
  }

  // The debt that a new act is on; null: it happened before.
  Result<Debt*> note_on_debt(const DebtAct& act) {
    const Result<bool> fresh = note(act);
    if (!fresh) return std::unexpected(fresh.error());
    if (!*fresh) return nullptr;
    const auto found = std::ranges::find(next_.debts, act.debt, &Debt::key);
    if (found == next_.debts.end()) {
      return wrong(CommerceError::kUnknown, fmt::format("there is no debt \"{}\"", act.debt));
    }
    if (found->currency != act.gross.amount.currency) {
      return wrong(
          CommerceError::kAmount,
          fmt::format("{} of a debt in {}", to_string(act.gross.amount), found->currency.text()));
    }
    return &*found;
  }

  // From the latest payment back; from each once, though it may have paid in several parts.
  void take_back(std::string_view key, Debt& debt, std::int64_t minor) {
    std::vector<DebtPart> backs;
    for (DebtPart& part : debt.paid | std::views::reverse) {
      const std::int64_t back = std::min(minor, part.minor);
      if (back == 0) break;
      part.minor -= back;
      minor -= back;
      const auto same = std::ranges::find(backs, part.payment, &DebtPart::payment);
      if (same == backs.end()) {
        backs.push_back({part.payment, back});
      } else {
        same->minor += back;
      }
    }
    TALLY_ASSERT(minor == 0);
    std::erase_if(debt.paid, [](const DebtPart& part) { return part.minor == 0; });
    for (const DebtPart& back : backs) give_back(key, back, debt.currency);
  }

  void give_back(std::string_view key, const DebtPart& part, const Currency& currency) {
    effects_.push_back(debt_effect::GiveBack{
        fmt::format("{}:back:{}", key, part.payment.text()), part.payment, {part.minor, currency}});
  }

  PaymentContext context_of(const Debt& debt, Instant at) const {
    return {debt.payment, PaymentPurpose::kSale, next_.tenant, debt.session, at};
  }

  std::unexpected<Error> wrong(CommerceError error, std::string_view what) const {
    return fail(error, fmt::format("debts of {}: {}", next_.shopper.text(), what));
  }

  Debts next_;
  std::vector<DebtEffect> effects_;
};

}  // namespace

std::span<const Row> standing_transitions() { return kTable; }

Result<DebtStep> step(const Debts& debts, const DebtEvent& event) {
  const auto kind = static_cast<DebtEventKind>(event.index());
  Stepper stepper(debts);
  const Result<void> done = std::visit([&](const auto& any) { return stepper.on(any); }, event);
  if (!done) return std::unexpected(done.error());
  DebtStep next = std::move(stepper).take();
  TALLY_ASSERT(has(standing_transitions(), debts.standing, kind, next.state.standing));
  return next;
}

RefundId refund_id_of(std::string_view key) { return RefundId::from_bits(bits_of(key)); }

std::int64_t paid_minor(const Debt& debt) {
  std::int64_t sum = 0;
  for (const DebtPart& part : debt.paid) sum += part.minor;
  return sum;
}

std::int64_t left_minor(const Debt& debt) {
  return debt.amount_minor - debt.corrected_minor - debt.written_off_minor - paid_minor(debt);
}

Money owed(const Debts& debts, const Currency& currency) {
  std::int64_t sum = 0;
  for (const Debt& debt : debts.debts) {
    if (debt.currency == currency) sum += left_minor(debt);
  }
  return {sum, currency};
}

Gross correctable(const Debt& debt) {
  return {{debt.amount_minor - debt.corrected_minor - debt.written_off_minor, debt.currency},
          debt.tax_minor - debt.corrected_tax_minor};
}

std::string_view name_of(DebtEventKind kind) {
  switch (kind) {
    case DebtEventKind::kMade:
      return "made";
    case DebtEventKind::kPaid:
      return "paid";
    case DebtEventKind::kCorrected:
      return "corrected";
    case DebtEventKind::kWrittenOff:
      return "written_off";
  }
  std::abort();
}

std::string_view name_of(Standing standing) {
  switch (standing) {
    case kClear:
      return "clear";
    case kLockedOut:
      return "locked_out";
  }
  std::abort();
}

}  // namespace tally::commerce
