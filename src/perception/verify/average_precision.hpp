// Average precision of detections against labels, as COCO's evaluation counts it at an IoU of 0.5
// (https://cocodataset.org/#detection-eval): precision made monotone, its mean over 101 recalls,
// the mean of that over all classes that have labels.
//
// Pure; one thread at a time.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "perception/vision/geometry.hpp"

namespace tally::verify {

inline constexpr float kIouFound = 0.5F;

// A thing that is there.
struct Label {
  int class_id = 0;
  vision::Box box;
};

class AveragePrecision {
 public:
  // Of one picture, boxes of both in the same unit. Detections are ordered by falling score.
  void add(std::span<const vision::Detection> found, std::span<const Label> labels);

  // None where no label was given.
  [[nodiscard]] std::optional<double> value() const;

 private:
  struct Answer {
    float score = 0;
    bool right = false;
  };
  struct OfClass {
    std::vector<Answer> answers;
    std::int64_t labels = 0;
  };
  static double of(OfClass one);

  std::map<int, OfClass> classes_;
};

}  // namespace tally::verify
