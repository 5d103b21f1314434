// Postings: what happened to a payment or a debt, as transfers of the ledger.
//
//   hold      pending: provider_clearing <- shopper_receivable (a debt's payment: debt_receivable)
//   sale      shopper_receivable <- sales_revenue (without tax), tax_payable (the tax in it)
//   capture   posts the hold, whole or in part; release voids it
//   debt      debt_receivable <- shopper_receivable: what was sold and could not be captured
//   refund    pending, then posted or voided: refunds_given, tax_payable <- provider_clearing
//             (of a debt's payment: debt_receivable <- provider_clearing)
//
// The debited account stands on the left, the credited on the right. Each posting has one key, made
// of the payment's id and the purpose, so that writing twice is writing once.
// So shopper_receivable of a payment is back at zero when it has ended, and provider_clearing is
// what the provider says it has for us. Prices include tax: amounts here are gross, with the tax
// that is in them, 0 <= tax <= gross.
//
// Thread-safety: pure functions. No errors: what is wrong with an amount, post() says.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/ledger.hpp"

namespace tally::commerce {

enum class PaymentPurpose : std::uint8_t {
  kSale,  // Of one session.
  kDebt,  // A shopper pays what they owe.
};
inline constexpr std::size_t kPaymentPurposeCount = 2;
[[nodiscard]] std::string_view name_of(PaymentPurpose purpose);

// Whose and when: what every posting of a payment says.
struct PaymentContext {
  PaymentId payment;
  PaymentPurpose purpose = PaymentPurpose::kSale;
  TenantId tenant;
  SessionId session;
  Instant at;
};

// An amount and the tax in it.
struct Gross {
  Money amount;
  std::int64_t tax_minor = 0;

  friend bool operator==(const Gross&, const Gross&) = default;
};

// "pay_…:capture": the key of a purpose, for the ledger and for providers alike.
[[nodiscard]] std::string payment_key(const PaymentId& payment, std::string_view purpose);
[[nodiscard]] std::string refund_key(const PaymentId& payment, const RefundId& refund);

[[nodiscard]] Posting hold_posting(const PaymentContext& context, const Money& hold);
[[nodiscard]] Posting sale_posting(const PaymentContext& context, const Gross& sale);
[[nodiscard]] Posting capture_posting(const PaymentContext& context, const Money& captured);
[[nodiscard]] Posting release_posting(const PaymentContext& context, const Money& hold);
[[nodiscard]] Posting debt_posting(const PaymentContext& context, const Money& debt);

[[nodiscard]] Posting refund_posting(const PaymentContext& context, const RefundId& refund,
                                     const Gross& gross);
[[nodiscard]] Posting refund_done_posting(const PaymentContext& context, const RefundId& refund,
                                          const Gross& gross);
[[nodiscard]] Posting refund_refused_posting(const PaymentContext& context, const RefundId& refund,
                                             const Gross& gross);
// Undoes a refund that was done.
[[nodiscard]] Posting refund_returned_posting(const PaymentContext& context, const RefundId& refund,
                                              const Gross& gross);

// A debt that is not going to be paid: given up, or (part of) the sale was wrong. `key` is the
// caller's, one for each act; `context.payment` is the payment that left the debt.
[[nodiscard]] Posting write_off_posting(const PaymentContext& context, std::string_view key,
                                        const Money& amount);
[[nodiscard]] Posting correction_posting(const PaymentContext& context, std::string_view key,
                                         const Gross& gross);

// What a provider has paid out to the operator's bank, by the provider's or bank's reference, which
// is said once: "payout:<tenant>:<reference>" is its key.
[[nodiscard]] Posting payout_posting(const TenantId& tenant, std::string_view reference,
                                     const Money& amount, Instant at);
// The reference in the key of a payout's posting.
[[nodiscard]] std::string_view payout_reference(std::string_view key);

// The tax in `part` of a gross amount: in proportion, rounded half up, and all that is left of it
// when part is all that is left or more. Give it what is left, and shares add up to the whole.
[[nodiscard]] std::int64_t tax_share(const Gross& left, std::int64_t part_minor);

}  // namespace tally::commerce
