#include "commerce/opening.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace testing;  // NOLINT: the shop of the tests.

struct Shop {
  Cabinet cabinet = testing::cabinet();
  Planogram planogram = testing::planogram();
  Market market = testing::market();
  CameraLayout cameras{digest('c'), {"cola", "water", "bar"}};

  Shop() { planogram.state = PlanogramState::kApplied; }

  [[nodiscard]] std::vector<Closed> reasons() const {
    return reasons_closed(cabinet, &planogram, products(), market, cameras);
  }
  [[nodiscard]] std::vector<ClosedReason> kinds() const {
    std::vector<ClosedReason> kinds;
    for (const Closed& closed : reasons()) kinds.push_back(closed.reason);
    return kinds;
  }
};

TEST(Opening, NeedsNothingMoreThanAValidPlanogramWithPrices) {
  EXPECT_THAT(Shop().kinds(), IsEmpty());
}

TEST(Opening, NeedsAPlanogramThatIsApplied) {
  Shop shop;
  EXPECT_EQ(reasons_closed(shop.cabinet, nullptr, products(), shop.market, shop.cameras)[0].reason,
            ClosedReason::kNoPlanogram);
  for (const PlanogramState state : {PlanogramState::kDraft, PlanogramState::kPublished,
                                     PlanogramState::kReplaced, PlanogramState::kWithdrawn}) {
    shop.planogram.state = state;
    EXPECT_THAT(shop.kinds(), ElementsAre(ClosedReason::kNoPlanogram)) << name_of(state);
  }
}

TEST(Opening, NeedsThisCabinetsPlanogramAndMarket) {
  Shop other_planogram;
  other_planogram.planogram.cabinet = id<CabinetId>(2);
  EXPECT_THAT(other_planogram.kinds(), ElementsAre(ClosedReason::kOtherCabinet));
  Shop other_market;
  other_market.market.id = id<MarketId>(2);
  EXPECT_THAT(other_market.kinds(), ElementsAre(ClosedReason::kOtherCabinet));
}

TEST(Opening, NeedsSomethingForSale) {
  Shop shop;
  for (Shelf& shelf : shop.planogram.shelves) shelf.facings.clear();
  EXPECT_THAT(shop.kinds(), ElementsAre(ClosedReason::kNoFacing));
}

TEST(Opening, NamesTheFacingWithoutProduct) {
  Shop shop;
  shop.planogram.shelves[0].facings[1].product = {};
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kFacingEmpty));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("facing \"u2\" on shelf \"upper\""));
}

TEST(Opening, NamesTheProductThatTheCatalogDoesNotKnow) {
  Shop shop;
  shop.planogram.shelves[0].facings[1].product = id<ProductId>(99);
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kProductUnknown));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr(id<ProductId>(99).text()));
}

TEST(Opening, NamesEachProductWithoutPriceOnce) {
  Shop shop;
  shop.market.prices.erase(kCola);
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kNoPrice));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("\"cola\" has no price in market \"Offices\""));
}

TEST(Opening, NeedsTheCamerasLayoutThatThePlanogramWasMadeFor) {
  Shop shop;
  shop.cameras.sha256 = digest('d');
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kCameraLayout));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("is dddddddddddd, and"));
  shop.cameras.sha256 = "";
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("is absent, and"));
}

TEST(Opening, NeedsEveryProductToBeSeenByCameras) {
  Shop shop;
  shop.cameras.skus = {"water", "bar"};
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kUnseenByCameras));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("\"cola\""));
}

TEST(Opening, NeedsEverythingCamerasMayNameToHaveAPrice) {
  Shop shop;
  shop.cameras.skus.emplace_back("soup");
  EXPECT_THAT(shop.kinds(), ElementsAre(ClosedReason::kNoPrice));
  shop.cameras.skus.emplace_back("beer");
  ASSERT_THAT(shop.kinds(), ElementsAre(ClosedReason::kUnknownToCatalog, ClosedReason::kNoPrice));
  EXPECT_THAT(shop.reasons()[0].words, HasSubstr("\"beer\""));
}

TEST(Opening, TellsAllThatIsWrongAtOnce) {
  Shop shop;
  shop.market.prices.erase(kBar);
  shop.planogram.shelves[0].facings[2].product = {};
  shop.cameras.sha256 = digest('d');
  EXPECT_THAT(shop.kinds(), ElementsAre(ClosedReason::kCameraLayout, ClosedReason::kFacingEmpty,
                                        ClosedReason::kNoPrice));
}

}  // namespace
}  // namespace tally::commerce
