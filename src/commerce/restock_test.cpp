#include "commerce/restock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace testing;  // NOLINT: the shop of the tests.

Restock restock(std::vector<RestockLine> lines, std::uint32_t number = 1) {
  Restock restock{id<SessionId>(number), id<UserId>(1),    kCabinet, at(100 * number),
                  at(100 * number + 50), std::move(lines), {}};
  for (std::uint32_t i = 0; i < restock_ids_needed(restock); ++i) {
    restock.ids.push_back(id<MovementId>(10'000 * number + i));
  }
  return restock;
}

CabinetGoods empty_cabinet() { return {{kCabinet, {}, {}}, {}}; }

Planogram published(std::uint32_t version, std::int64_t when) {
  return step(planogram(version), PublishPlanogram{at(when)}).value();
}

std::int64_t stock(const CabinetGoods& goods, const ProductId& product) {
  return goods.inventory.levels.at(product).predicted;
}

std::vector<PlanogramState> states(const CabinetGoods& goods) {
  std::vector<PlanogramState> states;
  for (const Planogram& planogram : goods.planograms) states.push_back(planogram.state);
  return states;
}

template <typename Effect>
std::vector<Effect> effects_of(const RestockStep& done) {
  std::vector<Effect> effects;
  for (const RestockEffect& effect : done.effects) {
    if (const auto* found = std::get_if<Effect>(&effect)) effects.push_back(*found);
  }
  return effects;
}

TEST(Restock, LoadsUnloadsAndThrowsAway) {
  const auto loaded = step(empty_cabinet(), restock({{kCola, {}, 0, 0, 10}, {kBar, 8, 1, 2, -3}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(stock(loaded->state, kCola), 10);
  EXPECT_EQ(stock(loaded->state, kBar), 2);
  std::vector<std::string_view> causes;
  for (const auto& recorded : effects_of<MovementRecorded>(*loaded)) {
    causes.push_back(name_of(recorded.movement.cause));
    EXPECT_EQ(recorded.movement.source.session, id<SessionId>(1));
    EXPECT_EQ(recorded.movement.source.user, id<UserId>(1));
    EXPECT_EQ(recorded.movement.at, at(150));
  }
  EXPECT_THAT(causes, ElementsAre("count", "restock", "waste", "expired", "restock"));
}

TEST(Restock, CountsBeforeItLoadsAndSoMeasuresThePrediction) {
  CabinetGoods goods = step(empty_cabinet(), restock({{kCola, 0, 0, 0, 10}}, 1))->state;
  goods = step(goods, restock({{kCola, 9, 0, 0, 1}}, 2))->state;
  EXPECT_EQ(stock(goods, kCola), 10);
  EXPECT_EQ(statistic_of(goods.inventory.levels.at(kCola)), (CountStatistic{1, 1, 0, 0}));
}

TEST(Restock, HappensOnceHoweverOftenItIsTold) {
  CabinetGoods before = empty_cabinet();
  before.planograms = {published(1, 50)};
  const Restock told = restock({{kCola, 0, 0, 0, 10}, {kBar, 8, 1, 2, -3}});
  CabinetGoods goods = step(before, told)->state;
  goods.planograms.push_back(published(2, 200));  // Since then.
  const auto again = step(goods, told);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(again->effects, IsEmpty());
  EXPECT_EQ(stock(again->state, kCola), 10);
  EXPECT_THAT(states(again->state),
              ElementsAre(PlanogramState::kApplied, PlanogramState::kPublished));
}

TEST(Restock, AppliesThePublishedPlanogramAndItsParLevels) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {planogram(1), published(2, 50)};
  const auto done = step(goods, restock({{kCola, {}, 0, 0, 10}}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(states(done->state), ElementsAre(PlanogramState::kDraft, PlanogramState::kApplied));
  EXPECT_EQ(done->state.planograms[1].applied_at, at(150));
  EXPECT_EQ(done->state.inventory.levels.at(kCola).par_level, 3);
  EXPECT_EQ(done->state.inventory.levels.at(kBar).par_level, 5);
  const auto changed = effects_of<PlanogramChanged>(*done);
  ASSERT_THAT(changed, SizeIs(1));
  EXPECT_EQ(changed[0].planogram, done->state.planograms[1]);
  const auto alerts = effects_of<StockAlert>(*done);
  ASSERT_THAT(alerts, SizeIs(4));  // No water, no bars; enough cola.
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    EXPECT_EQ(alerts[i].kind, i % 2 == 0 ? StockAlertKind::kLow : StockAlertKind::kOut);
  }
}

TEST(Restock, ReplacesThePlanogramThatWasValid) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {published(1, 50)};
  goods = step(goods, restock({}, 1))->state;
  Planogram without_bars = planogram(2);
  without_bars.shelves.pop_back();
  goods.planograms.push_back(step(without_bars, PublishPlanogram{at(160)}).value());
  goods = step(goods, restock({}, 2))->state;
  EXPECT_THAT(states(goods), ElementsAre(PlanogramState::kReplaced, PlanogramState::kApplied));
  EXPECT_EQ(goods.planograms[0].ended_at, at(250));
  EXPECT_EQ(goods.inventory.levels.at(kBar).par_level, 0);
}

TEST(Restock, LeavesThePlanogramWhereNoneWaits) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {published(1, 50)};
  goods = step(goods, restock({}, 1))->state;
  const auto again = step(goods, restock({}, 2));
  EXPECT_THAT(again->effects, IsEmpty());
  EXPECT_THAT(states(again->state), ElementsAre(PlanogramState::kApplied));
}

TEST(Restock, AppliesWhatWasPublishedBeforeItBegan) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {published(1, 101)};
  EXPECT_THAT(states(step(goods, restock({}))->state), ElementsAre(PlanogramState::kPublished));
  goods.planograms = {published(1, 100)};
  EXPECT_THAT(states(step(goods, restock({}))->state), ElementsAre(PlanogramState::kApplied));
}

TEST(Restock, OfSeveralThatWaitAppliesTheOnePublishedLast) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {published(1, 30), published(3, 20), published(2, 30), published(4, 200)};
  EXPECT_THAT(states(step(goods, restock({}))->state),
              ElementsAre(PlanogramState::kWithdrawn, PlanogramState::kWithdrawn,
                          PlanogramState::kApplied, PlanogramState::kPublished));
}

TEST(Restock, LeavesOtherCabinetsPlanogramsAlone) {
  CabinetGoods goods = empty_cabinet();
  Planogram foreign = published(1, 50);
  foreign.cabinet = id<CabinetId>(2);
  goods.planograms = {foreign};
  EXPECT_THAT(states(step(goods, restock({}))->state), ElementsAre(PlanogramState::kPublished));
}

TEST(Restock, RaisesOnlyTheAlertsOfTheWhole) {
  CabinetGoods goods = empty_cabinet();
  goods.planograms = {published(1, 50)};
  goods =
      step(goods, restock({{kCola, {}, 0, 0, 10}, {kWater, {}, 0, 0, 8}, {kBar, 0, 0, 0, 9}}, 1))
          ->state;
  // Nearly all cola was gone, and it is loaded again: low for an instant is not low.
  EXPECT_THAT(effects_of<StockAlert>(*step(goods, restock({{kCola, 1, 0, 0, 9}}, 2))), IsEmpty());
  EXPECT_THAT(effects_of<StockAlert>(*step(goods, restock({{kCola, 1, 0, 0, 1}}, 2))), SizeIs(1));
}

TEST(Restock, SaysWhatIsWrongAndChangesNothing) {
  const auto message = [](auto change) {
    Restock wrong = restock({{kCola, {}, 0, 0, 10}, {kBar, {}, 0, 0, 1}});
    change(wrong);
    const auto done = step(empty_cabinet(), wrong);
    return done ? std::string() : done.error().message;
  };
  const std::string cola = "restock.lines[" + kCola.text() + "]";
  EXPECT_EQ(message([](Restock&) {}), "");
  EXPECT_THAT(message([](Restock& r) { r.session = {}; }), HasSubstr("restock.session"));
  EXPECT_THAT(message([](Restock& r) { r.user = {}; }), HasSubstr("restock.user"));
  EXPECT_THAT(message([](Restock& r) { r.cabinet = {}; }), HasSubstr("restock.cabinet"));
  EXPECT_THAT(message([](Restock& r) { r.at = at(99); }), HasSubstr("restock.at"));
  EXPECT_THAT(message([](Restock& r) { r.ids.pop_back(); }), HasSubstr("restock.ids"));
  EXPECT_THAT(message([](Restock& r) { r.lines[1].product = kCola; }), HasSubstr("twice"));
  EXPECT_THAT(message([](Restock& r) { r.lines[0].product = {}; }), HasSubstr(".product"));
  EXPECT_THAT(message([](Restock& r) { r.lines[0].counted = -1; }), HasSubstr(cola + ".counted"));
  EXPECT_THAT(message([](Restock& r) { r.lines[0].wasted = -1; }), HasSubstr(cola + ".wasted"));
  EXPECT_THAT(message([](Restock& r) { r.lines[0].expired = -1; }), HasSubstr(cola + ".expired"));
  EXPECT_THAT(message([](Restock& r) { r.lines[0].loaded = kMovementQuantityMax + 1; }),
              HasSubstr(cola + ".loaded"));
}

TEST(Restock, EndsAtItsLimit) {
  std::vector<RestockLine> lines;
  for (std::uint32_t i = 0; i < kRestockLinesMax; ++i) {
    lines.push_back({id<ProductId>(i), 5, 1, 1, 1});
  }
  EXPECT_TRUE(step(empty_cabinet(), restock(lines)));
  lines.push_back({id<ProductId>(kRestockLinesMax), {}, 0, 0, 1});
  EXPECT_EQ(step(empty_cabinet(), restock(lines)).error().code.name, "commerce.limit");
}

TEST(Restock, TakesWhatCamerasCountedAsTheLoad) {
  const auto lines = lines_seen({{"cola", -6, {}}, {"bar", 2, {}}, {"water", 0, {}}}, products());
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(2));
  EXPECT_EQ((*lines)[0].product, kCola);
  EXPECT_EQ((*lines)[0].loaded, 6);
  EXPECT_FALSE((*lines)[0].counted);
  EXPECT_EQ((*lines)[1].loaded, -2);
  const auto unknown = lines_seen({{"beer", -1, {}}, {"gin", -1, {}}}, products());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code.name, "commerce.unknown");
  EXPECT_THAT(unknown.error().message, HasSubstr("\"beer\", \"gin\""));
}

}  // namespace
}  // namespace tally::commerce
