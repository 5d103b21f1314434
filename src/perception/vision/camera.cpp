#include "perception/vision/camera.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "perception/vision/error.hpp"

namespace tally::vision {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kSolveStepsMax = 100;
constexpr int kEdgeSteps = 8;  // A straight edge is seen as a curve, followed in so many steps.
// Picture borders are looked at in so many places; a distortion has no finer structure.
constexpr int kBorderSteps = 16;

double distorted(double radius, double k1, double k2) {
  const double square = radius * radius;
  return radius * (1 + square * (k1 + k2 * square));
}

double distortion_slope(double radius, double k1, double k2) {
  const double square = radius * radius;
  return 1 + square * (3 * k1 + 5 * k2 * square);
}

// Where the slope is 0 for the first time: the least positive s = r r of 5 k2 s s + 3 k1 s + 1 = 0.
double turning_radius(double k1, double k2) {
  const double a = 5 * k2;
  const double b = 3 * k1;
  if (a == 0) return b < 0 ? std::sqrt(-1 / b) : kInfinity;
  const double under = b * b - 4 * a;
  if (under < 0) return kInfinity;
  // Without cancellation: q has the sign of b.
  const double q = -(b + std::copysign(std::sqrt(under), b)) / 2;
  double least = kInfinity;
  for (const double square : {q / a, 1 / q}) {
    if (square > 0) least = std::min(least, square);
  }
  return std::sqrt(least);
}

// Symmetric 3 x 3 and a right side, solved by Cramer's rule; std::nullopt where it is singular.
std::optional<Point3> solve(const std::array<Point3, 3>& rows, const Point3& right) {
  const Point3 minors = cross(rows[1], rows[2]);
  const double determinant = dot(rows[0], minors);
  const double size = length(rows[0]) * length(rows[1]) * length(rows[2]);
  if (!(std::abs(determinant) > 1e-14 * size)) return std::nullopt;
  // The inverse's columns are the cross products of the rows.
  const Point3 sum =
      right.x * minors + right.y * cross(rows[2], rows[0]) + right.z * cross(rows[0], rows[1]);
  return (1 / determinant) * sum;
}

// Least squares of the weighed distances to the rays.
std::optional<Point3> meeting_point(std::span<const Ray> rays, std::span<const double> weights) {
  std::array<Point3, 3> rows{};
  Point3 right;
  for (std::size_t i = 0; i < rays.size(); ++i) {
    const Point3& d = rays[i].direction;
    // Projects onto the plane across the ray: I - d d'.
    const std::array<Point3, 3> across{Point3{1, 0, 0} - d.x * d, Point3{0, 1, 0} - d.y * d,
                                       Point3{0, 0, 1} - d.z * d};
    for (std::size_t row = 0; row < 3; ++row) rows[row] = rows[row] + weights[i] * across[row];
    const Point3& origin = rays[i].origin;
    right = right + weights[i] * Point3{dot(across[0], origin), dot(across[1], origin),
                                        dot(across[2], origin)};
  }
  return solve(rows, right);
}

double angle_between(const Ray& first, const Ray& second) {
  return std::atan2(length(cross(first.direction, second.direction)),
                    std::abs(dot(first.direction, second.direction)));
}

double largest_angle(std::span<const Ray> rays) {
  double angle = 0;
  for (std::size_t i = 0; i < rays.size(); ++i) {
    for (std::size_t j = i + 1; j < rays.size(); ++j) {
      angle = std::max(angle, angle_between(rays[i], rays[j]));
    }
  }
  return angle;
}

}  // namespace

double dot(const Point3& a, const Point3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

Point3 cross(const Point3& a, const Point3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

double length(const Point3& a) { return std::sqrt(dot(a, a)); }

std::optional<Rotation> nearest_rotation(const Rotation& rows, double tolerance) {
  Rotation found = rows;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) {
      const double wanted = i == j ? 1 : 0;
      if (!(std::abs(dot(rows[i], rows[j]) - wanted) <= tolerance)) return std::nullopt;
    }
  }
  if (dot(rows[0], cross(rows[1], rows[2])) < 0) return std::nullopt;
  // Newton's iteration for the polar factor: R <- (3 R - R R' R) / 2, quadratic from so near.
  for (int step = 0; step < 4; ++step) {
    Rotation next{};
    for (std::size_t i = 0; i < 3; ++i) {
      next[i] = 1.5 * found[i];
      for (std::size_t j = 0; j < 3; ++j) {
        next[i] = next[i] - 0.5 * dot(found[i], found[j]) * found[j];
      }
    }
    found = next;
  }
  return found;
}

Result<CameraModel> scaled_to(const CameraModel& model, Size size) {
  const double x = static_cast<double>(size.width) / model.size.width;
  const double y = static_cast<double>(size.height) / model.size.height;
  const bool same_aspect = std::abs(size.height - x * model.size.height) <= 1 ||
                           std::abs(size.width - y * model.size.width) <= 1;
  if (size.width <= 0 || size.height <= 0 || !same_aspect) {
    return fail(VisionError::kAspect,
                fmt::format("the pictures are {}x{}, but the camera was calibrated at {}x{}, which "
                            "is not the same shape: record in the calibrated shape, or calibrate "
                            "again",
                            size.width, size.height, model.size.width, model.size.height));
  }
  CameraModel scaled = model;
  scaled.size = size;
  scaled.focal_x *= x;
  scaled.centre_x *= x;
  scaled.focal_y *= y;
  scaled.centre_y *= y;
  return scaled;
}

Camera::Camera(const CameraModel& model)
    : model_(model), radius_max_(turning_radius(model.k1, model.k2)) {
  TALLY_ASSERT(model.size.width > 0 && model.size.height > 0);
  TALLY_ASSERT(model.focal_x > 0 && model.focal_y > 0);
  distorted_radius_max_ =
      std::isinf(radius_max_) ? kInfinity : distorted(radius_max_, model.k1, model.k2);
}

Point3 Camera::to_camera(const Point3& point) const {
  const Point3 from_here = point - model_.position;
  return {dot(model_.rotation[0], from_here), dot(model_.rotation[1], from_here),
          dot(model_.rotation[2], from_here)};
}

std::optional<PixelPoint> Camera::project(const Point3& point) const {
  return project_own(to_camera(point));
}

std::optional<PixelPoint> Camera::project_own(const Point3& own) const {
  if (!(own.z >= kDepthMin)) return std::nullopt;
  const double x = own.x / own.z;
  const double y = own.y / own.z;
  const double square = x * x + y * y;
  if (square > radius_max_ * radius_max_) return std::nullopt;
  const double stretch = 1 + square * (model_.k1 + model_.k2 * square);
  return PixelPoint{model_.focal_x * x * stretch + model_.centre_x,
                    model_.focal_y * y * stretch + model_.centre_y};
}

// Newton's method on one radius, kept inside a bracket: the distortion rises all the way.
std::optional<double> Camera::undistorted_radius(double wanted) const {
  if (!std::isfinite(wanted) || wanted > distorted_radius_max_) return std::nullopt;
  double low = 0;
  double high = radius_max_;
  if (std::isinf(high)) {
    high = std::max(wanted, 1e-6);
    while (distorted(high, model_.k1, model_.k2) < wanted) high *= 2;
  }
  double radius = std::min(wanted, high);
  for (int step = 0; step < kSolveStepsMax; ++step) {
    const double off = distorted(radius, model_.k1, model_.k2) - wanted;
    (off > 0 ? high : low) = radius;
    const double next = radius - off / distortion_slope(radius, model_.k1, model_.k2);
    const double bracketed = next > low && next < high ? next : (low + high) / 2;
    if (std::abs(bracketed - radius) <= 1e-15 * (1 + radius)) break;
    radius = bracketed;
  }
  return radius;
}

std::optional<Ray> Camera::unproject(const PixelPoint& pixel) const {
  const double x = (pixel.x - model_.centre_x) / model_.focal_x;
  const double y = (pixel.y - model_.centre_y) / model_.focal_y;
  const double distorted_radius = std::hypot(x, y);
  const std::optional<double> radius = undistorted_radius(distorted_radius);
  if (!radius) return std::nullopt;
  const double shrink = distorted_radius > 0 ? *radius / distorted_radius : 1;
  const Rotation& axes = model_.rotation;
  const Point3 towards = x * shrink * axes[0] + y * shrink * axes[1] + axes[2];
  return Ray{model_.position, (1 / length(towards)) * towards};
}

bool Camera::sees_whole_picture() const {
  for (int step = 0; step <= kBorderSteps; ++step) {
    const double x = static_cast<double>(model_.size.width) * step / kBorderSteps;
    const double y = static_cast<double>(model_.size.height) * step / kBorderSteps;
    const double right = model_.size.width;
    const double bottom = model_.size.height;
    for (const PixelPoint& pixel :
         {PixelPoint{x, 0}, PixelPoint{x, bottom}, PixelPoint{0, y}, PixelPoint{right, y}}) {
      if (!unproject(pixel)) return false;
    }
  }
  return true;
}

std::optional<Box> projected_box(const Camera& camera, const Cuboid& cuboid) {
  std::array<Point3, 8> corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    corners[i] = camera.to_camera({(i & 1U) != 0 ? cuboid.max.x : cuboid.min.x,
                                   (i & 2U) != 0 ? cuboid.max.y : cuboid.min.y,
                                   (i & 4U) != 0 ? cuboid.max.z : cuboid.min.z});
  }
  double left = kInfinity;
  double top = kInfinity;
  double right = -kInfinity;
  double bottom = -kInfinity;
  const auto follow = [&](Point3 from, Point3 to) {
    if (from.z < to.z) std::swap(from, to);
    if (from.z < kDepthMin) return;
    // What is behind the camera is cut off.
    if (to.z < kDepthMin) to = from + (from.z - kDepthMin) / (from.z - to.z) * (to - from);
    to.z = std::max(to.z, kDepthMin);
    for (int step = 0; step <= kEdgeSteps; ++step) {
      const double share = static_cast<double>(step) / kEdgeSteps;
      const auto pixel = camera.project_own((1 - share) * from + share * to);
      if (!pixel) continue;
      left = std::min(left, pixel->x);
      right = std::max(right, pixel->x);
      top = std::min(top, pixel->y);
      bottom = std::max(bottom, pixel->y);
    }
  };
  for (std::size_t i = 0; i < corners.size(); ++i) {
    for (const std::size_t axis : {1U, 2U, 4U}) {
      if ((i & axis) == 0) follow(corners[i], corners[i | axis]);
    }
  }
  if (left > right) return std::nullopt;
  return Box{static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
             static_cast<float>(bottom)};
}

std::optional<Triangulation> triangulate(std::span<const Sight> sights) {
  if (sights.size() < 2) return std::nullopt;
  std::vector<Ray> rays;
  for (const Sight& sight : sights) {
    const std::optional<Ray> ray = sight.camera->unproject(sight.pixel);
    if (!ray) return std::nullopt;
    rays.push_back(*ray);
  }
  Triangulation found;
  found.angle = largest_angle(rays);
  if (found.angle < kRayAngleMin) return std::nullopt;
  // A pixel covers depth / focal length metres, which needs the point itself: twice around.
  std::vector<double> weights(rays.size(), 1);
  for (int round = 0; round < 3; ++round) {
    const std::optional<Point3> point = meeting_point(rays, weights);
    if (!point) return std::nullopt;
    found.point = *point;
    for (std::size_t i = 0; i < rays.size(); ++i) {
      const Camera& camera = *sights[i].camera;
      const double depth = camera.to_camera(found.point).z;
      if (!(depth >= kDepthMin)) return std::nullopt;
      const double metres_per_pixel =
          depth / std::sqrt(camera.model().focal_x * camera.model().focal_y);
      weights[i] = 1 / (metres_per_pixel * metres_per_pixel);
    }
  }
  for (const Sight& sight : sights) {
    const std::optional<PixelPoint> seen = sight.camera->project(found.point);
    if (!seen) return std::nullopt;
    found.residuals.push_back(std::hypot(seen->x - sight.pixel.x, seen->y - sight.pixel.y));
  }
  return found;
}

std::optional<Approach> closest_approach(const Ray& first, const Ray& second) {
  if (angle_between(first, second) < kRayAngleMin) return std::nullopt;
  const Point3 apart = second.origin - first.origin;
  const Point3 normal = cross(first.direction, second.direction);
  const double square = dot(normal, normal);
  Approach approach;
  approach.along_first = dot(cross(apart, second.direction), normal) / square;
  approach.along_second = dot(cross(apart, first.direction), normal) / square;
  const Point3 here = first.origin + approach.along_first * first.direction;
  const Point3 there = second.origin + approach.along_second * second.direction;
  approach.distance = length(there - here);
  approach.middle = 0.5 * (here + there);
  return approach;
}

}  // namespace tally::vision
