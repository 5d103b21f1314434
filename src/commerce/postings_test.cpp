#include "commerce/postings.hpp"

#include <gmock/gmock.h>

#include <random>

#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using enum AccountKind;

const RefundId kRefund = id_of<RefundId>(1);

PaymentContext context(PaymentPurpose purpose = PaymentPurpose::kSale, std::uint8_t payment = 1) {
  return {id_of<PaymentId>(payment), purpose, id_of<TenantId>(1), id_of<SessionId>(1), kStart};
}

struct Books {
  Ledger ledger;

  void write(const Posting& posting) {
    const auto transfers = post(ledger, posting);
    ASSERT_TRUE(transfers) << transfers.error().message;
    ASSERT_TRUE(is_balanced(ledger));
  }
  std::int64_t net(AccountKind kind) const {
    return balance_of(ledger, {kind, id_of<TenantId>(1), euros(0).currency}).net();
  }
};

TEST(Postings, ASaleIsRevenueAndTaxAndItsCaptureSettlesTheShopper) {
  Books books;
  books.write(hold_posting(context(), euros(1000)));
  books.write(sale_posting(context(), gross(700, 112)));
  EXPECT_EQ(books.net(kShopperReceivable), 700);
  books.write(capture_posting(context(), euros(700)));
  EXPECT_EQ(books.net(kShopperReceivable), 0);
  EXPECT_EQ(books.net(kProviderClearing), 700);
  EXPECT_EQ(books.net(kSalesRevenue), -588);
  EXPECT_EQ(books.net(kTaxPayable), -112);
  EXPECT_EQ(open_pending_minor(books.ledger, id_of<PaymentId>(1)), 0);
}

TEST(Postings, ASaleWithoutTaxOrOfTaxAloneHasOneLeg) {
  EXPECT_EQ(sale_posting(context(), gross(700)).legs.size(), 1U);
  EXPECT_EQ(sale_posting(context(), gross(7, 7)).legs.at(0).credit, kTaxPayable);
}

TEST(Postings, AReleasedHoldLeavesNothing) {
  Books books;
  books.write(hold_posting(context(), euros(1000)));
  books.write(release_posting(context(), euros(1000)));
  for (const auto& [account, balance] : books.ledger.balances) EXPECT_EQ(balance, Balance{});
}

TEST(Postings, ARefundGivesBackItsTaxToo) {
  Books books;
  books.write(hold_posting(context(), euros(1000)));
  books.write(sale_posting(context(), gross(700, 112)));
  books.write(capture_posting(context(), euros(700)));
  books.write(refund_posting(context(), kRefund, gross(350, 56)));
  EXPECT_EQ(books.net(kTaxPayable), -112);  // Pending only.
  books.write(refund_done_posting(context(), kRefund, gross(350, 56)));
  EXPECT_EQ(books.net(kProviderClearing), 350);
  EXPECT_EQ(books.net(kRefundsGiven), 294);
  EXPECT_EQ(books.net(kTaxPayable), -56);

  books.write(refund_returned_posting(context(), kRefund, gross(350, 56)));
  EXPECT_EQ(books.net(kProviderClearing), 700);
  EXPECT_EQ(books.net(kRefundsGiven), 0);
  EXPECT_EQ(books.net(kTaxPayable), -112);
}

TEST(Postings, ARefusedRefundLeavesNothingPending) {
  Books books;
  books.write(refund_posting(context(), kRefund, gross(350, 56)));
  books.write(refund_refused_posting(context(), kRefund, gross(350, 56)));
  EXPECT_EQ(open_pending_minor(books.ledger, id_of<PaymentId>(1)), 0);
  EXPECT_EQ(books.net(kProviderClearing), 0);
}

TEST(Postings, ADebtMovesFromTheShopperAndIsPaidByAnotherPayment) {
  Books books;
  books.write(sale_posting(context(), gross(700, 112)));
  books.write(debt_posting(context(), euros(700)));
  EXPECT_EQ(books.net(kShopperReceivable), 0);
  EXPECT_EQ(books.net(kDebtReceivable), 700);
  const PaymentContext paying = context(PaymentPurpose::kDebt, 2);
  books.write(hold_posting(paying, euros(800)));
  books.write(capture_posting(paying, euros(800)));
  books.write(refund_posting(paying, kRefund, gross(100)));
  books.write(refund_done_posting(paying, kRefund, gross(100)));
  EXPECT_EQ(books.net(kDebtReceivable), 0);
  EXPECT_EQ(books.net(kProviderClearing), 700);
}

TEST(Postings, ADebtCanBeWrittenOffOrCorrected) {
  Books books;
  books.write(sale_posting(context(), gross(700, 112)));
  books.write(debt_posting(context(), euros(700)));
  books.write(correction_posting(context(), "correction", gross(350, 56)));
  books.write(write_off_posting(context(), "gone", euros(350)));
  EXPECT_EQ(books.net(kDebtReceivable), 0);
  EXPECT_EQ(books.net(kRefundsGiven), 294);
  EXPECT_EQ(books.net(kTaxPayable), -56);
  EXPECT_EQ(books.net(kDebtWrittenOff), 350);
}

TEST(TaxShare, IsInProportionRoundedHalfUp) {
  EXPECT_EQ(tax_share(gross(1000, 190), 500), 95);
  EXPECT_EQ(tax_share(gross(1000, 5), 100), 1);
  EXPECT_EQ(tax_share(gross(1000, 4), 100), 0);
  EXPECT_EQ(tax_share(gross(1000, 190), 0), 0);
  EXPECT_EQ(tax_share(gross(0, 0), 5), 0);
  EXPECT_EQ(tax_share(gross(kMinorMax, kMinorMax), kMinorMax - 1), kMinorMax - 1);
}

TEST(TaxShare, SharesOfWhatIsLeftAddUpToTheWhole) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto amount = static_cast<std::int64_t>(1 + random() % 5'000);
    Gross left = gross(amount, static_cast<std::int64_t>(random() % (amount + 1)));
    while (left.amount.minor > 0) {
      const auto part = static_cast<std::int64_t>(1 + random() % left.amount.minor);
      const std::int64_t tax = tax_share(left, part);
      ASSERT_TRUE(0 <= tax && tax <= part);
      left = gross(left.amount.minor - part, left.tax_minor - tax);
      ASSERT_LE(left.tax_minor, left.amount.minor);
    }
    ASSERT_EQ(left.tax_minor, 0);
  }
}

}  // namespace
}  // namespace tally::commerce
