#include "commerce/inventory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace testing;  // NOLINT: the shop of the tests.

const MovementSource kSession{id<SessionId>(1), {}, {}, {}};
const MovementSource kUser{{}, id<UserId>(1), {}, {}};

// A cabinet's inventory, to which things happen at seconds; ids and keys count up.
struct Shelf {
  Inventory inventory{kCabinet, {}, {}};
  std::vector<InventoryEffect> effects;
  std::uint32_t next = 0;

  Result<void> happen(const InventoryEvent& event) {
    auto stepped = step(inventory, event);
    if (!stepped) return std::unexpected(stepped.error());
    inventory = std::move(stepped->state);
    effects = std::move(stepped->effects);
    return {};
  }
  StockChange change(MovementCause cause, std::int64_t quantity, std::int64_t when) {
    ++next;
    return {{id<MovementId>(next), fmt::format("k{}", next), kCabinet, kCola, cause, quantity,
             at(when), kSession},
            id<MovementId>(1'000'000 + next)};
  }
  StockCount count(std::int64_t counted, std::int64_t when) {
    ++next;
    return {id<MovementId>(next), fmt::format("k{}", next), kCola, counted, at(when), kUser};
  }
  Result<void> load(std::int64_t quantity, std::int64_t when) {
    return happen(MoveStock{{change(MovementCause::kRestock, quantity, when)}});
  }
  Result<void> sell(std::int64_t quantity, std::int64_t when) {
    return happen(MoveStock{{change(MovementCause::kSale, -quantity, when)}});
  }
  Result<void> find(std::int64_t counted, std::int64_t when) {
    return happen(CountStock{{count(counted, when)}});
  }
  [[nodiscard]] const StockLevel& cola() const { return inventory.levels.at(kCola); }
  [[nodiscard]] CountStatistic statistic() const { return statistic_of(cola()); }
  [[nodiscard]] std::vector<StockAlertKind> alerts() const {
    std::vector<StockAlertKind> kinds;
    for (const InventoryEffect& effect : effects) {
      if (const auto* alert = std::get_if<StockAlert>(&effect)) kinds.push_back(alert->kind);
    }
    return kinds;
  }
};

TEST(Inventory, PredictsTheSumOfAllMovements) {
  Shelf shelf;
  ASSERT_TRUE(shelf.load(10, 1));
  ASSERT_TRUE(shelf.sell(3, 2));
  ASSERT_TRUE(shelf.happen(MoveStock{{shelf.change(MovementCause::kPutBack, 1, 3),
                                      shelf.change(MovementCause::kExpired, -2, 3)}}));
  EXPECT_EQ(shelf.cola().predicted, 6);
  EXPECT_EQ(shelf.inventory.movements.size(), 4U);
  EXPECT_EQ(shelf.effects.size(), 2U);
}

TEST(Inventory, HappensOnceHoweverOftenItIsSent) {
  Shelf shelf;
  ASSERT_TRUE(shelf.load(10, 1));
  StockChange sale = shelf.change(MovementCause::kSale, -3, 2);
  ASSERT_TRUE(shelf.happen(MoveStock{{sale, sale}}));
  EXPECT_EQ(shelf.effects.size(), 1U);
  sale.movement.id = id<MovementId>(77);
  ASSERT_TRUE(shelf.happen(MoveStock{{sale}}));
  EXPECT_THAT(shelf.effects, IsEmpty());
  EXPECT_EQ(shelf.cola().predicted, 7);

  const StockCount count = shelf.count(6, 3);
  ASSERT_TRUE(shelf.happen(CountStock{{count}}));
  ASSERT_TRUE(shelf.sell(1, 4));
  ASSERT_TRUE(shelf.happen(CountStock{{count}}));
  EXPECT_THAT(shelf.effects, IsEmpty());
  EXPECT_EQ(shelf.cola().predicted, 5);
}

TEST(Inventory, RefusesAKeyThatWasUsedForSomethingElse) {
  Shelf shelf;
  StockChange load = shelf.change(MovementCause::kRestock, 10, 1);
  ASSERT_TRUE(shelf.happen(MoveStock{{load}}));
  load.movement.quantity = 9;
  const auto again = shelf.happen(MoveStock{{load}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code.name, "commerce.duplicate");
  StockCount count = shelf.count(4, 2);
  count.key = load.movement.key;
  EXPECT_EQ(shelf.happen(CountStock{{count}}).error().code.name, "commerce.duplicate");
  EXPECT_EQ(shelf.cola().predicted, 10);
}

TEST(Inventory, ChangesAsAWholeOrNotAtAll) {
  Shelf shelf;
  StockChange wrong = shelf.change(MovementCause::kSale, 1, 2);
  EXPECT_FALSE(shelf.happen(MoveStock{{shelf.change(MovementCause::kRestock, 5, 1), wrong}}));
  EXPECT_THAT(shelf.inventory.levels, IsEmpty());
  EXPECT_THAT(shelf.inventory.movements, IsEmpty());
}

TEST(Inventory, RefusesOtherCabinetsMovementsAndCountsThatAreNone) {
  Shelf shelf;
  StockChange foreign = shelf.change(MovementCause::kRestock, 5, 1);
  foreign.movement.cabinet = id<CabinetId>(2);
  EXPECT_THAT(shelf.happen(MoveStock{{foreign}}).error().message, HasSubstr("movement.cabinet"));
  for (const MovementCause cause : {MovementCause::kCount, MovementCause::kCountOffset}) {
    EXPECT_THAT(shelf.happen(MoveStock{{shelf.change(cause, 1, 1)}}).error().message,
                HasSubstr("movement.cause"));
  }
  EXPECT_FALSE(shelf.find(-1, 1));
}

TEST(Inventory, ACountCorrectsThePredictionAndMeasuresItsError) {
  Shelf shelf;
  ASSERT_TRUE(shelf.find(4, 1));
  EXPECT_EQ(shelf.cola().predicted, 4);
  EXPECT_EQ(shelf.statistic(), CountStatistic{});  // Nobody knew what was there.
  ASSERT_TRUE(shelf.load(10, 2));
  ASSERT_TRUE(shelf.sell(5, 3));
  ASSERT_TRUE(shelf.find(7, 4));
  EXPECT_EQ(shelf.cola().predicted, 7);
  const auto& recorded = std::get<MovementRecorded>(shelf.effects.at(0)).movement;
  EXPECT_EQ(recorded.cause, MovementCause::kCount);
  EXPECT_EQ(recorded.quantity, -2);
  EXPECT_EQ(recorded.counted, 7);
  EXPECT_EQ(shelf.statistic(), (CountStatistic{1, 2, 0, 5}));
  EXPECT_EQ(shelf.statistic().shrinkage(), 2);
  EXPECT_DOUBLE_EQ(shelf.statistic().error_rate().value(), 0.4);
  ASSERT_TRUE(shelf.sell(3, 5));
  ASSERT_TRUE(shelf.find(5, 6));
  EXPECT_EQ(shelf.statistic(), (CountStatistic{2, 2, 1, 8}));
  EXPECT_EQ(shelf.statistic().shrinkage(), 1);
}

TEST(Inventory, ACountThatFindsWhatWasPredictedIsRecordedToo) {
  Shelf shelf;
  ASSERT_TRUE(shelf.find(4, 1));
  ASSERT_TRUE(shelf.find(4, 2));
  EXPECT_EQ(std::get<MovementRecorded>(shelf.effects.at(0)).movement.quantity, 0);
  EXPECT_EQ(shelf.statistic(), (CountStatistic{1, 0, 0, 0}));
  EXPECT_FALSE(shelf.statistic().error_rate());
}

TEST(Inventory, ASaleThatBecomesKnownAfterACountIsNoErrorOfTheCount) {
  Shelf shelf;
  ASSERT_TRUE(shelf.find(10, 1));
  ASSERT_TRUE(shelf.find(7, 20));
  EXPECT_EQ(shelf.statistic(), (CountStatistic{1, 3, 0, 0}));
  StockChange late = shelf.change(MovementCause::kSale, -2, 10);
  ASSERT_TRUE(shelf.happen(MoveStock{{late}}));
  EXPECT_EQ(shelf.cola().predicted, 7);
  EXPECT_EQ(shelf.statistic(), (CountStatistic{1, 1, 0, 2}));
  const auto& offset = std::get<MovementRecorded>(shelf.effects.at(1)).movement;
  EXPECT_EQ(offset.cause, MovementCause::kCountOffset);
  EXPECT_EQ(offset.quantity, 2);
  EXPECT_EQ(offset.id, late.offset_id);
  EXPECT_EQ(offset.key, late.movement.key + "/offset");
  ASSERT_TRUE(shelf.happen(MoveStock{{late}}));
  EXPECT_THAT(shelf.effects, IsEmpty());
  EXPECT_EQ(shelf.statistic(), (CountStatistic{1, 1, 0, 2}));
}

TEST(Inventory, AtTheSameInstantTheCountComesFirst) {
  Shelf shelf;
  ASSERT_TRUE(shelf.find(2, 10));
  ASSERT_TRUE(shelf.load(8, 10));
  EXPECT_EQ(shelf.cola().predicted, 10);
  Shelf reversed;
  ASSERT_TRUE(reversed.load(8, 10));
  ASSERT_TRUE(reversed.find(2, 10));
  EXPECT_EQ(reversed.cola().predicted, 10);
}

TEST(Inventory, RefusesACountThatIsNotLaterThanTheLast) {
  Shelf shelf;
  ASSERT_TRUE(shelf.find(4, 10));
  for (const int when : {9, 10}) {
    const auto older = shelf.find(5, when);
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().code.name, "commerce.transition");
  }
  EXPECT_TRUE(shelf.find(5, 11));
}

TEST(Inventory, MayFallBelowZeroAndRaisesAnAlertThen) {
  Shelf shelf;
  ASSERT_TRUE(shelf.load(1, 1));
  ASSERT_TRUE(shelf.sell(1, 2));
  EXPECT_THAT(shelf.alerts(), IsEmpty());
  ASSERT_TRUE(shelf.sell(1, 3));
  EXPECT_EQ(shelf.cola().predicted, -1);
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kNegative));
  ASSERT_TRUE(shelf.sell(1, 4));
  EXPECT_THAT(shelf.alerts(), IsEmpty());
  ASSERT_TRUE(shelf.find(3, 5));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kNegativeEnded));
}

TEST(Inventory, IsOutWhereNothingIsLeftOfWhatShouldBeThere) {
  Shelf shelf;
  ASSERT_TRUE(shelf.load(2, 0));
  ASSERT_TRUE(shelf.happen(SetParLevels{at(1), {{kCola, 2}}}));
  ASSERT_TRUE(shelf.sell(1, 2));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLow));
  ASSERT_TRUE(shelf.sell(1, 3));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kOut));
  ASSERT_TRUE(shelf.sell(1, 4));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kNegative));
  ASSERT_TRUE(shelf.happen(SetParLevels{at(5), {}}));  // It should not be there any more.
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLowEnded, StockAlertKind::kOutEnded));
}

TEST(Inventory, IsLowBelowTheParLevelAndSaysSoOnce) {
  Shelf shelf;
  ASSERT_TRUE(shelf.happen(SetParLevels{at(0), {{kCola, 3}}}));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLow, StockAlertKind::kOut));
  ASSERT_TRUE(shelf.load(4, 1));
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLowEnded, StockAlertKind::kOutEnded));
  ASSERT_TRUE(shelf.sell(1, 2));
  EXPECT_THAT(shelf.alerts(), IsEmpty());
  ASSERT_TRUE(shelf.sell(1, 3));
  ASSERT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLow));
  const auto& alert = std::get<StockAlert>(shelf.effects.back());
  EXPECT_EQ(alert.predicted, 2);
  EXPECT_EQ(alert.par_level, 3);
  EXPECT_EQ(alert.product, kCola);
  EXPECT_EQ(alert.cabinet, kCabinet);
  EXPECT_EQ(alert.at, at(3));
  ASSERT_TRUE(shelf.sell(1, 4));
  EXPECT_THAT(shelf.alerts(), IsEmpty());
  ASSERT_TRUE(shelf.happen(SetParLevels{at(5), {{kWater, 0}}}));  // No cola any more.
  EXPECT_THAT(shelf.alerts(), ElementsAre(StockAlertKind::kLowEnded));
}

TEST(Inventory, ParLevelsEndAtTheirLimit) {
  Shelf shelf;
  EXPECT_TRUE(shelf.happen(SetParLevels{at(0), {{kCola, kStockMax}}}));
  EXPECT_FALSE(shelf.happen(SetParLevels{at(0), {{kCola, kStockMax + 1}}}));
  EXPECT_FALSE(shelf.happen(SetParLevels{at(0), {{kCola, -1}}}));
  EXPECT_FALSE(shelf.happen(SetParLevels{at(0), {{ProductId{}, 1}}}));
}

TEST(Inventory, EndsAtItsLimits) {
  Shelf shelf;
  MoveStock many;
  for (std::size_t i = 0; i < kStockEventChangesMax; ++i) {
    many.changes.push_back(shelf.change(MovementCause::kRestock, kStockMax / 1000, 1));
  }
  MoveStock more = many;
  more.changes.push_back(shelf.change(MovementCause::kSale, -1, 1));
  EXPECT_EQ(shelf.happen(more).error().code.name, "commerce.limit");
  ASSERT_TRUE(shelf.happen(many));
  EXPECT_EQ(shelf.cola().predicted, kStockMax);
  EXPECT_EQ(shelf.load(1, 2).error().code.name, "commerce.limit");
  EXPECT_TRUE(shelf.sell(1, 2));
  CountStock counts;
  counts.counts.resize(kStockEventChangesMax + 1);
  EXPECT_EQ(shelf.happen(counts).error().code.name, "commerce.limit");
}

TEST(Inventory, ForgetsTheOldestCountsAndKeepsTheirEnd) {
  Shelf shelf;
  for (std::size_t i = 0; i < kCountsKept; ++i) {
    ASSERT_TRUE(shelf.find(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i)));
  }
  const auto kept = static_cast<std::int64_t>(kCountsKept);
  EXPECT_EQ(shelf.statistic(), (CountStatistic{kept - 1, 0, kept - 1, 0}));
  ASSERT_TRUE(shelf.find(kept, kept));
  EXPECT_EQ(shelf.cola().counts.size(), kCountsKept);
  EXPECT_EQ(shelf.cola().counts.front().at, at(1));
  ASSERT_TRUE(shelf.sell(5, 0));  // Before all that is kept.
  EXPECT_EQ(shelf.cola().predicted, kept);
  EXPECT_EQ(shelf.statistic(), (CountStatistic{kept - 1, 0, kept - 1, 0}));
}

}  // namespace
}  // namespace tally::commerce
