#include "perception/vision/camera.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace tally::vision {
namespace {

constexpr int kRounds = 2000;

// The camera's axes for looking from `from` to `to` with the picture's top towards z.
Rotation looking(const Point3& from, const Point3& to) {
  const Point3 ahead = (1 / length(to - from)) * (to - from);
  Point3 right = cross(ahead, {0, 0, 1});
  right = (1 / length(right)) * right;
  return {right, cross(ahead, right), ahead};
}

class Random {
 public:
  double between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator_);
  }
  double normal(double sigma) { return std::normal_distribution<double>(0, sigma)(generator_); }
  Point3 point() { return {between(-0.4, 0.4), between(0, 0.5), between(0, 1.4)}; }

  // In front of the opening, looking somewhere into the cabinet; with a lens as they are sold.
  CameraModel camera() {
    CameraModel model;
    model.size = {1280, 720};
    model.focal_x = between(500, 1200);
    model.focal_y = model.focal_x * between(0.95, 1.05);
    model.centre_x = between(600, 680);
    model.centre_y = between(330, 390);
    model.k1 = between(-0.25, 0.15);
    model.k2 = between(-0.02, 0.08);
    model.position = {between(-1, 1), between(-1.2, -0.5), between(0.2, 1.8)};
    model.rotation = looking(model.position, point());
    return model;
  }

 private:
  std::mt19937 generator_{20240229};
};

bool in_picture(const PixelPoint& pixel, const Size& size) {
  return pixel.x >= 0 && pixel.y >= 0 && pixel.x <= size.width && pixel.y <= size.height;
}

// As in docs/layout.md: above the opening, looking down.
CameraModel from_above() {
  CameraModel model;
  model.size = {1280, 720};
  model.focal_x = model.focal_y = 900;
  model.centre_x = 640;
  model.centre_y = 360;
  model.position = {0.3, -0.2, 1.5};
  model.rotation = {Point3{1, 0, 0}, Point3{0, -1, 0}, Point3{0, 0, -1}};
  return model;
}

TEST(Camera, ShowsAPointWhereTheFormulaSays) {
  CameraModel model = from_above();
  const auto straight = Camera(model).project({0.4, -0.1, 1.0});
  ASSERT_TRUE(straight);
  EXPECT_NEAR(straight->x, 640 + 900 * 0.2, 1e-9);
  EXPECT_NEAR(straight->y, 360 - 900 * 0.2, 1e-9);
  model.k1 = 0.1;
  model.k2 = -0.2;
  const double stretch = 1 + 0.1 * 0.08 - 0.2 * 0.08 * 0.08;
  const auto bent = Camera(model).project({0.4, -0.1, 1.0});
  ASSERT_TRUE(bent);
  EXPECT_NEAR(bent->x, 640 + 900 * 0.2 * stretch, 1e-9);
  EXPECT_NEAR(bent->y, 360 - 900 * 0.2 * stretch, 1e-9);
}

TEST(Camera, DoesNotSeeWhatIsBehindIt) {
  const Camera camera(from_above());
  EXPECT_FALSE(camera.project({0.3, -0.2, 1.6}));
  EXPECT_FALSE(camera.project({0.3, -0.2, 1.5}));
  EXPECT_FALSE(camera.project({0.3, std::nan(""), std::nan("")}));
  EXPECT_TRUE(camera.project({0.3, -0.2, 1.48}));
}

TEST(Camera, WhatAPixelSeesIsShownInThatPixel) {
  Random random;
  int seen = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Camera camera(random.camera());
    const PixelPoint pixel{random.between(0, 1280), random.between(0, 720)};
    const auto ray = camera.unproject(pixel);
    if (!ray) continue;  // Of these lenses some do not fill the corners.
    ++seen;
    EXPECT_NEAR(length(ray->direction), 1, 1e-12);
    const auto again = camera.project(ray->origin + random.between(0.1, 3) * ray->direction);
    ASSERT_TRUE(again);
    EXPECT_NEAR(again->x, pixel.x, 1e-7);
    EXPECT_NEAR(again->y, pixel.y, 1e-7);
  }
  EXPECT_GT(seen, kRounds * 9 / 10);
}

TEST(Camera, TheRayOfAPointsPixelLeadsThroughThePoint) {
  Random random;
  int seen = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Camera camera(random.camera());
    const Point3 point = random.point();
    const auto pixel = camera.project(point);
    if (!pixel || !in_picture(*pixel, camera.model().size)) continue;
    ++seen;
    const auto ray = camera.unproject(*pixel);
    ASSERT_TRUE(ray);
    EXPECT_NEAR(length(cross(point - ray->origin, ray->direction)), 0, 1e-9);
  }
  EXPECT_GT(seen, kRounds / 2);
}

// k1 = -0.5 turns back at x = 0.816, where it shows 0.544: nothing beyond may appear inside.
TEST(Camera, ALensThatTurnsBackShowsNothingTwice) {
  CameraModel model = from_above();
  model.k1 = -0.5;
  const Camera camera(model);
  EXPECT_TRUE(camera.project({0.3 + 0.81, -0.2, 0.5}));
  EXPECT_FALSE(camera.project({0.3 + 0.83, -0.2, 0.5}));
  EXPECT_TRUE(camera.unproject({640 + 900 * 0.5443, 360}));
  EXPECT_FALSE(camera.unproject({640 + 900 * 0.5444, 360}));
  EXPECT_FALSE(camera.sees_whole_picture());
  EXPECT_TRUE(Camera(from_above()).sees_whole_picture());
  EXPECT_FALSE(camera.unproject({std::nan(""), 0}));
  EXPECT_FALSE(Camera(from_above()).unproject({INFINITY, 0}));
}

TEST(Camera, FitsPicturesOfAnotherSizeAndTheSameShape) {
  CameraModel model = from_above();
  model.k1 = -0.1;
  const Point3 point{0.4, -0.1, 1.0};
  const PixelPoint whole = *Camera(model).project(point);
  const PixelPoint half = *Camera(scaled_to(model, {640, 360}).value()).project(point);
  EXPECT_NEAR(half.x, whole.x / 2, 1e-9);
  EXPECT_NEAR(half.y, whole.y / 2, 1e-9);
  EXPECT_TRUE(scaled_to(model, {854, 480}));
  for (const Size size : {Size{640, 480}, Size{720, 1280}, Size{640, 350}, Size{0, 0}}) {
    EXPECT_EQ(scaled_to(model, size).error().code.name, "vision.aspect");
  }
}

TEST(NearestRotation, TakesFewDigitsAndRefusesWhatIsNone) {
  Random random;
  const Rotation exact = looking({0.2, -0.8, 1.1}, {0.1, 0.2, 0.5});
  Rotation rounded = exact;
  for (Point3& row : rounded) {
    row = {std::round(row.x * 1e3) / 1e3, std::round(row.y * 1e3) / 1e3,
           std::round(row.z * 1e3) / 1e3};
  }
  const auto found = nearest_rotation(rounded, 2e-3);
  ASSERT_TRUE(found);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(length((*found)[i] - exact[i]), 0, 1e-3);
    EXPECT_NEAR(length((*found)[i]), 1, 1e-12);
    EXPECT_NEAR(dot((*found)[i], (*found)[(i + 1) % 3]), 0, 1e-12);
  }
  EXPECT_FALSE(nearest_rotation(rounded, 1e-6));
  EXPECT_FALSE(nearest_rotation({exact[1], exact[0], exact[2]}, 1e-3));  // A mirror.
  EXPECT_FALSE(nearest_rotation({exact[0], exact[0], exact[2]}, 1e-3));
  EXPECT_FALSE(nearest_rotation({2.0 * exact[0], exact[1], exact[2]}, 1e-3));
  EXPECT_FALSE(nearest_rotation({Point3{std::nan(""), 0, 0}, exact[1], exact[2]}, 1e-3));
}

TEST(Triangulate, ExactSightsGiveTheExactPoint) {
  Random random;
  int found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Point3 point = random.point();
    const std::vector<Camera> cameras{Camera(random.camera()), Camera(random.camera()),
                                      Camera(random.camera())};
    std::vector<Sight> sights;
    for (const Camera& camera : cameras) {
      if (const auto pixel = camera.project(point)) sights.push_back({&camera, *pixel});
    }
    const auto meeting = triangulate(sights);
    if (!meeting || meeting->angle < 0.05) continue;
    ++found;
    EXPECT_NEAR(length(meeting->point - point), 0, 1e-8);
    ASSERT_EQ(meeting->residuals.size(), sights.size());
    for (const double residual : meeting->residuals) EXPECT_NEAR(residual, 0, 1e-5);
  }
  EXPECT_GT(found, kRounds / 2);
}

// Two cameras at a right angle, 0.8 m away, focal length 900: a pixel is 0.9 mm there.
TEST(Triangulate, NoiseInPixelsBecomesNoiseInMetresOfItsSize) {
  constexpr double kSigmaPixels = 2;
  CameraModel left = from_above();
  left.position = {-0.5657, -0.3657, 0.7};
  left.rotation = looking(left.position, {0, 0.2, 0.7});
  CameraModel right = left;
  right.position.x = -left.position.x;
  right.rotation = looking(right.position, {0, 0.2, 0.7});
  const std::vector<Camera> cameras{Camera(left), Camera(right)};
  Random random;
  double squares = 0;
  double residual_squares = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Point3 point{random.between(-0.1, 0.1), random.between(0.1, 0.3),
                       random.between(0.6, 0.8)};
    std::vector<Sight> sights;
    for (const Camera& camera : cameras) {
      PixelPoint pixel = *camera.project(point);
      pixel.x += random.normal(kSigmaPixels);
      pixel.y += random.normal(kSigmaPixels);
      sights.push_back({&camera, pixel});
    }
    const auto meeting = triangulate(sights);
    ASSERT_TRUE(meeting);
    EXPECT_NEAR(meeting->angle, std::numbers::pi / 2, 0.5);
    squares += std::pow(length(meeting->point - point), 2);
    for (const double residual : meeting->residuals) residual_squares += residual * residual;
  }
  // Two axes in the plane of the cameras have one pixel each, the third the mean of two: 2.5 of
  // the 4 measured values go into the point.
  const double metres_per_pixel = 0.8 / 900;
  const double expected = std::sqrt(2.5) * kSigmaPixels * metres_per_pixel;
  EXPECT_NEAR(std::sqrt(squares / kRounds), expected, 0.15 * expected);
  // What is left over is one value of the four.
  EXPECT_NEAR(std::sqrt(residual_squares / kRounds), kSigmaPixels, 0.15 * kSigmaPixels);
}

TEST(Triangulate, TheNearerCamerasWordCountsMore) {
  CameraModel near = from_above();
  near.position = {0, -0.4, 0.5};
  near.rotation = looking(near.position, {0, 0, 0.5});
  CameraModel middle = near;
  middle.position = {-2.4, -3.2, 0.5};
  middle.rotation = looking(middle.position, {0, 0, 0.5});
  CameraModel far = middle;
  far.position.x = 2.4;
  far.rotation = looking(far.position, {0, 0, 0.5});
  const std::vector<Camera> cameras{Camera(near), Camera(middle), Camera(far)};
  std::vector<Sight> sights;
  for (const Camera& camera : cameras) sights.push_back({&camera, *camera.project({0, 0, 0.5})});
  sights[0].pixel.x += 10;
  const auto meeting = triangulate(sights);
  ASSERT_TRUE(meeting);
  // The far ones say 0, each pixel 4.4 mm across; the near one 10 pixels of 0.44 mm.
  EXPECT_GT(meeting->point.x, 0.004);
  EXPECT_LT(meeting->residuals[0], 1);
}

TEST(Triangulate, RaysThatDoNotMeetInSightGiveNoPoint) {
  const Camera camera(from_above());
  CameraModel beside_it = from_above();
  beside_it.position.x += 0.5;
  const Camera beside(beside_it);
  EXPECT_FALSE(triangulate({}));
  const Sight one{&camera, {640, 360}};
  EXPECT_FALSE(triangulate(std::span(&one, 1)));
  const std::vector<Sight> parallel{{&camera, {640, 360}}, {&beside, {640, 360}}};
  EXPECT_FALSE(triangulate(parallel));
  const std::vector<Sight> apart{{&camera, {340, 360}}, {&beside, {940, 360}}};
  EXPECT_FALSE(triangulate(apart)) << "these meet behind the cameras";
}

TEST(ClosestApproach, IsWhereTheCommonNormalStands) {
  const Ray along_x{{0, 0, 0}, {1, 0, 0}};
  const Ray along_y{{3, -2, 0.5}, {0, 1, 0}};
  const auto approach = closest_approach(along_x, along_y);
  ASSERT_TRUE(approach);
  EXPECT_DOUBLE_EQ(approach->along_first, 3);
  EXPECT_DOUBLE_EQ(approach->along_second, 2);
  EXPECT_DOUBLE_EQ(approach->distance, 0.5);
  EXPECT_EQ(approach->middle, (Point3{3, 0, 0.25}));
  EXPECT_FALSE(closest_approach(along_x, {{0, 1, 0}, {-1, 0, 0}}));
}

TEST(ProjectedBox, HoldsEveryPointOfTheCuboid) {
  Random random;
  for (int round = 0; round < 300; ++round) {
    const Camera camera(random.camera());
    const Point3 low = random.point();
    const Cuboid cuboid{low, low + Point3{random.between(0.02, 0.1), random.between(0.02, 0.1),
                                          random.between(0.05, 0.3)}};
    const auto box = projected_box(camera, cuboid);
    for (int i = 0; i < 20; ++i) {
      const auto pixel = camera.project({random.between(cuboid.min.x, cuboid.max.x),
                                         random.between(cuboid.min.y, cuboid.max.y),
                                         random.between(cuboid.min.z, cuboid.max.z)});
      if (!pixel || !in_picture(*pixel, camera.model().size)) continue;
      ASSERT_TRUE(box);
      // Half a pixel for what an edge bends between two steps.
      EXPECT_GE(pixel->x, static_cast<double>(box->left) - 0.5);
      EXPECT_LE(pixel->x, static_cast<double>(box->right) + 0.5);
      EXPECT_GE(pixel->y, static_cast<double>(box->top) - 0.5);
      EXPECT_LE(pixel->y, static_cast<double>(box->bottom) + 0.5);
    }
  }
}

TEST(ProjectedBox, WhatReachesBehindTheCameraIsCutOff) {
  const Camera camera(from_above());
  const auto whole = projected_box(camera, {{0.3, -0.2, 0.5}, {0.5, 0.0, 1.0}});
  ASSERT_TRUE(whole);
  EXPECT_NEAR(whole->left, 640, 1e-3);
  EXPECT_NEAR(whole->right, 640 + 900 * 0.4, 1e-3);
  EXPECT_NEAR(whole->bottom, 360, 1e-3);
  EXPECT_NEAR(whole->top, 360 - 900 * 0.4, 1e-3);
  const auto cut = projected_box(camera, {{0.3, -0.2, 0.5}, {0.5, 0.0, 2.0}});
  ASSERT_TRUE(cut);
  EXPECT_GT(cut->right, 1280);
  EXPECT_NEAR(cut->left, 640, 1e-3);
  EXPECT_FALSE(projected_box(camera, {{0.3, -0.2, 1.6}, {0.5, 0.0, 2.0}}));
}

}  // namespace
}  // namespace tally::vision
