// A Kalman filter for one box: centre and size, each with a velocity.
//
// With noise that is independent per coordinate (as SORT, ByteTrack and BoT-SORT have it) the
// 8-dimensional filter falls apart into four of two dimensions, which is what this is. Process
// noise is white acceleration plus a random walk of the position, both proportional to the box's
// size and to elapsed time; at 30 frames a second it equals ByteTrack's per-frame noise. Values;
// pixels and seconds.
#pragma once

#include <array>

#include "perception/vision/geometry.hpp"

namespace tally::vision {

class BoxFilter {
 public:
  explicit BoxFilter(const Box& box);

  void predict(double seconds);
  void correct(const Box& measured);
  void stop_resizing();  // An unseen box goes on moving but keeps its size.

  [[nodiscard]] Box box() const;
  [[nodiscard]] Point velocity() const;

 private:
  // Position and velocity with their covariance [[pp, pv], [pv, vv]].
  struct Coordinate {
    double position;
    double velocity;
    double pp;
    double pv;
    double vv;
  };
  enum Axis : std::size_t { kX, kY, kWidth, kHeight };

  [[nodiscard]] double extent(std::size_t axis) const;

  std::array<Coordinate, 4> state_;
};

}  // namespace tally::vision
