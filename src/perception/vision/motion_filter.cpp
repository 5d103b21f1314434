#include "perception/vision/motion_filter.hpp"

#include <algorithm>

namespace tally::vision {
namespace {

// Relative to the box's extent. ByteTrack's deviations per frame are 1/20 and 1/160; at 30 frames a
// second these are the variances per second.
constexpr double kMeasured = 1.0 / 20;
constexpr double kWalkPerSecond = 30 * (1.0 / 20) * (1.0 / 20);
constexpr double kAccelerationPerSecond = 30 * (30.0 / 160) * (30.0 / 160);
constexpr double kFirstPosition = 2 * kMeasured;
constexpr double kFirstVelocity = 10 * 30.0 / 160;
constexpr double kExtentMin = 1;  // Pixels.

}  // namespace

BoxFilter::BoxFilter(const Box& box) {
  const Point center = box.center();
  const std::array<double, 4> measured{center.x, center.y, box.width(), box.height()};
  for (std::size_t axis = 0; axis < state_.size(); ++axis) {
    const double size = std::max<double>(axis % 2 == 0 ? box.width() : box.height(), kExtentMin);
    const double position = kFirstPosition * size;
    const double velocity = kFirstVelocity * size;
    state_[axis] = {measured[axis], 0, position * position, 0, velocity * velocity};
  }
}

double BoxFilter::extent(std::size_t axis) const {
  return std::max(state_[axis % 2 == 0 ? kWidth : kHeight].position, kExtentMin);
}

void BoxFilter::predict(double seconds) {
  const std::array<double, 2> extents{extent(kX), extent(kY)};
  for (std::size_t axis = 0; axis < state_.size(); ++axis) {
    Coordinate& c = state_[axis];
    const double variance = extents[axis % 2] * extents[axis % 2] * seconds;
    c.position += c.velocity * seconds;
    c.pp += seconds * (2 * c.pv + seconds * c.vv) +
            variance * (kWalkPerSecond + kAccelerationPerSecond * seconds * seconds / 3);
    c.pv += seconds * c.vv + variance * kAccelerationPerSecond * seconds / 2;
    c.vv += variance * kAccelerationPerSecond;
  }
  for (const std::size_t axis : {std::size_t{kWidth}, std::size_t{kHeight}}) {
    state_[axis].position = std::max(state_[axis].position, kExtentMin);
  }
}

void BoxFilter::correct(const Box& measured) {
  const Point center = measured.center();
  const std::array<double, 4> values{center.x, center.y, measured.width(), measured.height()};
  const std::array<double, 2> extents{extent(kX), extent(kY)};
  for (std::size_t axis = 0; axis < state_.size(); ++axis) {
    Coordinate& c = state_[axis];
    const double deviation = kMeasured * extents[axis % 2];
    const double total = c.pp + deviation * deviation;
    const double gain = c.pp / total;
    const double velocity_gain = c.pv / total;
    const double surprise = values[axis] - c.position;
    c.position += gain * surprise;
    c.velocity += velocity_gain * surprise;
    c.vv -= velocity_gain * c.pv;
    c.pv *= 1 - gain;
    c.pp *= 1 - gain;
  }
}

void BoxFilter::stop_resizing() {
  state_[kWidth].velocity = 0;
  state_[kHeight].velocity = 0;
}

Box BoxFilter::box() const {
  const double width = state_[kWidth].position / 2;
  const double height = state_[kHeight].position / 2;
  return {static_cast<float>(state_[kX].position - width),
          static_cast<float>(state_[kY].position - height),
          static_cast<float>(state_[kX].position + width),
          static_cast<float>(state_[kY].position + height)};
}

Point BoxFilter::velocity() const {
  return {static_cast<float>(state_[kX].velocity), static_cast<float>(state_[kY].velocity)};
}

}  // namespace tally::vision
