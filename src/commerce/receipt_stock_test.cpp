#include "commerce/receipt_stock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::SizeIs;
using namespace testing;  // NOLINT: the shop of the tests.

const SessionId kSession = id<SessionId>(7);
const DisputeId kDispute = id<DisputeId>(3);

Offers offers() { return offers_of(products(), market(), at(0)); }

Receipt sale() {
  return make_receipt({id<ReceiptId>(1),
                       kSession,
                       kCabinet,
                       at(50),
                       at(52),
                       {{"cola", 3, {}}, {"bar", 0, {}}, {"water", -2, {}}}},
                      offers())
      .value();
}

Receipt corrected() {
  return correct(sale(), {at(500), kDispute, {}, "One.", {{"cola", 1, {}}}}, offers()).value();
}

std::vector<MovementId> ids(std::uint32_t count) {
  std::vector<MovementId> ids;
  for (std::uint32_t i = 0; i < count; ++i) ids.push_back(id<MovementId>(i));
  return ids;
}

TEST(ReceiptStock, ASaleTakesOutWhatWasSoldAndBringsInWhatWasBrought) {
  ASSERT_EQ(movement_ids_needed(sale()), 4U);
  const MoveStock moves = sale_movements(sale(), ids(4)).value();
  ASSERT_THAT(moves.changes, SizeIs(2));
  const Movement& cola = moves.changes[0].movement;
  EXPECT_EQ(cola.cause, MovementCause::kSale);
  EXPECT_EQ(cola.quantity, -3);
  EXPECT_EQ(cola.product, kCola);
  EXPECT_EQ(cola.cabinet, kCabinet);
  EXPECT_EQ(cola.source.session, kSession);
  EXPECT_EQ(cola.key, kSession.text() + "/sale/" + kCola.text());
  EXPECT_EQ(cola.at, at(50));  // The door, not the receipt.
  EXPECT_EQ(cola.id, id<MovementId>(0));
  EXPECT_EQ(moves.changes[0].offset_id, id<MovementId>(1));
  const Movement& water = moves.changes[1].movement;
  EXPECT_EQ(water.cause, MovementCause::kPutBack);
  EXPECT_EQ(water.quantity, 2);
  EXPECT_EQ(water.key, kSession.text() + "/put_back/" + kWater.text());
}

TEST(ReceiptStock, ACorrectionPutsBackOnPaperWhatWasNotTaken) {
  ASSERT_EQ(movement_ids_needed(corrected()), 2U);
  const MoveStock moves = correction_movements(corrected(), ids(2)).value();
  ASSERT_THAT(moves.changes, SizeIs(1));
  const Movement& cola = moves.changes[0].movement;
  EXPECT_EQ(cola.cause, MovementCause::kCorrection);
  EXPECT_EQ(cola.quantity, 2);
  EXPECT_EQ(cola.source.session, kSession);
  EXPECT_EQ(cola.source.dispute, kDispute);
  EXPECT_EQ(cola.key, kDispute.text() + "/correction/" + kCola.text());
  EXPECT_EQ(cola.at, at(50));
}

TEST(ReceiptStock, ACorrectionAfterACountMendsTheErrorAndNotTheStock) {
  Inventory inventory{kCabinet, {}, {}};
  const auto count = [](std::uint32_t number, std::int64_t counted, std::int64_t when) {
    return CountStock{{{id<MovementId>(100 + number),
                        "count " + std::to_string(number),
                        kCola,
                        counted,
                        at(when),
                        {{}, id<UserId>(1), {}, {}}}}};
  };
  inventory = step(inventory, count(1, 10, 1))->state;
  inventory = step(inventory, sale_movements(sale(), ids(4)).value())->state;
  inventory = step(inventory, count(2, 9, 90))->state;  // One was taken, three were charged.
  EXPECT_EQ(statistic_of(inventory.levels.at(kCola)), (CountStatistic{1, 0, 2, 3}));
  inventory = step(inventory, correction_movements(corrected(), ids(2)).value())->state;
  EXPECT_EQ(inventory.levels.at(kCola).predicted, 9);
  EXPECT_EQ(statistic_of(inventory.levels.at(kCola)), (CountStatistic{1, 0, 0, 1}));
}

TEST(ReceiptStock, NeedsEnoughIdsAndTheRightVersion) {
  EXPECT_EQ(sale_movements(sale(), ids(3)).error().code.name, "commerce.invalid");
  EXPECT_EQ(correction_movements(corrected(), ids(1)).error().code.name, "commerce.invalid");
  EXPECT_EQ(sale_movements(corrected(), ids(4)).error().code.name, "commerce.invalid");
  EXPECT_EQ(correction_movements(sale(), ids(4)).error().code.name, "commerce.invalid");
}

}  // namespace
}  // namespace tally::commerce
