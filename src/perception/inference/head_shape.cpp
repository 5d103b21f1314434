#include "perception/inference/head_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

std::int64_t cells(int width, int height, std::span<const int> strides) {
  std::int64_t count = 0;
  for (const int stride : strides) {
    count += std::int64_t{(width + stride - 1) / stride} * ((height + stride - 1) / stride);
  }
  return count;
}

constexpr std::array kP6{8, 16, 32, 64};
constexpr std::array kP2{4, 8, 16, 32};

// YOLOv5 and YOLOv8 decode inside the graph, so any of their pyramids will do.
bool is_cell_count(std::int64_t count, int width, int height, int anchors) {
  return count == anchors * cells(width, height, kHeadStrides) ||
         count == anchors * cells(width, height, kP6) ||
         count == anchors * cells(width, height, kP2);
}

std::optional<HeadShape> with_classes(HeadFamily family, std::int64_t classes,
                                      std::int64_t masks = 0) {
  if (classes < 1 || classes > static_cast<std::int64_t>(kClassesMax)) return std::nullopt;
  return HeadShape{family, static_cast<int>(classes), static_cast<int>(masks)};
}

std::optional<HeadShape> match_yolov8_seg(int width, int height,
                                          std::span<const TensorSpec> outputs) {
  if (outputs.size() != 2) return std::nullopt;
  const Shape& boxes = outputs[0].shape;
  const Shape& prototypes = outputs[1].shape;
  if (boxes.size() != 3 || prototypes.size() != 4) return std::nullopt;
  if (prototypes[2] != height / 4 || prototypes[3] != width / 4) return std::nullopt;
  const std::int64_t masks = prototypes[1];
  if (masks < 1 || masks > 1024 || !is_cell_count(boxes[2], width, height, 1)) return std::nullopt;
  return with_classes(HeadFamily::kYolov8Seg, boxes[1] - 4 - masks, masks);
}

std::optional<HeadShape> match_embedding(std::span<const TensorSpec> outputs) {
  if (outputs.size() != 1 || outputs[0].shape.size() != 2) return std::nullopt;
  const std::int64_t values = outputs[0].shape[1];
  if (values < kEmbeddingSizeMin || values > kEmbeddingSizeMax) return std::nullopt;
  return HeadShape{.family = HeadFamily::kNone};
}

}  // namespace

std::optional<HeadShape> match_head(HeadFamily family, int width, int height,
                                    std::span<const TensorSpec> outputs) {
  if (family == HeadFamily::kYolov8Seg) return match_yolov8_seg(width, height, outputs);
  if (family == HeadFamily::kNone) return match_embedding(outputs);
  if (outputs.size() != 1 || outputs[0].shape.size() != 3) return std::nullopt;
  const std::int64_t rows = outputs[0].shape[1];
  const std::int64_t columns = outputs[0].shape[2];
  switch (family) {
    case HeadFamily::kYolov8:
      if (!is_cell_count(columns, width, height, 1)) return std::nullopt;
      return with_classes(family, rows - 4);
    case HeadFamily::kYolov5:
      if (!is_cell_count(rows, width, height, 3)) return std::nullopt;
      return with_classes(family, columns - 5);
    case HeadFamily::kYolox:
      if (rows != cells(width, height, kHeadStrides)) return std::nullopt;
      return with_classes(family, columns - 5);
    case HeadFamily::kEndToEnd:
      if (columns != 6 || rows < 1 || rows > kEndToEndCandidatesMax) return std::nullopt;
      return HeadShape{.family = family};
    case HeadFamily::kYolov8Seg:
    case HeadFamily::kNone:
      break;
  }
  std::abort();
}

std::string expected_outputs(HeadFamily family, int width, int height) {
  const std::int64_t count = cells(width, height, kHeadStrides);
  switch (family) {
    case HeadFamily::kYolov5:
      return fmt::format("[B,{},5+C]", 3 * count);
    case HeadFamily::kYolov8:
      return fmt::format("[B,4+C,{}]", count);
    case HeadFamily::kYolov8Seg:
      return fmt::format("[B,4+C+M,{}] and [B,M,{},{}]", count, height / 4, width / 4);
    case HeadFamily::kEndToEnd:
      return "[B,K,6]";
    case HeadFamily::kYolox:
      return fmt::format("[B,{},5+C]", count);
    case HeadFamily::kNone:
      return "[B,D]";
  }
  std::abort();
}

Task task_of(HeadFamily family) {
  if (family == HeadFamily::kNone) return Task::kEmbed;
  return family == HeadFamily::kYolov8Seg ? Task::kSegment : Task::kDetect;
}

}  // namespace tally::inference
