#include "perception/vision/tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "perception/vision/assignment.hpp"

namespace tally::vision {
namespace {

Detection at(float x, float y, int class_id = 39, float score = 0.9F) {
  return {{x - 20, y - 40, x + 20, y + 40}, class_id, score};
}

// The id of the track that was matched to detection `index`, 0 if none.
std::int64_t id_of(std::span<const Track> tracks, std::size_t index) {
  for (const Track& track : tracks) {
    if (track.detection == index) return track.id;
  }
  return 0;
}

double cheapest(const std::vector<float>& costs, std::size_t rows, std::size_t columns,
                double limit) {
  std::vector<std::size_t> order(std::max(rows, columns));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const bool exists = order[r] < columns;
      sum += exists ? std::min<double>(costs[r * columns + order[r]], limit) : 0;
    }
    // With fewer columns than rows every column is used, by some row.
    best = std::min(best, sum);
  } while (std::ranges::next_permutation(order).found);
  return best;
}

TEST(Assignment, CostsNoMoreThanAnyOtherPairing) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = random() % 6;
    const std::size_t columns = random() % 6;
    std::vector<float> costs(rows * columns);
    for (float& cost : costs) cost = static_cast<float>(random() % 20) / 10;
    const float limit = 1.2F;
    const std::vector<int> pairs = assign(costs, rows, columns, limit);
    ASSERT_EQ(pairs.size(), rows);
    double sum = 0;
    std::vector<int> used;
    for (std::size_t r = 0; r < rows; ++r) {
      if (pairs[r] == kUnassigned) continue;
      const float cost = costs[r * columns + static_cast<std::size_t>(pairs[r])];
      EXPECT_LT(cost, limit);
      EXPECT_EQ(std::ranges::count(used, pairs[r]), 0);
      used.push_back(pairs[r]);
      sum += cost;
    }
    const std::size_t alone = std::min(rows, columns) - used.size();
    sum += static_cast<double>(alone) * limit;
    EXPECT_NEAR(sum, cheapest(costs, rows, columns, limit), 1e-5) << rows << "x" << columns;
  }
}

TEST(Tracker, IsBelievedAtOnceInTheFirstPictureAndTheSecondTimeLater) {
  Tracker tracker;
  const SessionTime step = std::chrono::milliseconds(33);
  const std::vector<Detection> first{at(100, 100)};
  EXPECT_EQ(tracker.update(SessionTime(0), first)[0].state, TrackState::kTracked);
  const std::vector<Detection> both{at(100, 100), at(300, 100)};
  EXPECT_EQ(tracker.update(step, both)[1].state, TrackState::kTentative);
  EXPECT_EQ(tracker.update(2 * step, both)[1].state, TrackState::kTracked);
  EXPECT_EQ(tracker.update(3 * step, both)[1].hits, 3);
}

TEST(Tracker, AFlickerThatIsSeenOnceIsGivenUp) {
  Tracker tracker;
  (void)tracker.update(SessionTime(0), {});
  const std::vector<Detection> flicker{at(50, 50)};
  EXPECT_EQ(tracker.update(SessionTime(33'000), flicker).size(), 1U);
  const auto after = tracker.update(SessionTime(66'000), {});
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].state, TrackState::kRemoved);
  EXPECT_TRUE(tracker.update(SessionTime(99'000), {}).empty());
}

// Two things pass each other in opposite directions, rows 20 pixels apart, at the frame times
// given.
void expect_crossing_keeps_ids(const std::vector<SessionTime>& times) {
  Tracker tracker;
  std::int64_t first = 0;
  std::int64_t second = 0;
  for (const SessionTime time : times) {
    const auto travelled = static_cast<float>(150 * to_seconds(time));
    const std::vector<Detection> detections{at(50 + travelled, 100), at(350 - travelled, 130)};
    const auto tracks = tracker.update(time, detections);
    if (time == times.front()) {
      first = id_of(tracks, 0);
      second = id_of(tracks, 1);
    }
    EXPECT_EQ(id_of(tracks, 0), first) << to_ms(time);
    EXPECT_EQ(id_of(tracks, 1), second) << to_ms(time);
  }
}

TEST(Tracker, IdsSurviveCrossingAtAnyFrameRate) {
  for (const int frames_per_second : {10, 15, 30, 60}) {
    std::vector<SessionTime> times;
    for (int i = 0; i < 2 * frames_per_second; ++i) {
      times.push_back(from_seconds(static_cast<double>(i) / frames_per_second));
    }
    expect_crossing_keeps_ids(times);
  }
}

TEST(Tracker, IdsSurviveAFrameRateThatChanges) {
  std::vector<SessionTime> times{SessionTime(0)};
  std::mt19937 random(5);
  while (times.back() < std::chrono::seconds(2)) {
    times.push_back(times.back() + std::chrono::milliseconds(10 + random() % 90));
  }
  expect_crossing_keeps_ids(times);
}

TEST(Tracker, IsFoundAgainWhereItsMotionLedAfterAGap) {
  Tracker tracker;
  std::int64_t id = 0;
  for (int i = 0; i < 60; ++i) {
    const auto time = SessionTime(i * 33'333);
    std::vector<Detection> seen{at(50 + 4 * static_cast<float>(i), 100)};
    const bool hidden = i >= 25 && i < 45;  // 0.67 s, 80 pixels: twice the box's width.
    if (hidden) seen.clear();
    const auto tracks = tracker.update(time, seen);
    ASSERT_EQ(tracks.size(), 1U) << i;
    if (i == 0) id = tracks[0].id;
    EXPECT_EQ(tracks[0].id, id);
    EXPECT_EQ(tracks[0].state, hidden ? TrackState::kLost : TrackState::kTracked) << i;
    EXPECT_EQ(tracks[0].misses, hidden ? i - 24 : 0);
  }
}

TEST(Tracker, PredictsByTheTimeThatPassedNotByTheNumberOfUpdates) {
  Tracker tracker;
  for (int i = 0; i < 15; ++i) {
    const std::vector<Detection> seen{at(50 + 10 * static_cast<float>(i), 100)};
    (void)tracker.update(SessionTime(i * 33'333), seen);
  }
  // Ten frames are dropped: 110 pixels to the next one, nearly three times the box's width.
  const std::vector<Detection> seen{at(300, 100)};
  const auto tracks = tracker.update(SessionTime(25 * 33'333), seen);
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].detection, 0U);
  EXPECT_NEAR(tracks[0].velocity.x, 300, 30);
}

TEST(Tracker, ALostBoxGoesOnMovingAndKeepsItsSize) {
  Tracker tracker;
  for (int i = 0; i < 15; ++i) {
    Detection growing = at(50 + 5 * static_cast<float>(i), 100);
    growing.box.bottom += 2 * static_cast<float>(i);
    growing.box.top -= 2 * static_cast<float>(i);
    (void)tracker.update(SessionTime(i * 33'333), std::vector{growing});
  }
  const Track last = tracker.update(SessionTime(15 * 33'333), {})[0];
  const Track later = tracker.update(SessionTime(30 * 33'333), {})[0];
  EXPECT_EQ(later.state, TrackState::kLost);
  EXPECT_NEAR(later.box.height(), last.box.height(), 0.01);
  EXPECT_NEAR(later.box.center().x - last.box.center().x, 75, 10);
}

TEST(Tracker, IsGivenUpAfterTheLongestGap) {
  TrackerOptions options;
  options.lost_max = std::chrono::milliseconds(500);
  Tracker tracker(options);
  const std::vector<Detection> seen{at(100, 100)};
  (void)tracker.update(SessionTime(0), seen);
  EXPECT_EQ(tracker.update(SessionTime(500'000), {})[0].state, TrackState::kLost);
  EXPECT_EQ(tracker.update(SessionTime(500'001), {})[0].state, TrackState::kRemoved);
  (void)tracker.update(SessionTime(600'000), seen);
  const auto again = tracker.update(SessionTime(633'000), seen);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].id, 2);
}

TEST(Tracker, AnUnsureDetectionKeepsATrackAndBeginsNone) {
  Tracker tracker;
  const std::vector<Detection> sure{at(100, 100)};
  const std::vector<Detection> unsure{at(102, 100, 39, 0.2F), at(300, 100, 39, 0.2F)};
  (void)tracker.update(SessionTime(0), sure);
  const auto tracks = tracker.update(SessionTime(33'000), unsure);
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].detection, 0U);
  EXPECT_FLOAT_EQ(tracks[0].mean_score, 0.55F);
  EXPECT_FLOAT_EQ(tracks[0].score, 0.2F);
}

TEST(Tracker, AClassThatFlipsNeitherBreaksTheTrackNorChangesItsName) {
  Tracker tracker;
  for (int i = 0; i < 30; ++i) {
    const std::vector<Detection> seen{at(100, 100, i % 3 == 2 ? 75 : 39)};
    const auto tracks = tracker.update(SessionTime(i * 33'000), seen);
    ASSERT_EQ(tracks.size(), 1U);
    EXPECT_EQ(tracks[0].class_id, 39);
  }
  const auto tracks = tracker.update(SessionTime(30 * 33'000), {});
  EXPECT_NEAR(tracks[0].class_share, 2.0 / 3, 0.01);
}

TEST(Tracker, OfTwoOverlappingThingsEachGoesOnWithItsClass) {
  Tracker tracker;
  const std::vector<Detection> seen{at(100, 100, 39), at(103, 100, 0)};
  (void)tracker.update(SessionTime(0), seen);
  // Position alone would swap them, and so would the order of detections.
  const std::vector<Detection> moved{at(100, 100, 0), at(103, 100, 39)};
  const auto tracks = tracker.update(SessionTime(33'000), moved);
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0].class_id, 39);
  EXPECT_EQ(tracks[0].detection, 1U);
  EXPECT_EQ(tracks[1].detection, 0U);
}

TEST(Tracker, TwoEqualBoxesAreTwoTracksWithStableIds) {
  Tracker tracker;
  for (int i = 0; i < 10; ++i) {
    const std::vector<Detection> seen{at(100, 100, 39), at(100, 100, 75)};
    const auto tracks = tracker.update(SessionTime(i * 33'000), seen);
    ASSERT_EQ(tracks.size(), 2U);
    EXPECT_EQ(id_of(tracks, 0), 1);
    EXPECT_EQ(id_of(tracks, 1), 2);
  }
}

TEST(Tracker, GivesTheSameAnswersForTheSameInput) {
  const auto run = [] {
    Tracker tracker;
    std::mt19937 random(11);
    std::vector<std::int64_t> trace;
    for (int i = 0; i < 100; ++i) {
      std::vector<Detection> seen;
      for (int k = 0; k < 12; ++k) {
        const auto score = static_cast<float>(random() % 100) / 100;
        seen.push_back(at(static_cast<float>(random() % 300), static_cast<float>(random() % 200),
                          static_cast<int>(random() % 3), score));
      }
      for (const Track& track : tracker.update(SessionTime(i * 40'000), seen)) {
        trace.push_back(track.id * 10 + static_cast<int>(track.state));
        trace.push_back(std::lround(track.box.left * 1000));
      }
    }
    return trace;
  };
  EXPECT_EQ(run(), run());
}

TEST(Tracker, IgnoresBrokenDetectionsAndTimeThatRunsBackwards) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Tracker tracker;
  const std::vector<Detection> broken{
      {{kNan, 0, 5, 5}, 0, 0.9F}, {{0, 0, 5, 5}, 0, kNan}, {{9, 9, 3, 3}, 0, 0.9F}, at(100, 100)};
  EXPECT_EQ(tracker.update(SessionTime(100'000), broken).size(), 1U);
  const auto tracks = tracker.update(SessionTime(50'000), broken);
  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].detection, 3U);
  EXPECT_EQ(tracks[0].last_seen, SessionTime(100'000));
}

TEST(Tracker, TakesNoMoreDetectionsAndTracksThanItsLimits) {
  Tracker tracker;
  std::vector<Detection> many;
  for (std::size_t i = 0; i < kTracksMax + 200; ++i) {
    many.push_back(at(static_cast<float>(i) * 50, 50));
  }
  EXPECT_EQ(tracker.update(SessionTime(0), many).size(), kTrackedDetectionsMax);
  std::vector<Detection> others(many.rbegin(), many.rend());
  (void)tracker.update(SessionTime(33'000), others);
  EXPECT_LE(tracker.update(SessionTime(66'000), others).size(), kTracksMax);
}

}  // namespace
}  // namespace tally::vision
