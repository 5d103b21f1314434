// A calibrated camera: where a point of the cabinet appears in its pictures, and what a pixel sees.
//
// A pinhole with two-parameter radial distortion (Brown 1966; OpenCV's with p1 = p2 = k3 = 0):
//   (X, Y, Z) = rotation (p - position),  x = X / Z,  y = Y / Z,  r2 = x x + y y
//   u = focal_x x (1 + k1 r2 + k2 r2 r2) + centre_x,  v likewise
// Points are metres in the cabinet's coordinates (docs/layout.md), pixels those of geometry.hpp,
// where the area of a pixel is [x, x+1). A camera's own axes are x right, y down, z forward.
//
// Away from the middle a distortion polynomial may turn back, and show the outside of the view
// inside of it. What lies beyond the turn is not in view here, and no pixel sees it.
//
// Values in double precision, pure functions; no shared state.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::vision {

// What is nearer to a camera's plane, or behind it, is not in view. Metres.
inline constexpr double kDepthMin = 0.01;
// Rays at a smaller angle to each other do not meet in one point. Radians.
inline constexpr double kRayAngleMin = 1e-4;

struct Point3 {
  double x = 0;
  double y = 0;
  double z = 0;
  friend Point3 operator+(const Point3& a, const Point3& b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
  }
  friend Point3 operator-(const Point3& a, const Point3& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
  }
  friend Point3 operator*(double factor, const Point3& a) {
    return {factor * a.x, factor * a.y, factor * a.z};
  }
  friend bool operator==(const Point3&, const Point3&) = default;
};
[[nodiscard]] double dot(const Point3& a, const Point3& b);
[[nodiscard]] Point3 cross(const Point3& a, const Point3& b);
[[nodiscard]] double length(const Point3& a);

// Rows are the camera's axes in cabinet coordinates.
using Rotation = std::array<Point3, 3>;

// The rotation that `rows` mean, given with few digits: the nearest one. std::nullopt where a
// length, or a product of two rows, is off by more than `tolerance`, or the axes are left-handed.
[[nodiscard]] std::optional<Rotation> nearest_rotation(const Rotation& rows, double tolerance);

// As a calibration gives it.
struct CameraModel {
  Size size;  // Of the picture that the next four are for, pixels.
  double focal_x = 1;
  double focal_y = 1;
  double centre_x = 0;
  double centre_y = 0;
  double k1 = 0;
  double k2 = 0;
  Point3 position;
  Rotation rotation{Point3{1, 0, 0}, Point3{0, 1, 0}, Point3{0, 0, 1}};
};

// The model for pictures of another size, a pixel more or less, of the same camera. Errors:
// VisionError::kAspect.
Result<CameraModel> scaled_to(const CameraModel& model, Size size);

struct PixelPoint {
  double x = 0;
  double y = 0;
};

// What a pixel sees: points at a distance along `direction`, which has length 1.
struct Ray {
  Point3 origin;
  Point3 direction;
};

// Axes along the cabinet's, min <= max in each.
struct Cuboid {
  Point3 min;
  Point3 max;
};

class Camera {
 public:
  // Lengths and focal lengths above 0, a rotation.
  explicit Camera(const CameraModel& model);

  [[nodiscard]] const CameraModel& model() const { return model_; }

  // Not clipped to the picture. std::nullopt: behind the camera, or beyond what the lens can show.
  [[nodiscard]] std::optional<PixelPoint> project(const Point3& point) const;

  // std::nullopt: the lens shows nothing there.
  [[nodiscard]] std::optional<Ray> unproject(const PixelPoint& pixel) const;

  // Whether every pixel of the picture sees something: the distortion is usable.
  [[nodiscard]] bool sees_whole_picture() const;

  // In the camera's own axes; z is the depth.
  [[nodiscard]] Point3 to_camera(const Point3& point) const;

 private:
  friend std::optional<Box> projected_box(const Camera&, const Cuboid&);
  [[nodiscard]] std::optional<PixelPoint> project_own(const Point3& own) const;
  [[nodiscard]] std::optional<double> undistorted_radius(double distorted) const;

  CameraModel model_;
  double radius_max_;            // Of x, y, before distortion; infinity where it never turns back.
  double distorted_radius_max_;  // The same after it.
};

// The box around what of the cuboid is in view, not clipped to the picture; std::nullopt where
// nothing is.
[[nodiscard]] std::optional<Box> projected_box(const Camera& camera, const Cuboid& cuboid);

struct Sight {
  const Camera* camera = nullptr;  // Not owned, not null.
  PixelPoint pixel;
};

struct Triangulation {
  Point3 point;
  std::vector<double> residuals;  // For each sight: from its pixel to the point's, pixels.
  double angle = 0;               // The largest between two of the rays, radians, at most pi / 2.
};

// The point that best explains what two or more cameras see: least squares of the distances to
// their rays, each weighed by what a pixel is worth at its distance. std::nullopt: fewer than two
// sights, rays that are parallel, or a point that one of the cameras can't see.
[[nodiscard]] std::optional<Triangulation> triangulate(std::span<const Sight> sights);

// Where two rays, taken as whole lines, come nearest to each other.
struct Approach {
  double along_first = 0;  // Metres from the origin; negative behind it.
  double along_second = 0;
  double distance = 0;  // Between the two places, metres.
  Point3 middle;        // Halfway between them.
};
// std::nullopt where the rays are parallel.
[[nodiscard]] std::optional<Approach> closest_approach(const Ray& first, const Ray& second);

}  // namespace tally::vision
