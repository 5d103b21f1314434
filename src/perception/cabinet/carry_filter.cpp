#include "perception/cabinet/carry_filter.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tally::cabinet {
namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;
using Matrix6 = Eigen::Matrix<double, 6, 6>;
using Jacobian = Eigen::Matrix<double, 2, 6>;

constexpr double kAcceleration = 4.0;    // Of a hand, metres per second squared.
constexpr double kFirstSpeed = 0.6;      // Standard deviation of a first velocity, per axis.
constexpr double kDistanceShare = 0.35;  // Standard deviation of a distance told by a size.
constexpr double kRangeSigma = 0.3;      // The same, as a share of what is within reach.
constexpr double kRangeMargin = 0.05;    // Share of it at either end where nothing is put at first.
// The middle of a box is off by some pixels, and by a share of its size where a part is hidden.
constexpr double kPixelSigma = 3.0;
constexpr double kBoxShare = 0.12;
constexpr double kStep = 1e-4;  // Metres, of numeric derivatives.

struct Step {
  SessionTime time{0};
  Vector6 predicted;
  Matrix6 predicted_covariance;
  Vector6 filtered;
  Matrix6 filtered_covariance;
};

Matrix6 transition(double seconds) {
  Matrix6 matrix = Matrix6::Identity();
  matrix.topRightCorner<3, 3>() = Eigen::Matrix3d::Identity() * seconds;
  return matrix;
}

Matrix6 process_noise(double seconds) {
  const double q = kAcceleration * kAcceleration * 0.1;  // Spectral density: lasts about 0.1 s.
  const Eigen::Matrix3d one = Eigen::Matrix3d::Identity();
  Matrix6 noise;
  noise << one * (q * seconds * seconds * seconds / 3), one * (q * seconds * seconds / 2),
      one * (q * seconds * seconds / 2), one * (q * seconds);
  return noise;
}

Eigen::Vector2d middle_of(const vision::Box& box) {
  const vision::Point center = box.center();
  return {center.x, center.y};
}

Eigen::Matrix2d pixel_noise(const vision::Box& box) {
  const double x = kPixelSigma + kBoxShare * box.width();
  const double y = kPixelSigma + kBoxShare * box.height();
  return Eigen::Vector2d(x * x, y * y).asDiagonal();
}

vision::Point3 point_of(const Vector6& state, int at = 0) {
  return {state(at), state(at + 1), state(at + 2)};
}

// Pixel of a place and its derivative.
struct Projection {
  Eigen::Vector2d pixel;
  Jacobian derivative = Jacobian::Zero();
};

std::optional<Projection> project(const vision::Camera& camera, const Vector6& state) {
  const vision::Point3 at = point_of(state);
  const auto pixel = camera.project(at);
  if (!pixel) return std::nullopt;
  Projection projection;
  projection.pixel = {pixel->x, pixel->y};
  const std::array<vision::Point3, 3> axes{{{kStep, 0, 0}, {0, kStep, 0}, {0, 0, kStep}}};
  for (int axis = 0; axis < 3; ++axis) {
    const auto moved = camera.project(at + axes[static_cast<std::size_t>(axis)]);
    if (!moved) return std::nullopt;
    projection.derivative(0, axis) = (moved->x - pixel->x) / kStep;
    projection.derivative(1, axis) = (moved->y - pixel->y) / kStep;
  }
  return projection;
}

// Where along a ray a cuboid begins and ends; std::nullopt where they miss each other.
std::optional<std::pair<double, double>> within(const vision::Ray& ray,
                                                const vision::Cuboid& reach) {
  double from = 0;
  double to = std::numeric_limits<double>::infinity();
  const auto clip = [&](double origin, double direction, double low, double high) {
    if (std::abs(direction) < 1e-9) {
      if (origin < low || origin > high) to = -1;
      return;
    }
    const double a = (low - origin) / direction;
    const double b = (high - origin) / direction;
    from = std::max(from, std::min(a, b));
    to = std::min(to, std::max(a, b));
  };
  clip(ray.origin.x, ray.direction.x, reach.min.x, reach.max.x);
  clip(ray.origin.y, ray.direction.y, reach.min.y, reach.max.y);
  clip(ray.origin.z, ray.direction.z, reach.min.z, reach.max.z);
  if (from >= to) return std::nullopt;
  return std::pair{from, to};
}

CarryPlace place_of(SessionTime time, const Vector6& state, const Matrix6& covariance) {
  const auto sigma = [&](int axis) { return std::sqrt(std::max(0.0, covariance(axis, axis))); };
  return {time, point_of(state), point_of(state, 3), {sigma(0), sigma(1), sigma(2)}};
}

}  // namespace

std::optional<double> residual(const vision::Camera& camera, const vision::Box& box,
                               const vision::Point3& place) {
  const auto pixel = camera.project(place);
  if (!pixel) return std::nullopt;
  const Eigen::Vector2d off = middle_of(box) - Eigen::Vector2d(pixel->x, pixel->y);
  return std::sqrt(off.dot(pixel_noise(box).inverse() * off));
}

struct CarryFilter::State {
  std::vector<Step> steps;

  [[nodiscard]] std::pair<Vector6, Matrix6> predict(SessionTime time) const {
    const Step& last = steps.back();
    const double seconds = std::max(0.0, to_seconds(time - last.time));
    const Matrix6 moved = transition(seconds);
    return {moved * last.filtered,
            moved * last.filtered_covariance * moved.transpose() + process_noise(seconds)};
  }
};

CarryFilter::CarryFilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
CarryFilter::CarryFilter(CarryFilter&&) noexcept = default;
CarryFilter& CarryFilter::operator=(CarryFilter&&) noexcept = default;
CarryFilter::~CarryFilter() = default;

std::optional<CarryFilter> CarryFilter::begin(const vision::Camera& camera, SessionTime time,
                                              const vision::Box& box, double extent,
                                              const vision::Cuboid& reach) {
  const vision::Point center = box.center();
  const auto ray = camera.unproject({center.x, center.y});
  const double pixels = std::hypot(box.width(), box.height());
  if (!ray || pixels <= 0) return std::nullopt;
  const auto range = within(*ray, reach);
  if (!range) return std::nullopt;
  const double room = range->second - range->first;
  const double distance =
      std::clamp(camera.model().focal_x * extent / pixels, range->first + kRangeMargin * room,
                 range->second - kRangeMargin * room);
  const vision::Point3 at = ray->origin + distance * ray->direction;
  const Eigen::Vector3d along(ray->direction.x, ray->direction.y, ray->direction.z);
  const double across = distance * std::sqrt(pixel_noise(box).trace() / 2) / camera.model().focal_x;
  const Eigen::Matrix3d lengthwise = along * along.transpose();
  Step first;
  first.time = time;
  first.filtered << at.x, at.y, at.z, 0, 0, 0;
  first.filtered_covariance.setZero();
  first.filtered_covariance.topLeftCorner<3, 3>() =
      lengthwise * std::pow(std::min(kDistanceShare * distance, kRangeSigma * room), 2) +
      (Eigen::Matrix3d::Identity() - lengthwise) * (across * across);
  first.filtered_covariance.bottomRightCorner<3, 3>() =
      Eigen::Matrix3d::Identity() * (kFirstSpeed * kFirstSpeed);
  first.predicted = first.filtered;
  first.predicted_covariance = first.filtered_covariance;
  auto state = std::make_unique<State>();
  state->steps.push_back(first);
  return CarryFilter(std::move(state));
}

std::optional<Innovation> CarryFilter::judge(const vision::Camera& camera, SessionTime time,
                                             const vision::Box& box) const {
  const auto [predicted, covariance] = state_->predict(time);
  const auto projection = project(camera, predicted);
  if (!projection) return std::nullopt;
  const Eigen::Matrix2d spread =
      projection->derivative * covariance * projection->derivative.transpose() + pixel_noise(box);
  const Eigen::Vector2d off = middle_of(box) - projection->pixel;
  const double squared = off.dot(spread.ldlt().solve(off));
  constexpr double kLogTwoPi = 1.8378770664093453;
  return Innovation{std::sqrt(std::max(0.0, squared)),
                    -0.5 * squared - 0.5 * std::log(spread.determinant()) - kLogTwoPi};
}

bool CarryFilter::update(const vision::Camera& camera, SessionTime time, const vision::Box& box) {
  Step step;
  step.time = std::max(time, state_->steps.back().time);
  std::tie(step.predicted, step.predicted_covariance) = state_->predict(step.time);
  const auto projection = project(camera, step.predicted);
  if (!projection) return false;
  const Jacobian& slope = projection->derivative;
  const Eigen::Matrix2d spread =
      slope * step.predicted_covariance * slope.transpose() + pixel_noise(box);
  const Eigen::Matrix<double, 6, 2> gain =
      step.predicted_covariance * slope.transpose() * spread.inverse();
  step.filtered = step.predicted + gain * (middle_of(box) - projection->pixel);
  const Matrix6 kept = Matrix6::Identity() - gain * slope;
  // Joseph's form stays symmetric and positive.
  step.filtered_covariance = kept * step.predicted_covariance * kept.transpose() +
                             gain * pixel_noise(box) * gain.transpose();
  state_->steps.push_back(step);
  return true;
}

CarryPlace CarryFilter::predict(SessionTime time) const {
  const auto [predicted, covariance] = state_->predict(time);
  return place_of(time, predicted, covariance);
}

std::vector<CarryPlace> CarryFilter::smooth() const {
  const std::vector<Step>& steps = state_->steps;
  std::vector<CarryPlace> places(steps.size());
  Vector6 later = steps.back().filtered;
  Matrix6 later_covariance = steps.back().filtered_covariance;
  places.back() = place_of(steps.back().time, later, later_covariance);
  for (std::size_t i = steps.size() - 1; i-- > 0;) {
    const Step& step = steps[i];
    const Step& next = steps[i + 1];
    const Matrix6 moved = transition(to_seconds(next.time - step.time));
    const Matrix6 gain =
        next.predicted_covariance.ldlt().solve(moved * step.filtered_covariance).transpose();
    later = step.filtered + gain * (later - next.predicted);
    later_covariance = step.filtered_covariance +
                       gain * (later_covariance - next.predicted_covariance) * gain.transpose();
    places[i] = place_of(step.time, later, later_covariance);
  }
  return places;
}

}  // namespace tally::cabinet
