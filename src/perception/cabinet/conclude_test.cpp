#include "perception/cabinet/conclude.hpp"

#include <gtest/gtest.h>

#include "perception/cabinet/cabinet_stage.hpp"

namespace tally::cabinet {
namespace {

TEST(Calibrated, KeepsTheOrderAndTheEnds) {
  double last = -1;
  for (const double p : {0.0, 0.01, 0.2, 0.5, 0.8, 0.9, 0.99, 1.0}) {
    EXPECT_GT(calibrated(p), last);
    last = calibrated(p);
  }
  EXPECT_LT(calibrated(0), 0.01);
  EXPECT_GT(calibrated(1), 0.999);
}

// A hand is inside at a facing whose looks change by `change` from before to after, as one camera
// sees it.
class AChangedFacing : public ::testing::Test {
 protected:
  [[nodiscard]] std::size_t items(float change, double depth, std::optional<int> stock) {
    cart::Layout layout = testing::layout_of(1);
    for (cart::LayoutProduct& product : layout.products) product.size->depth = depth;
    for (cart::LayoutFacing& facing : layout.facings) facing.stock = stock;
    const auto models = cameras_of(layout, {0});
    Observations seen;
    seen.views = facing_views(layout, models);
    seen.sightings =
        testing::watch({testing::taken(testing::front_of(layout, 12), 2.0, testing::looks_of(12))},
                       5, 1, {.miss = 0, .cameras = 1});
    for (std::size_t i = 0; i < seen.views.size(); ++i) {
      Patch before;
      before.luma.fill(100);
      Patch after = before;
      for (std::size_t k = 0; k < kPatchPixels; k += 2) after.luma[k] += change;
      seen.watches.emplace_back(
          std::vector<FacingState>{{from_seconds(0), from_seconds(1.5), 5, before},
                                   {from_seconds(3.0), from_seconds(5), 5, after}});
    }
    const auto outcome = conclude(std::move(seen), layout, {0}, [&](auto) {
      return std::vector<double>(layout.products.size(), 0.0);
    });
    probability_ = outcome.items.empty() ? 0 : outcome.items.front().take->probability;
    return outcome.items.size();
  }
  double probability_ = 0;
};

TEST_F(AChangedFacing, LooksAsBeforeWhereOthersOfItsKindStandBehindAndThatTellsLittle) {
  ASSERT_EQ(items(0, 0.07, 1), 1U);
  const double alone = probability_;
  ASSERT_EQ(items(0, 0.07, 3), 1U);
  const double in_a_row = probability_;
  ASSERT_EQ(items(0, 0.02, 3), 1U);
  EXPECT_GT(in_a_row, alone);
  EXPECT_GT(probability_, in_a_row) << "a flat one in a row";
}

}  // namespace
}  // namespace tally::cabinet
