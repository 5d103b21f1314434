// What must hold of receipts and of the stock they move, whatever was taken and however it is
// corrected.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "commerce/goods_for_tests.hpp"
#include "commerce/inventory.hpp"
#include "commerce/receipt.hpp"
#include "commerce/receipt_stock.hpp"

namespace tally::commerce {
namespace {

using namespace testing;  // NOLINT: the shop of the tests.

constexpr std::uint32_t kGoods = 12;

class Shopping {
 public:
  explicit Shopping(std::uint64_t seed) : random_(seed) {
    std::vector<Product> goods;
    Market market = seed % 2 == 0 ? testing::market() : market_with_tax_on_top();
    market.prices.clear();
    static constexpr std::array kRates{0, 525, 700, 825, 1900, 2700};
    for (std::uint32_t i = 0; i < kGoods; ++i) {
      goods.push_back(product(id<ProductId>(i), fmt::format("p{}", i), "Thing"));
      market.prices[goods.back().id] = {{below(1000), market.currency},
                                        kRates[static_cast<std::size_t>(below(kRates.size()))]};
    }
    offers_ = offers_of(Products::of(kTenant, goods).value(), market, at(0));
  }

  std::int64_t below(std::uint64_t end) { return static_cast<std::int64_t>(random_() % end); }

  std::vector<NetCount> counts() {
    std::vector<NetCount> counts;
    for (std::uint32_t i = 0; i < kGoods; ++i) {
      if (below(2) == 0) counts.push_back({fmt::format("p{}", i), below(7) - 2, {"clip"}});
    }
    return counts;
  }

  std::vector<MovementId> ids(const Receipt& receipt) {
    std::vector<MovementId> ids(movement_ids_needed(receipt));
    for (MovementId& fresh : ids) fresh = id<MovementId>(++next_);
    return ids;
  }

  [[nodiscard]] const Offers& offers() const { return offers_; }

 private:
  std::mt19937_64 random_;
  Offers offers_;
  std::uint32_t next_ = 0;
};

void expect_sums(const Receipt& receipt) {
  ASSERT_TRUE(check(receipt)) << check(receipt).error().message;
  std::int64_t net = 0;
  std::int64_t tax = 0;
  for (const ReceiptLine& line : receipt.lines) {
    EXPECT_EQ(line.amount.net.minor + line.amount.tax.minor, line.amount.gross.minor);
    EXPECT_GE(line.amount.net.minor, 0);
    EXPECT_GE(line.amount.tax.minor, 0);
    const Money of_units{line.unit.amount.minor * line.quantity, receipt.currency};
    EXPECT_EQ(receipt.price_includes_tax ? line.amount.gross : line.amount.net, of_units);
    net += line.amount.net.minor;
    tax += line.amount.tax.minor;
  }
  EXPECT_EQ(receipt.total.net.minor, net);
  EXPECT_EQ(receipt.total.tax.minor, tax);
  EXPECT_EQ(receipt.total.gross.minor, net + tax);
  std::int64_t by_rate = 0;
  for (const TaxTotal& total : receipt.taxes) by_rate += total.amount.tax.minor;
  EXPECT_EQ(by_rate, tax);
}

void expect_stock_is_what_was_left(const Inventory& inventory, const Receipt& receipt) {
  for (const auto& [product, level] : inventory.levels) {
    std::string sku;
    for (const ReceiptLine& line : receipt.lines) {
      if (line.product == product) sku = line.sku;
    }
    for (const BroughtItem& item : receipt.brought) {
      if (item.product == product) sku = item.sku;
    }
    EXPECT_EQ(level.predicted, -net_count(receipt, sku));
  }
}

TEST(ReceiptProperty, SumsAndStockHoldThroughAllCorrections) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    Shopping shopping(seed);
    auto made = make_receipt(
        {id<ReceiptId>(1), id<SessionId>(1), kCabinet, at(5), at(6), shopping.counts()},
        shopping.offers());
    ASSERT_TRUE(made) << made.error().message;
    Receipt receipt = *made;
    expect_sums(receipt);
    const std::int64_t paid_first = receipt.total.gross.minor;
    std::int64_t differences = 0;
    Inventory inventory{kCabinet, {}, {}};
    inventory = step(inventory, sale_movements(receipt, shopping.ids(receipt)).value())->state;
    for (std::uint32_t i = 0; i < 6; ++i) {
      const auto next =
          correct(receipt, {at(100), {}, id<ReviewId>(i), "Seen again.", shopping.counts()},
                  shopping.offers());
      if (!next) {
        EXPECT_EQ(next.error().code.name, "commerce.invalid");  // It changed nothing.
        continue;
      }
      expect_sums(*next);
      const ReceiptRevision& revision = next->revisions.back();
      std::int64_t by_line = 0;
      for (const LineChange& change : revision.changes) {
        by_line += change.difference.minor;
        EXPECT_EQ(net_count(receipt, change.sku), change.before);
        EXPECT_EQ(net_count(*next, change.sku), change.after);
      }
      EXPECT_EQ(by_line, revision.difference.minor);
      differences += by_line;
      receipt = *next;
      const MoveStock moves = correction_movements(receipt, shopping.ids(receipt)).value();
      const auto stepped = step(inventory, moves);
      ASSERT_TRUE(stepped) << stepped.error().message;
      inventory = stepped->state;
      EXPECT_TRUE(step(inventory, moves)->effects.empty());
      expect_stock_is_what_was_left(inventory, receipt);
    }
    EXPECT_EQ(receipt.total.gross.minor, paid_first + differences);
  }
}

}  // namespace
}  // namespace tally::commerce
