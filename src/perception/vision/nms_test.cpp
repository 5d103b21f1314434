#include "perception/vision/nms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace tally::vision {
namespace {

std::vector<Candidate> random_candidates(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) { return static_cast<float>(random() % limit); };
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < count; ++i) {
    const float left = below(150);
    const float top = below(150);
    candidates.push_back({.box = {left, top, left + 20 + below(80), top + 20 + below(80)},
                          .class_id = static_cast<int>(random() % 3),
                          .score = below(50) / 50,  // Coarse, so that there are ties.
                          .index = static_cast<std::uint32_t>(i)});
  }
  return candidates;
}

bool before(const Candidate& a, const Candidate& b) {
  return a.score != b.score ? a.score > b.score : a.index < b.index;
}

TEST(Nms, KeepsNoTwoThatOverlapAndDropsOnlyWhatABetterOneCovers) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const std::vector<Candidate> all = random_candidates(seed, 400);
    const std::vector<Candidate> kept = suppress(all, {.iou_max = 0.45F});
    ASSERT_FALSE(kept.empty());
    ASSERT_LT(kept.size(), all.size());
    EXPECT_TRUE(std::ranges::is_sorted(kept, before));
    const auto covers = [](const Candidate& better, const Candidate& other) {
      return better.class_id == other.class_id && iou(better.box, other.box) > 0.45F;
    };
    for (const Candidate& candidate : all) {
      const bool is_kept =
          std::ranges::any_of(kept, [&](const Candidate& k) { return k.index == candidate.index; });
      const bool covered = std::ranges::any_of(kept, [&](const Candidate& k) {
        return k.index != candidate.index && before(k, candidate) && covers(k, candidate);
      });
      EXPECT_NE(is_kept, covered) << "seed " << seed << " index " << candidate.index;
    }
  }
}

TEST(Nms, DoesNotDependOnTheOrderOfItsInput) {
  std::vector<Candidate> candidates = random_candidates(7, 500);
  const std::vector<Candidate> first = suppress(candidates);
  std::ranges::reverse(candidates);
  const std::vector<Candidate> second = suppress(candidates);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].index, second[i].index);
}

TEST(Nms, OverlapOfExactlyTheLimitIsKept) {
  const Candidate a{{0, 0, 10, 10}, 0, 0.9F, 0};
  const Candidate b{{0, 0, 10, 5}, 0, 0.8F, 1};
  EXPECT_EQ(suppress({a, b}, {.iou_max = 0.5F}).size(), 2U);
  EXPECT_EQ(suppress({a, b}, {.iou_max = 0.49F}).size(), 1U);
}

TEST(Nms, LooksAtTheBestCandidatesAndKeepsTheBestDetectionsUpToTheLimits) {
  std::vector<Candidate> apart;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto x = static_cast<float>(20 * i);
    apart.push_back({{x, 0, x + 10, 10}, 0, static_cast<float>(i) / 1000, i});
  }
  const std::vector<Candidate> kept = suppress(apart);
  ASSERT_EQ(kept.size(), kDetectionsMax);
  EXPECT_EQ(kept.front().index, 999U);
  EXPECT_EQ(kept.back().index, 700U);
  EXPECT_EQ(suppress(apart, {.candidates_max = 3}).size(), 3U);
  EXPECT_EQ(best_of(apart, {.detections_max = 2}).back().index, 998U);
}

TEST(Nms, SurvivesFarMoreCandidatesThanItLooksAt) {
  std::vector<Candidate> same(kCandidatesMax + 10'000, Candidate{{0, 0, 10, 10}, 0, 0.5F, 0});
  for (std::uint32_t i = 0; i < same.size(); ++i) same[i].index = i;
  const std::vector<Candidate> kept = suppress(same);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].index, 0U);
}

}  // namespace
}  // namespace tally::vision
