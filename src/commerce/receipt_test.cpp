#include "commerce/receipt.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace testing;  // NOLINT: the shop of the tests.

Offers offers(const Market& of = market()) { return offers_of(products(), of, at(0)); }

Result<Receipt> receipt_of(std::vector<NetCount> counts, const Offers& of = offers()) {
  return make_receipt(
      {id<ReceiptId>(1), id<SessionId>(1), kCabinet, at(50), at(52), std::move(counts)}, of);
}

Correction decided(std::vector<NetCount> counts, std::uint32_t dispute = 1) {
  return {at(100), id<DisputeId>(dispute), {}, "The clip shows one.", std::move(counts)};
}

TEST(Receipt, HasALineWithTaxForEachProductTaken) {
  const Receipt receipt = receipt_of({{"cola", 3, {"a.mp4", "b.mp4"}}, {"bar", 1, {}}}).value();
  ASSERT_THAT(receipt.lines, SizeIs(2));
  const ReceiptLine& cola = receipt.lines[0];
  EXPECT_EQ(cola.product, kCola);
  EXPECT_EQ(cola.sku, "cola");
  EXPECT_EQ(cola.name, "Cola 0.33 l");
  EXPECT_EQ(cola.quantity, 3);
  EXPECT_EQ(cola.unit.amount, euros(199));
  EXPECT_EQ(cola.unit.tax_rate_bp, 1900);
  EXPECT_EQ(cola.amount, (TaxedAmount{euros(502), euros(95), euros(597)}));  // 95.32
  EXPECT_THAT(cola.evidence, ElementsAre("a.mp4", "b.mp4"));
  EXPECT_EQ(receipt.total, (TaxedAmount{euros(652), euros(95), euros(747)}));
  EXPECT_THAT(receipt.taxes, ElementsAre(TaxTotal{0, {euros(150), euros(0), euros(150)}},
                                         TaxTotal{1900, {euros(502), euros(95), euros(597)}}));
  EXPECT_EQ(receipt.version, 1);
  EXPECT_EQ(receipt.market, kMarket);
  EXPECT_EQ(receipt.closed_at, at(50));
  EXPECT_EQ(receipt.at, at(52));
  EXPECT_TRUE(check(receipt));
}

TEST(Receipt, AddsTaxOnTopWhereTheMarketSaysSo) {
  const Offers dollars = offers(market_with_tax_on_top());
  const Receipt receipt = receipt_of({{"cola", 3, {}}}, dollars).value();
  const auto usd = [](std::int64_t minor) { return Money{minor, currency("USD")}; };
  EXPECT_EQ(receipt.total, (TaxedAmount{usd(597), usd(113), usd(710)}));  // 113.43
  EXPECT_FALSE(receipt.price_includes_tax);
  EXPECT_TRUE(check(receipt));
}

TEST(Receipt, PaysNothingForWhatWasBrought) {
  const Receipt receipt = receipt_of({{"cola", 1, {}}, {"water", -2, {"c.mp4"}}}).value();
  EXPECT_EQ(receipt.total.gross, euros(199));
  ASSERT_THAT(receipt.brought, SizeIs(1));
  EXPECT_EQ(receipt.brought[0].product, kWater);
  EXPECT_EQ(receipt.brought[0].quantity, 2);
  EXPECT_THAT(receipt.brought[0].evidence, ElementsAre("c.mp4"));
  EXPECT_EQ(net_count(receipt, "water"), -2);
  EXPECT_EQ(net_count(receipt, "cola"), 1);
  EXPECT_EQ(net_count(receipt, "bar"), 0);
  const Receipt brought_only = receipt_of({{"soup", -1, {}}}).value();  // No price needed.
  EXPECT_EQ(brought_only.total.gross, euros(0));
}

TEST(Receipt, DoesNotMentionWhatWasPutBackInFull) {
  const Receipt receipt = receipt_of({{"cola", 0, {}}, {"whatever", 0, {}}}).value();
  EXPECT_THAT(receipt.lines, IsEmpty());
  EXPECT_THAT(receipt.brought, IsEmpty());
  EXPECT_EQ(receipt.total.gross, euros(0));
  EXPECT_TRUE(check(receipt));
}

TEST(Receipt, NamesEverySkuThatIsUnknownOrHasNoPrice) {
  const auto wrong =
      receipt_of({{"cola", 1, {}}, {"soup", 1, {}}, {"beer", 2, {}}, {"gin", -1, {}}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code.name, "commerce.unknown");
  EXPECT_THAT(wrong.error().message,
              HasSubstr("\"soup\" has no price, \"beer\" is no product, \"gin\" is no product"));
  EXPECT_THAT(wrong.error().message, Not(HasSubstr("cola")));
}

TEST(Receipt, KeepsThePricesOfTheSessionsBeginning) {
  const Offers at_the_beginning = offers();
  Market later = market();
  later.prices.at(kCola).amount = euros(999);
  EXPECT_EQ(receipt_of({{"cola", 1, {}}}, at_the_beginning)->total.gross, euros(199));
  EXPECT_EQ(receipt_of({{"cola", 1, {}}}, offers(later))->total.gross, euros(999));
}

TEST(Receipt, RefusesAProductTwiceAndWhatHasNoName) {
  EXPECT_EQ(receipt_of({{"cola", 1, {}}, {"cola", 1, {}}}).error().code.name, "commerce.duplicate");
  EXPECT_FALSE(receipt_of({{"", 1, {}}}));
  EXPECT_FALSE(receipt_of({{"cola", 1, {""}}}));
  const ReceiptRequest good{id<ReceiptId>(1), id<SessionId>(1), kCabinet, at(1), at(2), {}};
  EXPECT_TRUE(make_receipt(good, offers()));
  const auto with = [&](auto change) {
    ReceiptRequest wrong = good;
    change(wrong);
    return make_receipt(wrong, offers()).error().message;
  };
  EXPECT_THAT(with([](ReceiptRequest& r) { r.id = {}; }), HasSubstr("receipt.id"));
  EXPECT_THAT(with([](ReceiptRequest& r) { r.session = {}; }), HasSubstr("receipt.session"));
  EXPECT_THAT(with([](ReceiptRequest& r) { r.cabinet = {}; }), HasSubstr("receipt.cabinet"));
}

TEST(Receipt, EndsAtItsLimits) {
  EXPECT_TRUE(receipt_of({{"cola", kLineQuantityMax, {}}}));
  EXPECT_TRUE(receipt_of({{"cola", -kLineQuantityMax, {}}}));
  EXPECT_FALSE(receipt_of({{"cola", kLineQuantityMax + 1, {}}}));
  EXPECT_FALSE(receipt_of({{"cola", -kLineQuantityMax - 1, {}}}));
  std::vector<std::string> clips(kEvidenceMax, std::string(kEvidenceBytesMax, 'e'));
  EXPECT_TRUE(receipt_of({{"cola", 1, clips}}));
  clips.emplace_back("one more");
  EXPECT_EQ(receipt_of({{"cola", 1, clips}}).error().code.name, "commerce.limit");
  EXPECT_FALSE(receipt_of({{"cola", 1, {std::string(kEvidenceBytesMax + 1, 'e')}}}));
  std::vector<NetCount> many;
  for (std::size_t i = 0; i < kReceiptLinesMax; ++i) many.push_back({fmt::format("{}", i), 0, {}});
  EXPECT_TRUE(receipt_of(many));
  many.push_back({"one more", 0, {}});
  EXPECT_EQ(receipt_of(many).error().code.name, "commerce.limit");
}

TEST(Receipt, IsMadeOfACartsLinesWithTheClipsOfTheirEvents) {
  Cart cart;
  cart.events.resize(3);
  cart.events[0].evidence = "evidence/0001.mp4";
  cart.events[2].evidence = "evidence/0003.mp4";
  cart.lines = {{"cola", 2, 0.9, {0, 1, 2}}, {"water", -1, 0.9, {7}}};
  const auto counts = net_counts(cart);
  ASSERT_THAT(counts, SizeIs(2));
  EXPECT_EQ(counts[0].sku, "cola");
  EXPECT_EQ(counts[0].quantity, 2);
  EXPECT_THAT(counts[0].evidence, ElementsAre("evidence/0001.mp4", "evidence/0003.mp4"));
  EXPECT_EQ(counts[1].quantity, -1);
  EXPECT_THAT(counts[1].evidence, IsEmpty());
}

TEST(Receipt, ThatWasChangedInStorageIsFound) {
  const Receipt good = receipt_of({{"cola", 3, {}}, {"water", -1, {}}}).value();
  const auto found = [&](auto change) {
    Receipt wrong = good;
    change(wrong);
    const auto result = check(wrong);
    return !result && result.error().code.name == "commerce.amount";
  };
  EXPECT_FALSE(found([](Receipt&) {}));
  EXPECT_TRUE(found([](Receipt& r) { r.lines[0].quantity = 2; }));
  EXPECT_TRUE(found([](Receipt& r) { r.lines[0].unit.amount = euros(198); }));
  EXPECT_TRUE(found([](Receipt& r) { r.lines[0].unit.tax_rate_bp = 700; }));
  EXPECT_TRUE(found([](Receipt& r) { r.lines[0].amount.tax = euros(0); }));
  EXPECT_TRUE(found([](Receipt& r) { r.total.gross = euros(0); }));
  EXPECT_TRUE(found([](Receipt& r) { r.taxes.clear(); }));
  EXPECT_TRUE(found([](Receipt& r) { r.brought[0].quantity = 0; }));
  EXPECT_TRUE(found([](Receipt& r) { r.currency = currency("USD"); }));
  EXPECT_TRUE(found([](Receipt& r) { r.price_includes_tax = false; }));
  EXPECT_TRUE(found([](Receipt& r) { r.version = 2; }));
}

TEST(Receipt, CorrectedSaysWhatChangedAndWhatIsOwed) {
  const Receipt first = receipt_of({{"cola", 3, {"a.mp4"}}, {"bar", 1, {}}}).value();
  const Receipt second =
      correct(first, decided({{"cola", 1, {}}, {"bar", 1, {}}}), offers()).value();
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.at, at(100));
  EXPECT_EQ(second.closed_at, at(50));
  EXPECT_EQ(net_count(second, "cola"), 1);
  EXPECT_THAT(second.lines[0].evidence, ElementsAre("a.mp4"));
  EXPECT_EQ(second.total.gross, euros(349));
  ASSERT_THAT(second.revisions, SizeIs(1));
  const ReceiptRevision& revision = second.revisions[0];
  EXPECT_EQ(revision.version, 2);
  EXPECT_EQ(revision.dispute, id<DisputeId>(1));
  EXPECT_EQ(revision.reason, "The clip shows one.");
  EXPECT_EQ(revision.difference, euros(-398));
  ASSERT_THAT(revision.changes, SizeIs(1));  // The bar stayed as it was.
  EXPECT_EQ(revision.changes[0].product, kCola);
  EXPECT_EQ(revision.changes[0].name, "Cola 0.33 l");
  EXPECT_EQ(revision.changes[0].before, 3);
  EXPECT_EQ(revision.changes[0].after, 1);
  EXPECT_EQ(revision.changes[0].difference, euros(-398));
  EXPECT_TRUE(check(second));
  EXPECT_EQ(first.version, 1);
}

TEST(Receipt, CorrectedToNothingLosesTheLine) {
  const Receipt first = receipt_of({{"cola", 3, {}}, {"bar", 1, {}}}).value();
  const Receipt second = correct(first, decided({{"cola", 0, {}}}), offers()).value();
  ASSERT_THAT(second.lines, SizeIs(1));
  EXPECT_EQ(second.lines[0].sku, "bar");
  EXPECT_EQ(second.revisions[0].difference, euros(-597));
}

TEST(Receipt, CorrectedMayHoldAnotherProductAtTheSessionsPrice) {
  const Receipt first = receipt_of({{"cola", 1, {}}}).value();
  const Receipt second =
      correct(first, decided({{"cola", 0, {}}, {"water", 1, {"w.mp4"}}}), offers()).value();
  EXPECT_EQ(second.total.gross, euros(95));
  EXPECT_THAT(second.lines[0].evidence, ElementsAre("w.mp4"));
  ASSERT_THAT(second.revisions[0].changes, SizeIs(2));
  EXPECT_EQ(second.revisions[0].changes[1].difference, euros(95));
  const auto unknown = correct(first, decided({{"cola", 0, {}}, {"beer", 1, {}}}), offers());
  EXPECT_THAT(unknown.error().message, HasSubstr("\"beer\" is no product"));
}

TEST(Receipt, KeepsItsOwnPricesWhenItIsCorrected) {
  const Receipt first = receipt_of({{"cola", 3, {}}}).value();
  Market later = market();
  later.prices.at(kCola).amount = euros(999);
  const Receipt second = correct(first, decided({{"cola", 2, {}}}), offers(later)).value();
  EXPECT_EQ(second.total.gross, euros(398));
  for (const bool other_currency : {true, false}) {
    Market wrong = other_currency ? market("USD") : market();
    if (!other_currency) wrong.id = id<MarketId>(2);
    EXPECT_EQ(correct(first, decided({{"cola", 2, {}}}), offers(wrong)).error().code.name,
              "commerce.invalid");
  }
}

TEST(Receipt, IsNeverRaisedByADispute) {
  const Receipt first = receipt_of({{"cola", 1, {}}}).value();
  const auto raised = correct(first, decided({{"cola", 2, {}}}), offers());
  ASSERT_FALSE(raised);
  EXPECT_EQ(raised.error().code.name, "commerce.amount");
  Correction review = decided({{"cola", 2, {}}});
  review.dispute = {};
  review.review = id<ReviewId>(1);
  EXPECT_EQ(correct(first, review, offers())->revisions[0].difference, euros(199));
}

TEST(Receipt, IsCorrectedOnceByADisputeAndByOneOfTwoOnly) {
  const Receipt first = receipt_of({{"cola", 3, {}}}).value();
  const Receipt second = correct(first, decided({{"cola", 2, {}}}), offers()).value();
  EXPECT_EQ(correct(second, decided({{"cola", 1, {}}}), offers()).error().code.name,
            "commerce.duplicate");
  EXPECT_TRUE(correct(second, decided({{"cola", 1, {}}}, 2), offers()));
  Correction nobody = decided({{"cola", 1, {}}});
  nobody.dispute = {};
  EXPECT_EQ(correct(first, nobody, offers()).error().code.name, "commerce.invalid");
  Correction both = decided({{"cola", 1, {}}});
  both.review = id<ReviewId>(1);
  EXPECT_EQ(correct(first, both, offers()).error().code.name, "commerce.invalid");
  Correction silent = decided({{"cola", 1, {}}});
  silent.reason = "";
  EXPECT_THAT(correct(first, silent, offers()).error().message, HasSubstr("correction.reason"));
}

TEST(Receipt, IsNotCorrectedByWhatChangesNothing) {
  const Receipt first = receipt_of({{"cola", 3, {}}}).value();
  EXPECT_EQ(correct(first, decided({{"cola", 3, {}}, {"beer", 0, {}}}), offers()).error().code.name,
            "commerce.invalid");
}

TEST(Receipt, VersionsEndAtTheirLimit) {
  Receipt receipt = receipt_of({{"cola", 100, {}}}).value();
  for (std::uint32_t i = 1; i < kReceiptVersionsMax; ++i) {
    receipt = correct(receipt, decided({{"cola", 100 - i, {}}}, i), offers()).value();
  }
  EXPECT_EQ(receipt.version, kReceiptVersionsMax);
  EXPECT_EQ(correct(receipt, decided({{"cola", 1, {}}}, 99), offers()).error().code.name,
            "commerce.limit");
}

}  // namespace
}  // namespace tally::commerce
