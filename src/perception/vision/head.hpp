// Heads: from a graph's raw outputs to candidates, one reading per family of inference::HeadFamily.
//
// A candidate's class is the one with the highest score, the first of equals. Scores are class
// scores (kYolov8, kYolov8Seg, kEndToEnd) or objectness times class score (kYolov5, kYolox; both
// factors are at most 1, so a candidate whose objectness is too low is not looked at further).
// YOLOX's raw boxes follow its demo_postprocess: center = (x + grid) * stride, size = exp(w) *
// stride, strides 8, 16, 32.
//
// What is not finite is not there: such scores and boxes are ignored, as are boxes without area.
// A Head is a value without state; it may be used from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::vision {

// A detection before suppression, in the network's pixels, not clipped.
struct Candidate {
  Box box;
  int class_id = 0;
  float score = 0;
  std::uint32_t index = 0;  // Of the head's N candidates; unique within a picture.
};

class Head {
 public:
  // Checks that `outputs` are this family's for an input of `network` pixels and `classes` classes.
  // Errors: kOutputShape, telling what came and what was expected.
  static Result<Head> make(inference::HeadFamily family, Size network, int classes,
                           std::span<const inference::TensorSpec> outputs);

  // Replaces `into` by picture `batch_index`'s candidates with at least `score_min`, ordered by
  // index. Errors: kOutputShape if the tensors are not those that were promised to make().
  Result<void> decode(std::span<const inference::TensorView> outputs, std::size_t batch_index,
                      float score_min, std::vector<Candidate>& into) const;

  // End-to-end heads have suppressed duplicates themselves.
  [[nodiscard]] bool needs_nms() const { return family_ != inference::HeadFamily::kEndToEnd; }
  [[nodiscard]] int mask_coefficients() const { return masks_; }  // 0: no masks.

  // Copies candidate `index`'s mask coefficients, mask_coefficients() of them, after a decode()
  // that returned the candidate from the same tensors.
  void read_coefficients(std::span<const inference::TensorView> outputs, std::size_t batch_index,
                         std::uint32_t index, std::span<float> into) const;

 private:
  Head() = default;
  Result<void> check(std::span<const inference::TensorView> outputs, std::size_t batch_index) const;

  inference::HeadFamily family_ = inference::HeadFamily::kYolov8;
  Size network_;
  std::size_t classes_ = 0;
  int masks_ = 0;
  std::size_t candidates_ = 0;            // N, or K.
  std::vector<inference::Shape> shapes_;  // Of the outputs; dimension 0 is not looked at.
};

}  // namespace tally::vision
