#include "perception/evaluate/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "perception/evaluate/gates.hpp"
#include "perception/evaluate/testing.hpp"

namespace tally::evaluate {
namespace {

using testing::Act;
using testing::cart_of;
using ::testing::DoubleNear;
using ::testing::HasSubstr;
using testing::kTake;
using testing::truth_of;

constexpr double kNear = 1e-4;

std::vector<const SessionScore*> pointers(const std::vector<SessionScore>& scores) {
  std::vector<const SessionScore*> all;
  for (const SessionScore& score : scores) all.push_back(&score);
  return all;
}

// One cola is owed; so many are charged, so sure.
SessionScore charged(int colas, double probability, const std::string& scenario = "plain") {
  SessionScore score = score_session(cart_of({{1000, kTake, "cola", colas}}, probability),
                                     truth_of({{1000, kTake, "cola"}}));
  score.scenario = scenario;
  return score;
}

TEST(Intervals, WilsonAsComputedByHand) {
  // p = 0.8, n = 10: (0.8 + 0.19207 +- 1.95996 sqrt(0.016 + 0.0096037)) / 1.38415.
  const Interval some = Rate{8, 10}.interval();
  EXPECT_THAT(some.low, DoubleNear(0.4902, kNear));
  EXPECT_THAT(some.high, DoubleNear(0.9433, kNear));
  // None of 100: 0 to z^2 / (n + z^2).
  const Interval none = Rate{0, 100}.interval();
  EXPECT_EQ(none.low, 0);
  EXPECT_THAT(none.high, DoubleNear(0.0370, kNear));
  EXPECT_EQ(Rate{}.share(), std::nullopt);
  EXPECT_EQ((Rate{}.interval().high), 1);
}

TEST(Intervals, OfAMean) {
  const std::vector<double> samples{1, 2, 3, 4};  // s = 1.29099, standard error 0.645497.
  const Mean mean = mean_of(samples);
  EXPECT_EQ(mean.mean, 2.5);
  EXPECT_THAT(mean.interval->low, DoubleNear(2.5 - 1.26515, kNear));
  EXPECT_THAT(mean.interval->high, DoubleNear(2.5 + 1.26515, kNear));
  EXPECT_FALSE(mean_of(std::vector<double>{7}).interval);
}

TEST(Summary, OfPerfectCartsIsOneThroughout) {
  const std::vector<SessionScore> scores(5, charged(1, 1));
  const Summary summary = summarise(pointers(scores), 0);
  EXPECT_EQ(summary.all.exact.share(), 1);
  EXPECT_EQ(summary.all.f1.share(), 1);
  EXPECT_EQ(summary.all.place_f1.share(), 1);
  EXPECT_EQ(summary.all.wrong_charge.share(), 0);
  EXPECT_EQ(summary.all.review.share(), 0);
  EXPECT_EQ(summary.all.count_error.mean, 0);
  EXPECT_EQ(summary.calibration.brier, 0);
  EXPECT_EQ(summary.calibration.ece, 0);
  EXPECT_EQ(summary.best->threshold, 0);
  EXPECT_EQ(summary.best->review.share(), 0);
}

TEST(Summary, RatesAndSumsAsCountedByHand) {
  std::vector<SessionScore> scores{charged(1, 0.9), charged(3, 0.9)};
  // Cola taken for lime, and a water that never was; reviewed.
  Cart mixed_up = cart_of({{1100, kTake, "lime"}, {5000, kTake, "water"}}, 0.5);
  mixed_up.decision.kind = DecisionKind::kReview;
  scores.push_back(score_session(mixed_up, truth_of({{1000, kTake, "cola"}})));
  scores.push_back(score_session(cart_of({}, 0.7), truth_of({{1000, kTake, "cola"}})));
  scores.push_back(score_failed(truth_of({{1000, kTake, "water", 2}})));
  const Figures figures = figures_of(pointers(scores));
  EXPECT_EQ(figures.sessions, 5);
  EXPECT_EQ(figures.failed, 1);
  EXPECT_EQ(figures.exact.share(), 1.0 / 5);
  EXPECT_EQ(figures.review.share(), 2.0 / 5);
  EXPECT_EQ(figures.wrong_charge.share(), 1.0 / 5);
  EXPECT_EQ(figures.wrong_charge_of_charges.share(), 1.0 / 2);
  EXPECT_EQ(figures.missed_charge.share(), 1.0 / 5);
  EXPECT_EQ(figures.items, (ItemCounts{.matched = 2, .misidentified = 1, .extra = 3, .missed = 3}));
  EXPECT_EQ(figures.precision.share(), 2.0 / 6);
  EXPECT_EQ(figures.recall.share(), 2.0 / 6);
  EXPECT_EQ(figures.f1.share(), 2.0 / 6);
  EXPECT_EQ(figures.place_precision.share(), 3.0 / 6);
  EXPECT_EQ(figures.identified.share(), 2.0 / 3);
  EXPECT_EQ(figures.mixed_up_in_family.share(), 1);
  // Lines: cola 1/1; cola 1/3; cola 1/0, lime 0/1, water 0/1; cola 1/0; water 2/0.
  EXPECT_EQ(figures.lines_right.share(), 1.0 / 7);
  EXPECT_EQ(figures.count_error.mean, 8.0 / 7);
  // Errors of carts: 0, +500, 350 - 250, -250; the failed one has none.
  ASSERT_TRUE(figures.money);
  EXPECT_EQ(figures.money->error_minor.mean, 350.0 / 4);
  EXPECT_EQ(figures.money->error_absolute_minor.mean, 850.0 / 4);
  EXPECT_EQ(figures.money->overcharged_minor, 500);
  EXPECT_EQ(figures.money->undercharged_minor, 250);
}

TEST(Summary, MoneyOfSeveralCurrenciesIsNotAdded) {
  std::vector<SessionScore> scores(2, charged(1, 0.9));
  scores[1].currency = "USD";
  EXPECT_FALSE(figures_of(pointers(scores)).money);
}

TEST(Summary, GroupsAreByNameAndNumbersInTheirOrder) {
  const std::vector<SessionScore> scores{charged(1, 0.9, "10"), charged(1, 0.9, "swap"),
                                         charged(2, 0.9, "2"), charged(1, 0.9, "2")};
  const auto groups = grouped(pointers(scores), [](const auto& s) { return s.scenario; });
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].name, "swap");
  EXPECT_EQ(groups[1].name, "2");
  EXPECT_EQ(groups[1].figures.exact.share(), 0.5);
  EXPECT_EQ(groups[2].name, "10");
}

TEST(Calibration, AsComputedByHand) {
  const std::vector<SessionScore> scores{charged(2, 0.6), charged(1, 0.6), charged(1, 0.9),
                                         charged(1, 0.9)};
  const Calibration calibration = calibrate(pointers(scores), 2);
  ASSERT_EQ(calibration.bins.size(), 2U);
  EXPECT_EQ(calibration.bins[0].exact.share(), 0.5);
  EXPECT_EQ(calibration.bins[1].exact.share(), 1);
  EXPECT_THAT(calibration.brier, DoubleNear((0.36 + 0.16 + 0.01 + 0.01) / 4, 1e-12));
  EXPECT_THAT(calibration.ece, DoubleNear((0.1 * 2 + 0.1 * 2) / 4, 1e-12));
}

TEST(Calibration, EqualProbabilitiesStayInOneBin) {
  const std::vector<SessionScore> scores{charged(2, 0.9), charged(1, 0.9), charged(2, 0.9),
                                         charged(1, 0.9), charged(1, 0.95)};
  const Calibration calibration = calibrate(pointers(scores), 4);
  ASSERT_EQ(calibration.bins.size(), 2U);
  EXPECT_EQ(calibration.bins[0].exact.of, 4);
  EXPECT_EQ(calibration.bins[0].exact.share(), 0.5);
}

TEST(Calibration, BinsHoldAboutEquallyManySessions) {
  std::vector<SessionScore> scores;
  for (int i = 0; i < 100; ++i) scores.push_back(charged(1, i * 0.01));
  for (const ReliabilityBin& bin : calibrate(pointers(scores)).bins) EXPECT_EQ(bin.exact.of, 10);
}

TEST(Knob, ItsCornersAsCountedByHand) {
  std::vector<SessionScore> scores{charged(2, 0.3), charged(1, 0.5), charged(1, 0.8),
                                   charged(2, 0.9), charged(1, 0.99)};
  const auto curve = knob_curve(pointers(scores));
  // Nobody reviewed: 2 wrong. From above 0.3 on 1, from above 0.9 on none; then all are reviewed.
  ASSERT_EQ(curve.size(), 4U);
  EXPECT_EQ(curve[0].threshold, 0);
  EXPECT_EQ(curve[0].wrong_charge.hits, 2);
  EXPECT_EQ(curve[1].threshold, 0.5);
  EXPECT_EQ(curve[1].wrong_charge.hits, 1);
  EXPECT_EQ(curve[1].review.hits, 1);
  EXPECT_EQ(curve[2].threshold, 0.99);
  EXPECT_EQ(curve[2].wrong_charge.hits, 0);
  EXPECT_EQ(curve[2].review.hits, 4);
  EXPECT_EQ(curve[3].threshold, 1);
  EXPECT_EQ(curve[3].review.hits, 5);
  EXPECT_EQ(best_knob(curve, 0.2)->threshold, 0.5);
  EXPECT_EQ(best_knob(curve, 0.19)->threshold, 0.99);
}

TEST(Knob, SureAndWrongCantBeMended) {
  const std::vector<SessionScore> scores{charged(2, 1), charged(1, 0.5)};
  EXPECT_FALSE(best_knob(knob_curve(pointers(scores)), 0.1));
  EXPECT_TRUE(best_knob(knob_curve(pointers(scores)), 0.5));
}

TEST(Knob, AFailedSessionIsReviewedAtAnyThreshold) {
  const std::vector<SessionScore> scores{score_failed(truth_of({})), charged(1, 0.9)};
  EXPECT_EQ(knob_at(pointers(scores), 0).review.hits, 1);
  EXPECT_EQ(knob_curve(pointers(scores)).back().review.hits, 2);
}

std::vector<SessionScore> some_scores(std::mt19937& generator) {
  std::vector<SessionScore> scores(generator() % 40);
  for (SessionScore& score : scores) {
    const double probability = static_cast<double>(generator() % 21) / 20;
    score = generator() % 9 == 0 ? score_failed(truth_of({}))
                                 : charged(static_cast<int>(generator() % 3), probability);
  }
  return scores;
}

TEST(Knob, TheCurveIsMonotonousAndSaysWhatEachThresholdDoes) {
  std::mt19937 generator(3);
  for (int round = 0; round < 200; ++round) {
    const std::vector<SessionScore> scores = some_scores(generator);
    const auto all = pointers(scores);
    const auto curve = knob_curve(all);
    EXPECT_EQ(curve.front().threshold, 0);
    EXPECT_EQ(curve.back().threshold, 1);
    for (std::size_t i = 0; i < curve.size(); ++i) {
      const KnobPoint there = knob_at(all, curve[i].threshold);
      EXPECT_EQ(curve[i].review.hits, there.review.hits);
      EXPECT_EQ(curve[i].wrong_charge.hits, there.wrong_charge.hits);
      EXPECT_EQ(curve[i].missed_charge.hits, there.missed_charge.hits);
      if (i == 0) continue;
      EXPECT_GT(curve[i].threshold, curve[i - 1].threshold);
      EXPECT_GE(curve[i].review.hits, curve[i - 1].review.hits);
      EXPECT_LE(curve[i].wrong_charge.hits, curve[i - 1].wrong_charge.hits);
      EXPECT_LE(curve[i].missed_charge.hits, curve[i - 1].missed_charge.hits);
    }
    // No threshold at all does better than the best knob.
    const auto best = best_knob(curve, 0.1);
    for (int step = 0; step <= 20; ++step) {
      const KnobPoint there = knob_at(all, step / 20.0);
      if (there.wrong_charge.share().value_or(0) > 0.1) continue;
      ASSERT_TRUE(best);
      EXPECT_LE(best->review.hits, there.review.hits);
    }
  }
}

TEST(Summary, TheOrderOfSessionsDoesNotMatter) {
  std::mt19937 generator(4);
  for (int round = 0; round < 50; ++round) {
    std::vector<SessionScore> scores = some_scores(generator);
    const Summary before = summarise(pointers(scores), 0.1);
    std::ranges::shuffle(scores, generator);
    const Summary after = summarise(pointers(scores), 0.1);
    EXPECT_EQ(before.all.exact.hits, after.all.exact.hits);
    EXPECT_EQ(before.all.items, after.all.items);
    EXPECT_EQ(before.all.count_error.mean, after.all.count_error.mean);
    EXPECT_EQ(before.calibration.bins.size(), after.calibration.bins.size());
    EXPECT_EQ(before.curve.size(), after.curve.size());
    EXPECT_THAT(after.calibration.brier, DoubleNear(before.calibration.brier, 1e-12));
    EXPECT_THAT(after.calibration.ece, DoubleNear(before.calibration.ece, 1e-12));
  }
}

TEST(Summary, OfNothingHasNoRates) {
  const Summary summary = summarise({}, 0.1);
  EXPECT_EQ(summary.all.exact.share(), std::nullopt);
  EXPECT_TRUE(summary.calibration.bins.empty());
  EXPECT_FALSE(summary.all.money);
}

TEST(Summary, ProductsAndConfusionsWorstFirst) {
  std::vector<SessionScore> scores{charged(3, 0.9)};
  for (int i = 0; i < 2; ++i) {
    scores.push_back(
        score_session(cart_of({{1000, kTake, "lime"}}), truth_of({{1000, kTake, "water"}})));
  }
  scores.push_back(
      score_session(cart_of({{1000, kTake, "cola"}}), truth_of({{1000, kTake, "lime"}})));
  const Summary summary = summarise(pointers(scores), 0.1);
  ASSERT_EQ(summary.confusions.size(), 2U);
  EXPECT_EQ(summary.confusions[0].expected, "water");
  EXPECT_EQ(summary.confusions[0].items, 2);
  ASSERT_EQ(summary.products.size(), 3U);
  EXPECT_EQ(summary.products[0].product, "cola");
  EXPECT_EQ(summary.products[0].count_error, 3);
  EXPECT_EQ(summary.products[2].product, "water");
}

TEST(Gates, AreReadAndHeldAgainstTheSummary) {
  const std::vector<SessionScore> scores{charged(1, 0.9), charged(2, 0.9)};
  const auto gates = parse_gates("exact=0.5,f1=0.81,wrong=0.5,review=0,missed=0.1");
  ASSERT_TRUE(gates);
  const auto results = check_gates(*gates, summarise(pointers(scores), 0));
  EXPECT_TRUE(results[0].met);   // 1 of 2.
  EXPECT_FALSE(results[1].met);  // 2 matched, 1 extra: 0.8.
  EXPECT_EQ(words_of(results[1]), "f1 is 0.8000, required is at least 0.81");
  EXPECT_TRUE(results[2].met);
  EXPECT_TRUE(results[3].met && results[4].met);
  EXPECT_EQ(words_of(results[2]), "wrong is 0.5000, required is at most 0.5");
}

TEST(Gates, WithoutAValueAreMissed) {
  const auto results = check_gates(parse_gates("identified=0").value(), summarise({}, 0));
  EXPECT_FALSE(results[0].met);
  EXPECT_EQ(words_of(results[0]), "identified is not known, required is at least 0");
}

TEST(Gates, WhatIsNoGateIsRefused) {
  EXPECT_THAT(parse_gates("exakt=1").error().message, HasSubstr("there are exact, f1"));
  for (const char* bad :
       {"exact", "exact=", "exact=2", "exact=nan", "exact=0.5x", "exact=-1", ""}) {
    const auto gates = parse_gates(bad);
    ASSERT_FALSE(gates) << bad;
    EXPECT_EQ(gates.error().code.kind, ErrorKind::kUsage);
  }
  EXPECT_FALSE(parse_gates("exact=1,"));
}

}  // namespace
}  // namespace tally::evaluate
