// Where a thing that moves is in the cabinet's coordinates, from what several unsynchronised
// cameras see of it: an extended Kalman filter over bearings, smoothed backwards afterwards.
//
// The state is a position and a velocity, metres and metres per second; accelerations are white
// noise, as of a hand that starts and stops. A sighting measures the direction to a box's middle; a
// first one also, roughly, the distance, by the box's size. So one camera alone gives a place with
// an honest, long ellipsoid along its ray, and the next camera's sighting shortens it; no two
// cameras need to look at the same moment. Smoothing (Rauch, Tung, Striebel 1965) lets what was
// seen later tell where the thing was at first.
//
// Values without clock or I/O.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "perception/vision/camera.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cabinet {

// One smoothed or filtered place.
struct CarryPlace {
  SessionTime time{0};
  vision::Point3 position;
  vision::Point3 velocity;
  vision::Point3 sigma;  // Standard deviations along x, y, z.
};

// How far a sighting is from what a filter predicts.
struct Innovation {
  double distance = 0;        // Mahalanobis, in standard deviations.
  double log_likelihood = 0;  // Of the sighting's pixel, per pixel squared.
};

// How far a box's middle is from where its thing's place is seen, in standard deviations of a
// sighting; std::nullopt where the camera can't see the place.
[[nodiscard]] std::optional<double> residual(const vision::Camera& camera, const vision::Box& box,
                                             const vision::Point3& place);

class CarryFilter {
 public:
  // From a first sighting. `extent` is the thing's likely size, metres: with the box's size in
  // pixels it gives the distance, as far as that leaves the thing within `reach`. std::nullopt
  // where the lens shows nothing there, or nothing within reach.
  static std::optional<CarryFilter> begin(const vision::Camera& camera, SessionTime time,
                                          const vision::Box& box, double extent,
                                          const vision::Cuboid& reach);
  CarryFilter(CarryFilter&&) noexcept;
  CarryFilter& operator=(CarryFilter&&) noexcept;
  ~CarryFilter();

  // What update() would meet; std::nullopt where the camera can't see the predicted place.
  [[nodiscard]] std::optional<Innovation> judge(const vision::Camera& camera, SessionTime time,
                                                const vision::Box& box) const;

  // `time` does not run backwards. Returns false, and changes nothing, where judge() has no answer.
  bool update(const vision::Camera& camera, SessionTime time, const vision::Box& box);

  // The place predicted for a time at or after the last sighting's.
  [[nodiscard]] CarryPlace predict(SessionTime time) const;

  // A smoothed place for each sighting, the first included, in order.
  [[nodiscard]] std::vector<CarryPlace> smooth() const;

 private:
  struct State;
  explicit CarryFilter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tally::cabinet
