// Test support: a small cabinet with three cameras, and things carried through its opening, as
// sightings with a detector's faults. No pixels.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "perception/cabinet/sighting.hpp"
#include "perception/cart/layout.hpp"
#include "perception/vision/camera.hpp"

namespace tally::cabinet::testing {

inline vision::Rotation looking_at(const vision::Point3& from, const vision::Point3& to,
                                   const vision::Point3& up) {
  const auto unit = [](const vision::Point3& a) { return (1 / vision::length(a)) * a; };
  const vision::Point3 forward = unit(to - from);
  const vision::Point3 right = unit(vision::cross(forward, up));
  return {right, vision::cross(forward, right), forward};
}

inline vision::CameraModel camera_at(const vision::Point3& from, const vision::Point3& to,
                                     const vision::Point3& up) {
  return {.size = {1280, 720},
          .focal_x = 480,
          .focal_y = 480,
          .centre_x = 640,
          .centre_y = 360,
          .position = from,
          .rotation = looking_at(from, to, up)};
}

// Two cameras at the top, one at the side; opening 0.8 x 1.2 m.
inline std::vector<vision::CameraModel> three_cameras() {
  return {camera_at({-0.2, -0.28, 1.27}, {0.05, -0.02, 0.4}, {0, 1, 0}),
          camera_at({0.2, -0.28, 1.27}, {-0.05, -0.02, 0.4}, {0, 1, 0}),
          camera_at({0.53, -0.27, 0.65}, {-0.1, 0, 0.55}, {0, 0, 1})};
}

// Four shelves with eight facings each, every facing of a product of its own.
inline cart::Layout layout_of(int cameras = 3) {
  cart::Layout layout;
  layout.cabinet = cart::Cabinet{.width = 0.8, .height = 1.2, .depth = 0.45};
  for (int shelf = 0; shelf < 4; ++shelf) {
    layout.shelves.push_back({"s" + std::to_string(shelf), 0.02 + 0.29 * shelf});
    for (int place = 0; place < 8; ++place) {
      const std::string id = std::to_string(shelf) + std::to_string(place);
      layout.products.push_back(
          {.id = "p" + id, .classes = {}, .size = cart::ProductSize{0.07, 0.07, 0.15}});
      const double left = -0.38 + 0.095 * place;
      layout.facings.push_back(
          {.id = "f" + id,
           .product = layout.products.size() - 1,
           .place = cart::FacingPlace{static_cast<std::size_t>(shelf), left, left + 0.09},
           .rows = 3});
    }
  }
  const auto models = three_cameras();
  for (int i = 0; i < cameras; ++i) {
    layout.cameras.push_back(
        {.id = "cam" + std::to_string(i), .calibration = models[static_cast<std::size_t>(i)]});
  }
  return layout;
}

// Where a facing's front item has its middle.
inline vision::Point3 front_of(const cart::Layout& layout, std::size_t facing) {
  const cart::FacingPlace& place = *layout.facings[facing].place;
  return {(place.left + place.right) / 2, 0.07, layout.shelves[place.shelf].z + 0.075};
}

struct Carried {
  double from = 0;  // Seconds.
  double to = 0;
  std::function<vision::Point3(double)> path;
  std::vector<float> looks;  // Its embedding; empty for a hand.
};

// Smoothly from a to b between two times.
inline vision::Point3 between(const vision::Point3& a, const vision::Point3& b, double from,
                              double to, double time) {
  const double share = std::clamp((time - from) / (to - from), 0.0, 1.0);
  const double eased = share * share * share * (10 - 15 * share + 6 * share * share);
  return a + eased * (b - a);
}

// Out of the shelf at `start`, held outside, and away.
inline Carried taken(const vision::Point3& place, double start, std::vector<float> looks) {
  const vision::Point3 held{place.x * 0.8, -0.34, place.z + 0.03};
  const vision::Point3 away{0.2, -0.8, 0.5};
  return {start, start + 2.2,
          [=](double t) {
            if (t < start + 0.8) return between(place, held, start, start + 0.8, t);
            if (t < start + 1.4) return held;
            return between(held, away, start + 1.4, start + 2.2, t);
          },
          std::move(looks)};
}

// Out of the shelf, held, and back into it.
inline Carried put_back(const vision::Point3& place, const vision::Point3& target, double start,
                        std::vector<float> looks) {
  const vision::Point3 held{place.x * 0.8, -0.34, place.z + 0.03};
  return {start, start + 2.2,
          [=](double t) {
            if (t < start + 0.8) return between(place, held, start, start + 0.8, t);
            if (t < start + 1.4) return held;
            return between(held, target, start + 1.4, start + 2.2, t);
          },
          std::move(looks)};
}

struct Faults {
  double miss = 0.1;
  double pixels = 4;   // Standard deviation of a box's middle.
  double frames = 15;  // Per second and camera; cameras are out of step.
  int cameras = 3;
};

// An embedding of its own for each number.
inline std::vector<float> looks_of(unsigned number) {
  std::mt19937 random(number * 7919 + 13);
  std::normal_distribution<float> normal;
  std::vector<float> values(32);
  float sum = 0;
  for (float& value : values) {
    value = normal(random);
    sum += value * value;
  }
  for (float& value : values) value /= std::sqrt(sum);
  return values;
}

inline std::vector<Sighting> watch(const std::vector<Carried>& things, double seconds,
                                   unsigned seed, const Faults& faults = {}) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> chance(0, 1);
  const auto models = three_cameras();
  std::vector<Sighting> sightings;
  for (int k = 0; k < static_cast<int>(seconds * faults.frames); ++k) {
    for (int c = 0; c < faults.cameras; ++c) {
      const double time = (k + 0.31 * c) / faults.frames;
      const vision::Camera camera(models[static_cast<std::size_t>(c)]);
      for (const Carried& thing : things) {
        if (time < thing.from || time > thing.to || chance(random) < faults.miss) continue;
        const vision::Point3 at = thing.path(time);
        const auto pixel = camera.project(at);
        if (!pixel || pixel->x < 0 || pixel->y < 0 || pixel->x > 1280 || pixel->y > 720) continue;
        const double depth = camera.to_camera(at).z;
        const double half_width = 0.5 * 0.08 * 480 / depth;
        const double half_height = 0.5 * 0.14 * 480 / depth;
        const double x = pixel->x + faults.pixels * normal(random);
        const double y = pixel->y + faults.pixels * normal(random);
        std::vector<float> looks = thing.looks;
        for (float& value : looks) value += 0.06F * static_cast<float>(normal(random));
        sightings.push_back(
            {static_cast<std::size_t>(c),
             from_seconds(time),
             thing.looks.empty() ? SightingKind::kHand : SightingKind::kItemInHand,
             {static_cast<float>(x - half_width), static_cast<float>(y - half_height),
              static_cast<float>(x + half_width), static_cast<float>(y + half_height)},
             0.8F,
             std::move(looks)});
      }
    }
  }
  std::stable_sort(sightings.begin(), sightings.end(), [](const Sighting& a, const Sighting& b) {
    return std::pair(a.time, a.camera) < std::pair(b.time, b.camera);
  });
  return sightings;
}

inline std::vector<vision::Camera> cameras_of(const cart::Layout& layout) {
  std::vector<vision::Camera> cameras;
  for (const cart::LayoutCamera& camera : layout.cameras) cameras.emplace_back(*camera.calibration);
  return cameras;
}

}  // namespace tally::cabinet::testing
