// tally detect: what the model sees in pictures and videos.
//
// JSON (`--json`), schema `tally.detections.v1`, one entry for each picture looked at:
//   {"schema": "tally.detections.v1", "images": [
//     {"file": "…", "frame": 0, "time_ms": 0, "width": W, "height": H, "detections": [
//       {"class": "bottle", "class_id": 39, "score": 0.91, "box": [left, top, right, bottom],
//        "track": 3, "mask": {"size": [H, W], "counts": […]}}]}]}
// Boxes are pixels of the picture. "track" is there with --track, once a thing in a video is
// being followed: the same number means the same thing. "mask" is there with segmentation models:
// COCO's uncompressed run lengths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct DetectArguments {
  std::vector<std::filesystem::path> files;
  std::filesystem::path model;
  std::optional<float> score;
  std::optional<float> iou;
  std::vector<std::int64_t> frames;  // Only these of each video; empty: every stride-th.
  std::int64_t stride = 1;
  std::filesystem::path draw;  // Folder for annotated pictures; empty: none.
  int threads = 0;
  bool track = false;
  bool json = false;
  bool quiet = false;
};

inline constexpr std::size_t kDetectPicturesMax = 100'000;

Result<void> run_detect(const DetectArguments& arguments, Console& console);

}  // namespace tally::cli
