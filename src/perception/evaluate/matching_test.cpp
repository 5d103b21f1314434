#include "perception/evaluate/matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

namespace tally::evaluate {
namespace {

using Moments = std::vector<std::int64_t>;
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Matching, AMomentIsPairedUpToTheTolerance) {
  EXPECT_THAT(match_moments(Moments{5000}, Moments{6000}, 1000), ElementsAre(Pair(0, 0)));
  EXPECT_THAT(match_moments(Moments{5000}, Moments{6001}, 1000), IsEmpty());
  EXPECT_THAT(match_moments(Moments{}, Moments{1}, 1000), IsEmpty());
}

// The nearest first would pair 1.0 with 1.1 and leave two alone.
TEST(Matching, AsManyPairsAsPossibleComeBeforeNearOnes) {
  EXPECT_THAT(match_moments(Moments{1000, 2000}, Moments{100, 1100}, 1000),
              ElementsAre(Pair(0, 0), Pair(1, 1)));
}

TEST(Matching, OfEquallyManyPairsTheNearOnesAreTaken) {
  EXPECT_THAT(match_moments(Moments{1000}, Moments{200, 1100, 1900}, 1000),
              ElementsAre(Pair(0, 1)));
}

struct Worth {
  std::size_t pairs = 0;
  std::int64_t distance = 0;
};

// All ways to pair, tried out.
Worth best_of_all(const Moments& first, const Moments& second, std::int64_t tolerance) {
  Moments longer = second;
  longer.resize(second.size() + first.size(), -1'000'000);  // Far from everything: stays alone.
  std::vector<std::size_t> order(longer.size());
  std::iota(order.begin(), order.end(), 0U);
  Worth best;
  do {
    Worth worth;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const std::int64_t distance = std::abs(first[i] - longer[order[i]]);
      if (distance > tolerance) continue;
      ++worth.pairs;
      worth.distance += distance;
    }
    const bool better =
        worth.pairs > best.pairs || (worth.pairs == best.pairs && worth.distance < best.distance);
    if (better) best = worth;
  } while (std::ranges::next_permutation(order).found);
  return best;
}

TEST(Matching, IsAsGoodAsTryingAllWays) {
  std::mt19937 generator(7);
  for (int round = 0; round < 200; ++round) {
    Moments first(generator() % 4);
    Moments second(generator() % 4);
    for (auto& moment : first) moment = generator() % 3000;
    for (auto& moment : second) moment = generator() % 3000;
    std::ranges::sort(first);
    std::ranges::sort(second);
    const Pairs pairs = match_moments(first, second, 700);
    std::int64_t distance = 0;
    for (const auto& [i, j] : pairs) distance += std::abs(first[i] - second[j]);
    const Worth best = best_of_all(first, second, 700);
    EXPECT_EQ(pairs.size(), best.pairs);
    EXPECT_EQ(distance, best.distance);
  }
}

}  // namespace
}  // namespace tally::evaluate
