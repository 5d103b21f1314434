// Boxes in pictures. Coordinates are pixels of the picture meant, x to the right, y down; a pixel's
// area is [x, x+1). Floats, since detectors answer between pixels.
#pragma once

#include <algorithm>

namespace tally::vision {

struct Point {
  float x = 0;
  float y = 0;
};

struct Size {
  int width = 0;
  int height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

// Left, top, right, bottom. Empty where right <= left or bottom <= top.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;

  [[nodiscard]] float width() const { return std::max(0.0F, right - left); }
  [[nodiscard]] float height() const { return std::max(0.0F, bottom - top); }
  [[nodiscard]] float area() const { return width() * height(); }
  [[nodiscard]] Point center() const { return {(left + right) / 2, (top + bottom) / 2}; }
  friend bool operator==(const Box&, const Box&) = default;
};

[[nodiscard]] inline Box intersection(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

// Intersection over union, 0 where both are empty.
[[nodiscard]] inline float iou(const Box& a, const Box& b) {
  const float shared = intersection(a, b).area();
  const float united = a.area() + b.area() - shared;
  return united > 0 ? shared / united : 0;
}

// One thing found in one picture.
struct Detection {
  Box box;
  int class_id = 0;  // Frozen ids of the model package.
  float score = 0;   // 0..1
};

}  // namespace tally::vision
