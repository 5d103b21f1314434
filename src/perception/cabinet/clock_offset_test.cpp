#include "perception/cabinet/clock_offset.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "perception/cabinet/cabinet_stage.hpp"

namespace tally::cabinet {
namespace {

using testing::Carried;
using testing::front_of;

// A hand that reaches into three facings, one after the other.
std::vector<Carried> a_hand(const cart::Layout& layout) {
  return {testing::taken(front_of(layout, 5), 1.0, {}),
          testing::taken(front_of(layout, 18), 4.5, {}),
          testing::taken(front_of(layout, 28), 8.0, {})};
}

std::vector<Sighting> shifted(std::vector<Sighting> sightings, std::size_t camera, double seconds) {
  for (Sighting& sighting : sightings) {
    if (sighting.camera == camera) sighting.time += from_seconds(seconds);
  }
  std::ranges::stable_sort(sightings, {}, &Sighting::time);
  return sightings;
}

class ClockOffset : public ::testing::Test {
 protected:
  cart::Layout layout_ = testing::layout_of();
  std::vector<vision::Camera> cameras_ = testing::cameras_of(layout_);
  std::vector<Sighting> sightings_ = testing::watch(a_hand(layout_), 12, 3);
};

TEST_F(ClockOffset, ClocksThatAgreeAreLeftAlone) {
  for (const SessionTime offset : clock_offsets(sightings_, cameras_)) {
    EXPECT_EQ(offset, SessionTime{0});
  }
}

TEST_F(ClockOffset, OneClockThatIsOffIsFoundWhicheverItIs) {
  for (const std::size_t camera : {0U, 1U, 2U}) {
    for (const double off : {2.0, -2.0, 0.7}) {
      const auto offsets = clock_offsets(shifted(sightings_, camera, off), cameras_);
      for (std::size_t other = 0; other < offsets.size(); ++other) {
        EXPECT_NEAR(to_seconds(offsets[other]), other == camera ? -off : 0.0, 0.05)
            << "camera " << camera << " off by " << off;
      }
    }
  }
}

TEST_F(ClockOffset, WhatShowsTooLittleChangesNothing) {
  auto few = shifted(sightings_, 1, 2.0);
  std::erase_if(few, [](const Sighting& s) { return s.camera == 1 && s.time > from_seconds(3.6); });
  for (const SessionTime offset : clock_offsets(few, cameras_)) EXPECT_EQ(offset, SessionTime{0});
  EXPECT_EQ(clock_offsets({}, cameras_), std::vector<SessionTime>(3, SessionTime{0}));
  const std::vector<vision::Camera> one{cameras_[0]};
  EXPECT_EQ(clock_offsets({}, one), std::vector<SessionTime>(1, SessionTime{0}));
}

}  // namespace
}  // namespace tally::cabinet
