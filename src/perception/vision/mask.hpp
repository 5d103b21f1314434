// Instance masks of YOLOv8-seg heads: coefficients times prototypes, in the source picture's
// pixels.
//
// This follows Ultralytics' process_mask_native (their retina_masks=True): the logits are sampled
// bilinearly at the centre of every source pixel, cropped to the box (pixel columns and rows >= the
// near side and < the far side), and set where the logit is above 0, which is sigmoid above 0.5.
// Unlike theirs, the letterbox's padding is not rounded to whole prototype cells first: the
// geometry is exact. Beyond the outermost prototype centres the outermost value holds.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "perception/vision/geometry.hpp"
#include "perception/vision/letterbox.hpp"

namespace tally::vision {

// Run lengths down the columns, left to right, beginning with a run of unset pixels (of length 0 if
// the first pixel is set), as COCO's uncompressed RLE; they add up to the picture's pixels. No
// counts: no mask.
struct Mask {
  Size picture;
  std::vector<std::uint32_t> counts;

  [[nodiscard]] bool empty() const { return counts.empty(); }
  friend bool operator==(const Mask&, const Mask&) = default;
};

// A prototype tensor of one picture, [M, height, width].
struct Prototypes {
  std::span<const float> values;
  Size size;
};

// `coefficients` are M; `box` is in source pixels.
[[nodiscard]] Mask make_mask(const Prototypes& prototypes, std::span<const float> coefficients,
                             const LetterboxPlan& plan, const Box& box);

[[nodiscard]] std::size_t area(const Mask& mask);  // Set pixels.

// One byte per pixel, 0 or 1, row by row; empty for no mask.
[[nodiscard]] std::vector<std::uint8_t> rasterise(const Mask& mask);

}  // namespace tally::vision
