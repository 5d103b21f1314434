#include "perception/cabinet/acts.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "perception/cabinet/cabinet_stage.hpp"
#include "perception/cabinet/opening.hpp"
#include "perception/cabinet/tally_up.hpp"

namespace tally::cabinet {
namespace {

using testing::Carried;
using testing::Faults;
using testing::front_of;
using testing::layout_of;
using testing::looks_of;
using testing::put_back;
using testing::taken;

// Looks of product k are looks_of(k); `blur` makes all products look alike.
ProductLikelihood by_looks(const cart::Layout& layout, double weight = 20) {
  return [&layout, weight](std::span<const identify::Look> looks) {
    std::vector<double> logs(layout.products.size(), 0.0);
    for (std::size_t product = 0; product < layout.products.size(); ++product) {
      const std::vector<float> own = looks_of(static_cast<unsigned>(product));
      double sum = 0;
      for (const identify::Look& look : looks) {
        sum += std::inner_product(own.begin(), own.end(), look.embedding.begin(), 0.0);
      }
      logs[product] =
          weight * (sum / static_cast<double>(std::max<std::size_t>(1, looks.size())) - 0.4);
    }
    return logs;
  };
}

double no_evidence(std::size_t, SessionTime, SessionTime, std::optional<SessionTime>) { return 0; }

// "take f03 1.4;" of all likely acts, with the product's facing and the time in seconds.
std::string told(const cart::Layout& layout, const std::vector<Carried>& things, unsigned seed = 1,
                 const Faults& faults = {}) {
  const auto sightings = testing::watch(things, 12, seed, faults);
  const auto cameras = testing::cameras_of(layout);
  const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
  std::string text;
  const std::vector<std::string> ids{"cam0", "cam1", "cam2"};
  const auto items = find_acts({&layout, sightings, carries, by_looks(layout), no_evidence});
  for (const CartEvent& event : tally_up(items, layout, ids).events) {
    for (int i = 0; i < event.quantity; ++i) {
      text += (event.kind == EventKind::kTake ? "take " : "put ") + event.product + ";";
    }
  }
  return text;
}

TEST(Acts, OneItemTakenIsSeenByThreeCamerasAsOneTake) {
  const cart::Layout layout = layout_of();
  for (const std::size_t facing : {0, 5, 11, 18, 23, 26, 31}) {
    const auto looks = looks_of(static_cast<unsigned>(facing));
    EXPECT_EQ(told(layout, {taken(front_of(layout, facing), 2.0, looks)}),
              "take " + layout.products[facing].id + ";")
        << facing;
  }
}

TEST(Acts, OneCameraAloneSeesTheTakeToo) {
  for (const int only : {1, 2}) {
    const cart::Layout layout = layout_of(only);
    EXPECT_EQ(told(layout, {taken(front_of(layout, 19), 2.0, looks_of(19))}, 1, {.cameras = only}),
              "take p23;");
  }
}

TEST(Acts, WhatIsNeverSeenSurelyIsATakeLessSurely) {
  const cart::Layout layout = layout_of();
  const auto cameras = testing::cameras_of(layout);
  const auto probability = [&](float score) {
    auto sightings =
        testing::watch({taken(front_of(layout, 12), 2.0, looks_of(12))}, 12, 1, {.cameras = 1});
    for (Sighting& sighting : sightings) sighting.score = score;
    const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
    const auto items = find_acts({&layout, sightings, carries, by_looks(layout), no_evidence});
    return items.empty() ? 0 : items.front().take->probability;
  };
  EXPECT_GT(probability(0.41F), 0) << "it is doubted, not lost";
  EXPECT_GT(probability(0.8F), 0.5);
  EXPECT_LT(probability(0.5F), probability(0.8F));
  EXPECT_LT(probability(0.41F), 0.8 * probability(0.8F));
}

TEST(Acts, WhatIsSurelySeenOnlyWhereItStandsIsATakeLessSurely) {
  const cart::Layout layout = layout_of();
  const auto cameras = testing::cameras_of(layout);
  const auto probability = [&](float outside) {
    auto sightings = testing::watch({taken(front_of(layout, 12), 2.0, looks_of(12))}, 2.7, 1);
    for (Sighting& sighting : sightings) {
      if (sighting.time > from_seconds(2.35)) sighting.score = outside;
    }
    const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
    const auto items = find_acts({&layout, sightings, carries, by_looks(layout), no_evidence});
    return items.empty() || !items.front().take ? 0 : items.front().take->probability;
  };
  EXPECT_GT(probability(0.8F), 0.8);
  EXPECT_GT(probability(0.42F), 0) << "it is doubted, not lost";
  EXPECT_LT(probability(0.42F), 0.5);
}

TEST(Acts, WhereAnItemLeftAlreadyTheNextNeedShowLess) {
  const cart::Layout layout = layout_of();
  const FacingEvidence less_again = [](auto, auto, auto, auto left) { return left ? -0.5 : -2.0; };
  const std::vector<Leaving> left{{12, from_seconds(1.0)}, {12, from_seconds(2.0)}};
  const auto near = [&](double before) {
    return nearness(layout, front_of(layout, 12), less_again, from_seconds(before),
                    from_seconds(before + 2), left);
  };
  EXPECT_EQ(left_before(12, from_seconds(3.0), left), from_seconds(1.0));
  EXPECT_EQ(left_before(12, from_seconds(0.5), left), std::nullopt);
  EXPECT_EQ(left_before(11, from_seconds(3.0), left), std::nullopt);
  EXPECT_GT(near(3.0)[12], 1.2 * near(0.5)[12]);
  EXPECT_DOUBLE_EQ(near(3.0)[11], near(0.5)[11]);
}

TEST(Acts, AFacingThatShowsLittleSpeaksLessAgainstItsSecondTakeThanItsFirst) {
  const cart::Layout layout = layout_of();
  const auto place = front_of(layout, 12);
  const auto sightings =
      testing::watch({taken(place, 2.0, looks_of(12)), taken(place, 6.0, looks_of(12))}, 12, 1);
  const auto cameras = testing::cameras_of(layout);
  const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
  const FacingEvidence less_again = [](auto, auto, auto, auto left) { return left ? -2.0 : -10.0; };
  const FacingEvidence as_much = [](auto, auto, auto, auto) { return -10.0; };
  const auto items = find_acts({&layout, sightings, carries, by_looks(layout), less_again});
  ASSERT_EQ(items.size(), 2U);
  const auto odds = [&](std::size_t i) {
    const double p = items[i].take->probability;
    return std::log(p / (1 - p));
  };
  const auto same = find_acts({&layout, sightings, carries, by_looks(layout), as_much});
  ASSERT_EQ(same.size(), 2U);
  EXPECT_DOUBLE_EQ(items[0].take->probability, same[0].take->probability);
  EXPECT_GT(odds(1), std::log(same[1].take->probability / (1 - same[1].take->probability)) + 0.2);
}

TEST(Acts, WhatWasMoreSurelyPutThanTakenIsToldByWhereItWasPut) {
  const cart::Layout layout = layout_of();
  const auto cameras = testing::cameras_of(layout);
  std::vector<float> both = looks_of(12);  // As much of facing 12's product as of 20's.
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = (both[i] + looks_of(20)[i]) / 1.5F;
  const auto seen_first = [&](double depth) {
    const vision::Point3 began{front_of(layout, 20).x, depth, front_of(layout, 20).z};
    const vision::Point3 held{began.x, -0.35, began.z};
    const testing::Carried thing{1, 3.6,
                                 [&, began, held](double t) {
                                   return t < 2 ? testing::between(began, held, 1.3, 2, t)
                                                : testing::between(held, front_of(layout, 12), 2,
                                                                   2.8, t);
                                 },
                                 both};
    const auto sightings = testing::watch({thing}, 5, 1);
    const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
    auto items = find_acts({&layout, sightings, carries, by_looks(layout), no_evidence});
    EXPECT_EQ(items.size(), 1U);
    return items.at(0);
  };
  const CarriedItem brought = seen_first(-0.26);  // It may have been inside, at facing 20.
  ASSERT_TRUE(brought.take && brought.put);
  EXPECT_LT(brought.take->probability, 0.5);
  EXPECT_GT(brought.put->probability, 0.9);
  EXPECT_EQ(brought.product, 12U);
  const CarriedItem moved = seen_first(0.05);
  EXPECT_GT(moved.take->probability, 0.9);
  EXPECT_EQ(moved.product, 20U) << "what came from there";
}

TEST(Acts, OfLookAlikesTheOneThatWasTakenBeforeIsTheLikelier) {
  const cart::Layout layout = layout_of();
  const auto cameras = testing::cameras_of(layout);
  std::vector<float> both = looks_of(12);  // As much of facing 12's product as of 13's.
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = (both[i] + looks_of(13)[i]) / 1.5F;
  const vision::Point3 between = 0.5 * (front_of(layout, 12) + front_of(layout, 13));
  const auto odds_of_second = [&](const std::vector<Carried>& things) {
    const auto sightings = testing::watch(things, 12, 1);
    const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
    const auto items = find_acts({&layout, sightings, carries, by_looks(layout), no_evidence});
    const auto& products = items.back().products;
    return std::log(products[layout.facings[12].product] / products[layout.facings[13].product]);
  };
  const auto after = [&](unsigned facing) {
    return odds_of_second(
        {taken(front_of(layout, facing), 2.0, looks_of(facing)), taken(between, 6.0, both)});
  };
  EXPECT_GT(after(12), after(20) + 0.7);
  EXPECT_LT(after(13), after(20) - 0.7);
}

// A hand that comes from outside, is at `place` at `at`, and then does what `thing` does.
Carried hand_of(const Carried& thing, const vision::Point3& place, double at) {
  const vision::Point3 outside{place.x, -0.6, place.z};
  return {at - 1,
          thing.to,
          [=](double t) {
            return t < at ? testing::between(outside, place, at - 1, at, t) : thing.path(t);
          },
          {}};
}

TEST(Acts, WhatIsFirstSeenBeforeTheOpeningWasTakenIfItsHandWasInside) {
  const cart::Layout layout = layout_of();
  const auto place = front_of(layout, 12);
  Carried thing = taken(place, 2.0, looks_of(12));
  const Carried hand = hand_of(thing, place, 2.0);
  thing.from = 2.45;  // Just outside by then.
  EXPECT_EQ(told(layout, {thing}), "");
  EXPECT_EQ(told(layout, {thing, hand}), "take p14;");
  Carried idle = hand;
  idle.path = [](double) { return vision::Point3{-0.3, -0.5, 0.2}; };
  EXPECT_EQ(told(layout, {thing, idle}), "") << "a hand that holds something else";
}

TEST(Acts, WhatIsLastSeenBeforeTheOpeningWasPutIfItsHandWentInside) {
  const cart::Layout layout = layout_of();
  const auto place = front_of(layout, 12);
  const vision::Point3 outside{place.x, -0.6, place.z};
  const auto path = [=](double t) {
    return t < 3 ? testing::between(outside, place, 2, 3, t)
                 : testing::between(place, outside, 3.2, 4.2, t);
  };
  const Carried thing{1.0, 2.56, path, looks_of(12)};  // Lost where it crosses.
  EXPECT_EQ(told(layout, {thing}), "");
  EXPECT_EQ(told(layout, {thing, Carried{1.0, 4.2, path, {}}}), "put p14;");
}

TEST(Acts, WhatIsPutBackIsATakeAndAPut) {
  const cart::Layout layout = layout_of();
  const auto place = front_of(layout, 12);
  EXPECT_EQ(told(layout, {put_back(place, place, 2.0, looks_of(12))}), "take p14;put p14;");
}

TEST(Acts, PutBackOnAnotherShelfIsOfTheSameProduct) {
  const cart::Layout layout = layout_of();
  EXPECT_EQ(told(layout, {put_back(front_of(layout, 12), front_of(layout, 29), 2.0, looks_of(12))}),
            "take p14;put p14;");
}

TEST(Acts, WhatIsBroughtIsForeignMoreOftenThanWhatIsTaken) {
  const cart::Layout layout = layout_of();
  const auto place = front_of(layout, 12);
  const vision::Point3 outside{place.x, -0.6, place.z};
  const Carried brought{
      1.0, 4.0, [=](double t) { return testing::between(outside, place, 2, 3, t); }, looks_of(12)};
  const auto foreign = [&](const Carried& thing) {
    const auto sightings = testing::watch({thing}, 6, 1);
    const auto cameras = testing::cameras_of(layout);
    const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
    const auto items = find_acts({&layout, sightings, carries, by_looks(layout, 0), no_evidence});
    EXPECT_EQ(items.size(), 1U);
    return items.empty() ? 0 : items.front().foreign;
  };
  EXPECT_GT(foreign(brought), 3 * foreign(taken(place, 2.0, looks_of(12))));
}

TEST(Acts, TwoAtOnceInTwoHandsAreTwoTakes) {
  const cart::Layout layout = layout_of();
  EXPECT_EQ(told(layout, {taken(front_of(layout, 8), 2.0, looks_of(8)),
                          taken(front_of(layout, 15), 2.1, looks_of(15))}),
            "take p10;take p17;");
}

TEST(Acts, TwoOfOneProductAfterEachOtherAreTwo) {
  const cart::Layout layout = layout_of();
  EXPECT_EQ(told(layout, {taken(front_of(layout, 9), 2.0, looks_of(9)),
                          taken(front_of(layout, 9), 4.5, looks_of(9))}),
            "take p11;take p11;");
}

TEST(Acts, WhatPassesBeforeTheOpeningIsNoAct) {
  const cart::Layout layout = layout_of();
  const vision::Point3 a{-0.3, -0.35, 0.5};
  const vision::Point3 b{0.3, -0.30, 0.7};
  EXPECT_EQ(told(layout,
                 {{1, 3, [=](double t) { return testing::between(a, b, 1, 3, t); }, looks_of(3)}}),
            "");
}

TEST(Acts, CarriedInAndOutAgainIsNoAct) {
  const cart::Layout layout = layout_of();
  const vision::Point3 out{0.1, -0.35, 0.6};
  const vision::Point3 in{0.1, 0.03, 0.6};
  EXPECT_EQ(told(layout, {{1, 4,
                           [=](double t) {
                             return t < 2.5 ? testing::between(out, in, 1.5, 2.3, t)
                                            : testing::between(in, out, 2.7, 3.5, t);
                           },
                           looks_of(3)}}),
            "");
}

TEST(Acts, AnItemHiddenForAMomentOnItsWayIsTakenOnce) {
  const cart::Layout layout = layout_of();
  Carried first = taken(front_of(layout, 20), 2.0, looks_of(20));
  Carried second = first;
  first.to = 2.5;
  second.from = 2.9;
  EXPECT_EQ(told(layout, {first, second}), "take p24;");
}

TEST(Acts, LookAlikesAreToldApartByTheirPlace) {
  const cart::Layout layout = layout_of();
  const auto sightings = testing::watch({taken(front_of(layout, 10), 2.0, looks_of(10))}, 6, 1, {});
  const auto cameras = testing::cameras_of(layout);
  const auto carries = follow({sightings, cameras, reach_of(*layout.cabinet)});
  const auto items = find_acts({&layout, sightings, carries, by_looks(layout, 0.0), no_evidence});
  ASSERT_FALSE(items.empty());
  EXPECT_EQ(layout.products[items[0].product].id, "p12");
  EXPECT_LT(items[0].products[items[0].product], 0.95);  // But not with certainty.
}

TEST(Acts, ManySeedsAndFaultsLeaveTheCartRight) {
  const cart::Layout layout = layout_of();
  int right = 0;
  constexpr unsigned kRuns = 60;
  for (unsigned seed = 1; seed <= kRuns; ++seed) {
    const std::size_t a = (seed * 7) % 32;
    const std::size_t b = (seed * 11 + 3) % 32;
    const std::string told_text =
        told(layout,
             {taken(front_of(layout, a), 1.0, looks_of(static_cast<unsigned>(a))),
              taken(front_of(layout, b), 4.0, looks_of(static_cast<unsigned>(b)))},
             seed, {.miss = 0.35, .pixels = 8});
    right += told_text == "take " + layout.products[a].id + ";take " + layout.products[b].id + ";"
                 ? 1
                 : 0;
  }
  EXPECT_GE(right, 57);
}

}  // namespace
}  // namespace tally::cabinet
