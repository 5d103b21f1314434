#include "perception/cabinet/conclude.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

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

CabinetCart reading(const std::string& product, int quantity, double probability) {
  CabinetCart cart;
  if (quantity != 0) cart.lines.push_back({product, quantity, probability, {}});
  cart.probability = probability;
  return cart;
}

TEST(Readings, ThatComeToOneCartAreAsSureOfItAsTheyAreOnAverage) {
  const std::vector<CabinetCart> all = {reading("a", 1, 0.9), reading("a", 1, 0.6)};
  EXPECT_EQ(agree(all).reading, 0u);
  EXPECT_NEAR(agree(all).probability, 0.75, 1e-12);
}

TEST(Readings, OfWhichMostComeToAnotherCartOutweighTheUsualOne) {
  const std::vector<CabinetCart> all = {reading("a", 1, 0.9), reading("b", 1, 0.5),
                                        reading("b", 1, 0.7)};
  EXPECT_EQ(agree(all).reading, 1u);
  EXPECT_NEAR(agree(all).probability, 0.4, 1e-12);
}

TEST(Readings, DifferWhereAQuantityOrALineDoes) {
  for (const CabinetCart& other : {reading("a", 2, 0.8), reading("a", 0, 0.8)}) {
    const std::vector<CabinetCart> all = {reading("a", 1, 0.9), other};
    EXPECT_EQ(agree(all).reading, 0u);
    EXPECT_NEAR(agree(all).probability, 0.45, 1e-12) << "the other one gives it nothing";
  }
}

TEST(Readings, ThatDifferInWhatCameBackAreOfOneCart) {
  CabinetCart with_return = reading("a", 1, 0.6);
  with_return.lines.push_back({"b", 0, 0.8, {}});
  const std::vector<CabinetCart> all = {reading("a", 1, 0.9), with_return};
  EXPECT_EQ(agree(all).reading, 0u);
  EXPECT_NEAR(agree(all).probability, 0.75, 1e-12);
}

// What one look came to: the first of its readings.
CabinetOutcome look_of(std::vector<CabinetCart> readings) {
  CabinetOutcome outcome;
  outcome.cart = readings.front();
  outcome.readings = std::move(readings);
  return outcome;
}

TEST(SecondLook, CountsAndIsAsLikelyAsBothLooksFindIt) {
  const CabinetOutcome first = look_of({reading("a", 1, 0.6), reading("b", 1, 0.4)});
  const CabinetOutcome other = looked_again(first, look_of({reading("b", 1, 0.9)}));
  EXPECT_EQ(other.cart.lines[0].product, "b");
  EXPECT_DOUBLE_EQ(other.cart.probability, calibrated((0.4 + 0.9) / 3));
  EXPECT_EQ(other.readings.size(), 3u);
  const CabinetOutcome same = looked_again(first, look_of({reading("a", 1, 0.9)}));
  EXPECT_EQ(same.cart.lines[0].product, "a");
  EXPECT_DOUBLE_EQ(same.cart.probability, calibrated((0.6 + 0.9) / 3));
}

// How likely a take is that one camera follows, from a facing whose looks change meanwhile.
class AFacingThatChanges : public ::testing::Test {
 protected:
  // `noises`: the difference, as many cameras see it.
  [[nodiscard]] static double by(float noises, std::size_t cameras) {
    cart::Layout layout = testing::layout_of(static_cast<int>(cameras));
    std::vector<std::size_t> all(cameras);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Observations seen;
    seen.views = facing_views(layout, cameras_of(layout, all));
    seen.sightings =
        testing::watch({testing::taken(testing::front_of(layout, 12), 2.0, testing::looks_of(12))},
                       5, 1, {.miss = 0.7, .cameras = 1});
    for (std::size_t i = 0; i < seen.views.size(); ++i) {
      Patch before;
      before.luma.fill(100);
      Patch after = before;
      for (std::size_t k = 0; k < kPatchPixels; k += 2) after.luma[k] += 8 * noises;
      seen.watches.emplace_back(
          noises == 0 ? std::vector<FacingState>{{from_seconds(0), from_seconds(5), 10, before}}
                      : std::vector<FacingState>{{from_seconds(0), from_seconds(1.5), 5, before},
                                                 {from_seconds(3.0), from_seconds(5), 5, after}});
      EXPECT_NEAR(difference(before, after), noises, 0.01);
    }
    const auto outcome = conclude(std::move(seen), layout, all, [&](auto) {
      return std::vector<double>(layout.products.size(), 0.0);
    });
    return outcome.items.empty() ? 0 : outcome.items.front().take->probability;
  }
};

TEST_F(AFacingThatChanges, TellsOfATakeFromAFewNoisesOn) {
  EXPECT_LT(by(0, 1), by(1, 1));
  EXPECT_LT(by(1, 1), by(3, 1));
  EXPECT_LT(by(0, 1), by(0.5F, 1)) << "what was never seen to change at all tells the most";
  EXPECT_NEAR(by(8, 1), by(30, 1), 1e-9) << "how much all of it differs tells nothing more";
}

TEST_F(AFacingThatChanges, TellsMoreWhereMoreCamerasSeeIt) {
  EXPECT_LT(by(3, 1), by(3, 3));
  EXPECT_GT(by(0, 1), by(0, 3));
}

}  // namespace
}  // namespace tally::cabinet
