// How the outputs of each head family are shaped for a given input, and which family a set of
// outputs fits.
//
// The number of candidates tells families apart that look alike: one per cell of the strides' grids
// (YOLOv8, YOLOX) or three anchors per cell (YOLOv5). Pure functions.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "perception/inference/model_package.hpp"

namespace tally::inference {

// In the order in which outputs are tried.
inline constexpr std::array kHeadFamilies{HeadFamily::kYolov8Seg, HeadFamily::kYolov8,
                                          HeadFamily::kYolov5,    HeadFamily::kYolox,
                                          HeadFamily::kEndToEnd,  HeadFamily::kNone};

// Pixels between neighbouring cells of a head's grids, which follow each other in this order.
inline constexpr std::array kHeadStrides{8, 16, 32};

// Both multiples of 32, the coarsest stride of all families.
inline constexpr int kPictureSideMin = 32;
inline constexpr int kPictureSideMax = 4096;
inline constexpr int kEndToEndCandidatesMax = 1000;
inline constexpr int kEmbeddingSizeMin = 2;
inline constexpr int kEmbeddingSizeMax = 4096;

struct HeadShape {
  HeadFamily family = HeadFamily::kYolov8;
  int classes = 0;  // 0: the shape does not tell (kEndToEnd), or there are none (kNone).
  int masks = 0;    // Mask coefficients, kYolov8Seg only.
};

// The shape's numbers if `outputs`, in the package's order, are a head of this family for a width x
// height input; std::nullopt if not. Dimension 0 is not looked at.
[[nodiscard]] std::optional<HeadShape> match_head(HeadFamily family, int width, int height,
                                                  std::span<const TensorSpec> outputs);

// For messages: "[B,4+C,8400]" for kYolov8 at 640x640.
[[nodiscard]] std::string expected_outputs(HeadFamily family, int width, int height);

[[nodiscard]] Task task_of(HeadFamily family);

}  // namespace tally::inference
