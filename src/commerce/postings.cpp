#include "commerce/postings.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace tally::commerce {
namespace {

using enum AccountKind;

Posting posting_of(const PaymentContext& context, std::string key, TransferReason reason) {
  return {.key = std::move(key),
          .at = context.at,
          .tenant = context.tenant,
          .reason = reason,
          .session = context.session,
          .payment = context.payment,
          .legs = {}};
}

Leg leg_of(TransferPhase phase, AccountKind debit, AccountKind credit, const Money& amount,
           std::string pending = {}) {
  return {phase, debit, credit, amount, std::move(pending)};
}

AccountKind receivable_of(PaymentPurpose purpose) {
  return purpose == PaymentPurpose::kSale ? kShopperReceivable : kDebtReceivable;
}

// What a gross amount is made of, for the account that takes the part without tax.
struct Share {
  AccountKind account;
  Money amount;
};
std::vector<Share> shares_of(const Gross& gross, AccountKind without_tax) {
  std::vector<Share> shares;
  const Currency& currency = gross.amount.currency;
  const std::int64_t net = gross.amount.minor - gross.tax_minor;
  if (net != 0) shares.push_back({without_tax, {net, currency}});
  if (gross.tax_minor != 0) shares.push_back({kTaxPayable, {gross.tax_minor, currency}});
  return shares;
}

// A refund moves the same legs in each of its phases.
std::vector<Share> refund_shares(PaymentPurpose purpose, const Gross& gross) {
  if (purpose == PaymentPurpose::kDebt) return {{kDebtReceivable, gross.amount}};
  return shares_of(gross, kRefundsGiven);
}

Posting settled_refund(const PaymentContext& context, const RefundId& refund, const Gross& gross,
                       TransferPhase phase) {
  const std::string pending_key = refund_key(context.payment, refund);
  const bool done = phase == TransferPhase::kPost;
  Posting posting =
      posting_of(context, pending_key + (done ? ":done" : ":refused"), TransferReason::kRefund);
  for (const Share& share : refund_shares(context.purpose, gross)) {
    posting.legs.push_back(leg_of(phase, share.account, kProviderClearing, share.amount,
                                  leg_key(pending_key, posting.legs.size())));
  }
  return posting;
}

}  // namespace

std::string payment_key(const PaymentId& payment, std::string_view purpose) {
  return fmt::format("{}:{}", payment.text(), purpose);
}

std::string refund_key(const PaymentId& payment, const RefundId& refund) {
  return fmt::format("{}:refund:{}", payment.text(), refund.text());
}

Posting hold_posting(const PaymentContext& context, const Money& hold) {
  Posting posting =
      posting_of(context, payment_key(context.payment, "hold"), TransferReason::kHold);
  posting.legs = {
      leg_of(TransferPhase::kPending, kProviderClearing, receivable_of(context.purpose), hold)};
  return posting;
}

Posting sale_posting(const PaymentContext& context, const Gross& sale) {
  Posting posting =
      posting_of(context, payment_key(context.payment, "sale"), TransferReason::kSale);
  for (const Share& share : shares_of(sale, kSalesRevenue)) {
    posting.legs.push_back(
        leg_of(TransferPhase::kSingle, kShopperReceivable, share.account, share.amount));
  }
  return posting;
}

Posting capture_posting(const PaymentContext& context, const Money& captured) {
  Posting posting =
      posting_of(context, payment_key(context.payment, "capture"), TransferReason::kCapture);
  posting.legs = {leg_of(TransferPhase::kPost, kProviderClearing, receivable_of(context.purpose),
                         captured, leg_key(payment_key(context.payment, "hold"), 0))};
  return posting;
}

Posting release_posting(const PaymentContext& context, const Money& hold) {
  Posting posting =
      posting_of(context, payment_key(context.payment, "release"), TransferReason::kRelease);
  posting.legs = {leg_of(TransferPhase::kVoid, kProviderClearing, receivable_of(context.purpose),
                         hold, leg_key(payment_key(context.payment, "hold"), 0))};
  return posting;
}

Posting debt_posting(const PaymentContext& context, const Money& debt) {
  Posting posting =
      posting_of(context, payment_key(context.payment, "debt"), TransferReason::kDebt);
  posting.legs = {leg_of(TransferPhase::kSingle, kDebtReceivable, kShopperReceivable, debt)};
  return posting;
}

Posting refund_posting(const PaymentContext& context, const RefundId& refund, const Gross& gross) {
  Posting posting =
      posting_of(context, refund_key(context.payment, refund), TransferReason::kRefund);
  for (const Share& share : refund_shares(context.purpose, gross)) {
    posting.legs.push_back(
        leg_of(TransferPhase::kPending, share.account, kProviderClearing, share.amount));
  }
  return posting;
}

Posting refund_done_posting(const PaymentContext& context, const RefundId& refund,
                            const Gross& gross) {
  return settled_refund(context, refund, gross, TransferPhase::kPost);
}

Posting refund_refused_posting(const PaymentContext& context, const RefundId& refund,
                               const Gross& gross) {
  return settled_refund(context, refund, gross, TransferPhase::kVoid);
}

Posting refund_returned_posting(const PaymentContext& context, const RefundId& refund,
                                const Gross& gross) {
  Posting posting = posting_of(context, refund_key(context.payment, refund) + ":returned",
                               TransferReason::kRefundReturned);
  for (const Share& share : refund_shares(context.purpose, gross)) {
    posting.legs.push_back(
        leg_of(TransferPhase::kSingle, kProviderClearing, share.account, share.amount));
  }
  return posting;
}

Posting write_off_posting(const PaymentContext& context, std::string_view key,
                          const Money& amount) {
  Posting posting = posting_of(context, std::string(key), TransferReason::kDebtWrittenOff);
  posting.legs = {leg_of(TransferPhase::kSingle, kDebtWrittenOff, kDebtReceivable, amount)};
  return posting;
}

Posting correction_posting(const PaymentContext& context, std::string_view key,
                           const Gross& gross) {
  Posting posting = posting_of(context, std::string(key), TransferReason::kDebtCorrected);
  for (const Share& share : shares_of(gross, kRefundsGiven)) {
    posting.legs.push_back(
        leg_of(TransferPhase::kSingle, share.account, kDebtReceivable, share.amount));
  }
  return posting;
}

Posting payout_posting(const TenantId& tenant, std::string_view reference, const Money& amount,
                       Instant at) {
  Posting posting;
  posting.key = fmt::format("payout:{}:{}", tenant.text(), reference);
  posting.at = at;
  posting.tenant = tenant;
  posting.reason = TransferReason::kPayout;
  posting.legs.push_back(leg_of(TransferPhase::kSingle, kBank, kProviderClearing, amount));
  return posting;
}

std::string_view payout_reference(std::string_view key) {
  const std::size_t first = key.find(':');
  const std::size_t second = first == key.npos ? key.npos : key.find(':', first + 1);
  return second == key.npos ? key : key.substr(second + 1);
}

std::int64_t tax_share(const Gross& left, std::int64_t part_minor) {
  if (part_minor <= 0) return 0;
  if (part_minor >= left.amount.minor) return left.tax_minor;
  __extension__ using Wide = __int128;  // kMinorMax squared has 100 bits.
  const Wide whole = left.amount.minor;
  return static_cast<std::int64_t>((Wide{left.tax_minor} * part_minor * 2 + whole) / (whole * 2));
}

std::string_view name_of(PaymentPurpose purpose) {
  switch (purpose) {
    case PaymentPurpose::kSale:
      return "sale";
    case PaymentPurpose::kDebt:
      return "debt";
  }
  std::abort();
}

}  // namespace tally::commerce
