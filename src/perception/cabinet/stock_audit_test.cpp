#include "perception/cabinet/stock_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "perception/cabinet/cabinet_stage.hpp"

namespace tally::cabinet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 32 facings, each of the product of its number.
class StockAudit : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<cart::Doubt> audit(const std::vector<CarriedItem>& items) const {
    return audit_stock(
        items, layout_,
        [this](std::size_t facing, SessionTime, SessionTime, auto) {
          const auto odds = odds_.find(facing);
          return odds == odds_.end() ? -3.5 : odds->second;
        },
        SessionTime{0}, from_seconds(10));
  }
  [[nodiscard]] CarriedItem taken(std::size_t product, double probability = 0.95) const {
    CarriedItem item;
    item.products.assign(layout_.products.size(), 0.0);
    item.products[product] = 1;
    item.product = product;
    item.take = Act{EventKind::kTake, from_seconds(4), 0, probability, {}, product};
    return item;
  }

  cart::Layout layout_ = testing::layout_of();
  std::map<std::size_t, double> odds_;
};

TEST_F(StockAudit, WhatWasTakenAndChangedRaisesNoDoubt) {
  odds_[5] = 3.7;
  EXPECT_THAT(audit({taken(5)}), IsEmpty());
  EXPECT_THAT(audit({taken(6)}), SizeIs(1)) << "6 stands beside 5, but looks as before";
}

TEST_F(StockAudit, AChangeThatNoActExplainsIsADoubt) {
  odds_[12] = 13;
  const auto doubts = audit({});
  ASSERT_THAT(doubts, SizeIs(1));
  EXPECT_THAT(doubts[0].reason, HasSubstr("p14"));
  EXPECT_LT(doubts[0].trust, 1);
  EXPECT_THAT(audit({taken(12, 0.1)}), SizeIs(1)) << "an unlikely act explains nothing";
  odds_[12] = 8;  // Of 32 facings one looks so by chance.
  EXPECT_THAT(audit({}), IsEmpty());
}

TEST_F(StockAudit, ATakeWhosePlaceLooksAsBeforeIsADoubt) {
  ASSERT_THAT(audit({taken(5)}), SizeIs(1));
  odds_[5] = 0;  // Nobody can tell.
  EXPECT_THAT(audit({taken(5)}), IsEmpty());
}

TEST_F(StockAudit, WhatWasTakenAndPutBackNeedNotChangeAnything) {
  CarriedItem item = taken(5);
  item.put = Act{EventKind::kPut, from_seconds(6), 0, 0.95, {}, 5};
  EXPECT_THAT(audit({item}), IsEmpty());
}

}  // namespace
}  // namespace tally::cabinet
