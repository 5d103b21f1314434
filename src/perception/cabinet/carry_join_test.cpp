#include "perception/cabinet/carry_join.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "perception/cabinet/cabinet_stage.hpp"

namespace tally::cabinet {
namespace {

using testing::between;
using testing::looks_of;

// One stretch in which something was seen, from a place to another.
struct Stretch {
  double from = 0;  // Seconds.
  double to = 0;
  vision::Point3 a;
  vision::Point3 b;
  std::vector<float> looks{};  // Empty for a hand.
  float score = 0.8F;
};

// What the cameras see of stretches, and a fragment for each of them.
class Watched {
 public:
  explicit Watched(const std::vector<Stretch>& stretches, unsigned seed = 1) {
    std::vector<std::pair<Sighting, std::size_t>> seen;
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      const Stretch& stretch = stretches[i];
      const double seconds = stretch.to - stretch.from;
      const auto path = [&](double time) {
        return between(stretch.a, stretch.b, 0, seconds, time);
      };
      for (Sighting& sighting :
           testing::watch({{0, seconds, path, stretch.looks}}, seconds, seed + unsigned(i))) {
        sighting.time += from_seconds(stretch.from);
        sighting.score = stretch.score;
        seen.emplace_back(std::move(sighting), i);
      }
    }
    std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.time, a.first.camera) < std::pair(b.first.time, b.first.camera);
    });
    std::vector<std::vector<std::size_t>> indices(stretches.size());
    for (auto& [sighting, stretch] : seen) {
      indices[stretch].push_back(sightings_.size());
      sightings_.push_back(std::move(sighting));
    }
    for (const std::vector<std::size_t>& own : indices) begin_one(own);
  }

  [[nodiscard]] CarryScene scene() const { return {sightings_, cameras_, kReach}; }
  [[nodiscard]] const std::vector<Carry>& fragments() const { return fragments_; }

 private:
  static inline const vision::Cuboid kReach =
      reach_of({.width = 0.8, .height = 1.2, .depth = 0.45});

  void begin_one(const std::vector<std::size_t>& indices) {
    if (indices.empty()) return;
    std::optional<CarryFilter> filter;
    for (const std::size_t i : indices) {
      const Sighting& seen = sightings_[i];
      const vision::Camera& camera = cameras_[seen.camera];
      if (filter) filter->update(camera, seen.time, seen.box);
      if (!filter) filter = CarryFilter::begin(camera, seen.time, seen.box, 0.16, kReach);
    }
    fragments_.push_back({sightings_[indices[0]].kind, indices, filter->smooth()});
  }

  std::vector<vision::Camera> cameras_ = testing::cameras_of(testing::layout_of());
  std::vector<Sighting> sightings_;
  std::vector<Carry> fragments_;
};

constexpr vision::Point3 kInside{0.1, 0.1, 0.6};
constexpr vision::Point3 kBefore{0.1, -0.3, 0.6};

// An item on its way out, lost three times: four fragments a visit, one visit every four seconds.
std::vector<Stretch> visits(std::size_t count) {
  std::vector<Stretch> stretches;
  for (std::size_t visit = 0; visit < count; ++visit) {
    const double start = 4.0 * static_cast<double>(visit);
    for (int part = 0; part < 4; ++part) {
      const double step = 0.25 * part;
      const auto at = [&](double share) { return kInside + share * (kBefore - kInside); };
      stretches.push_back({start + 0.6 * part, start + 0.6 * part + 0.5, at(step), at(step + 0.2),
                           looks_of(static_cast<unsigned>(visit))});
    }
  }
  return stretches;
}

// What the joiner is to give: all pairs compared, the best joined, and so on.
std::vector<Carry> joined_by_all_pairs(std::vector<Carry> carries, const CarryScene& scene) {
  while (true) {
    double best = kMisfitMax;
    std::pair<std::size_t, std::size_t> pair;
    for (std::size_t i = 0; i < carries.size(); ++i) {
      for (std::size_t j = i + 1; j < carries.size(); ++j) {
        const auto cost = misfit(carries[i], carries[j], scene);
        if (!cost || *cost >= best) continue;
        best = *cost;
        pair = {i, j};
      }
    }
    if (best == kMisfitMax) return carries;
    auto one = joined(carries[pair.first], carries[pair.second], scene);
    carries.erase(carries.begin() + static_cast<std::ptrdiff_t>(pair.second));
    if (one) carries[pair.first] = std::move(*one);
  }
}

bool same(const Carry& a, const Carry& b) {
  const auto one_place = [](const CarryPlace& p, const CarryPlace& q) {
    return p.time == q.time && p.position == q.position && p.velocity == q.velocity &&
           p.sigma == q.sigma;
  };
  return a.kind == b.kind && a.sightings == b.sightings &&
         std::equal(a.places.begin(), a.places.end(), b.places.begin(), b.places.end(), one_place);
}

// Hands and items that cross each other's time, in pieces.
std::vector<Stretch> crowd(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<Stretch> stretches;
  for (unsigned thing = 0; thing < 8; ++thing) {
    vision::Point3 at{0.6 * share(random) - 0.3, 0.1, 0.3 + 0.5 * share(random)};
    double time = 5 * share(random);
    for (int part = 0; part < 4; ++part) {
      const vision::Point3 next = at + vision::Point3{0.1 * share(random), -0.15, 0};
      const double end = time + 0.3 + 0.3 * share(random);
      stretches.push_back(
          {time, end, at, next, thing % 3 == 0 ? std::vector<float>{} : looks_of(thing % 4)});
      at = next;
      time = end + 0.8 * share(random) - 0.3;
    }
  }
  return stretches;
}

TEST(CarryJoin, GivesWhatComparingAllPairsGives) {
  std::size_t joins = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const Watched watched(crowd(seed), seed);
    const auto fast = join_fragments(watched.fragments(), watched.scene()).carries;
    const auto slow = joined_by_all_pairs(watched.fragments(), watched.scene());
    EXPECT_TRUE(std::equal(fast.begin(), fast.end(), slow.begin(), slow.end(), same)) << seed;
    joins += watched.fragments().size() - fast.size();
  }
  EXPECT_GT(joins, 100U);
}

TEST(CarryJoin, FourTimesAsManyFragmentsTakeFourTimesAsManyComparisons) {
  const Watched few(visits(125));
  const Watched many(visits(500));
  ASSERT_EQ(many.fragments().size(), 2000U);
  const Joining of_few = join_fragments(few.fragments(), few.scene());
  const Joining of_many = join_fragments(many.fragments(), many.scene());
  EXPECT_EQ(of_many.carries.size(), 500U);  // Each visit's item is one.
  EXPECT_LT(of_many.comparisons, of_few.comparisons * 41 / 10);
  EXPECT_LT(of_many.comparisons, 2000U * 20U);
}

TEST(CarryJoin, WhatIsLostAgainAndAgainIsOneThing) {
  std::vector<Stretch> stretches;
  for (int part = 0; part < 20; ++part) {
    stretches.push_back({3.0 * part, 3.0 * part + 1, kBefore, kBefore, looks_of(1)});
  }
  const Watched watched(stretches);
  EXPECT_EQ(join_fragments(watched.fragments(), watched.scene()).carries.size(), 1U);
}

TEST(CarryJoin, WhatIsLostForLongIsNotTheSame) {
  for (const auto& [gap, carries] : {std::pair(2.3, 1U), std::pair(2.7, 2U)}) {
    const Watched watched(
        {{0, 1, kBefore, kBefore, looks_of(1)}, {1 + gap, 2 + gap, kBefore, kBefore, looks_of(1)}});
    EXPECT_EQ(join_fragments(watched.fragments(), watched.scene()).carries.size(), carries) << gap;
  }
}

TEST(CarryJoin, OverALongerGapOnlyWhatWasSurelySeenIsOneItem) {
  const auto carries_of = [](float before, float after, const std::vector<float>& looks) {
    const Watched watched(
        {{0, 0.25, kBefore, kBefore, looks, before}, {1.4, 1.65, kBefore, kBefore, looks, after}});
    EXPECT_EQ(watched.fragments().size(), 2U);
    return join_fragments(watched.fragments(), watched.scene()).carries.size();
  };
  EXPECT_EQ(carries_of(0.8F, 0.8F, looks_of(1)), 1U);
  EXPECT_EQ(carries_of(0.45F, 0.8F, looks_of(1)), 2U);
  EXPECT_EQ(carries_of(0.8F, 0.45F, looks_of(1)), 2U);
  EXPECT_EQ(carries_of(0.45F, 0.45F, {}), 1U) << "a hand";
}

TEST(CarryJoin, HowAlikeTwoMustLookIsTheScenesToSay) {
  std::vector<float> between = looks_of(1);
  const std::vector<float> other = looks_of(2);
  for (std::size_t i = 0; i < between.size(); ++i)
    between[i] = 0.55F * between[i] + 0.8F * other[i];
  const Watched watched(
      {{0, 1, kBefore, kBefore, looks_of(1)}, {1.2, 2.2, kBefore, kBefore, between}});
  CarryScene scene = watched.scene();
  EXPECT_EQ(join_fragments(watched.fragments(), scene).carries.size(), 1U);
  scene.alike_min = 0.9;
  EXPECT_EQ(join_fragments(watched.fragments(), scene).carries.size(), 2U);
}

TEST(CarryJoin, BeyondTheLimitThoseSeenLeastStayAsTheyAre) {
  std::vector<Stretch> stretches;
  for (std::size_t pair = 0; pair <= kFragmentsMax / 2; ++pair) {
    const double start = 5.0 * static_cast<double>(pair);
    const bool short_one = pair == 7;
    stretches.push_back({start, start + 0.4, kBefore, kBefore});
    stretches.push_back({start + 0.5, start + (short_one ? 0.6 : 0.9), kBefore, kBefore});
  }
  const auto carries_of = [](const std::vector<Stretch>& some) {
    const Watched watched(some);
    return join_fragments(watched.fragments(), watched.scene()).carries;
  };
  stretches.pop_back();  // One more than the limit.
  ASSERT_EQ(stretches.size(), kFragmentsMax + 1);
  const auto beyond = carries_of(stretches);
  EXPECT_EQ(beyond.size(), kFragmentsMax / 2 + 2);
  EXPECT_LT(beyond[8].first().time - beyond[7].first().time, from_seconds(1));
  stretches.pop_back();
  EXPECT_EQ(carries_of(stretches).size(), kFragmentsMax / 2);
}

}  // namespace
}  // namespace tally::cabinet
