// Letterbox: a picture of any size becomes the network's input picture, its sides in proportion,
// the rest filled with a grey.
//
// Two conventions, by LetterboxPlacement. kCenter is Ultralytics' LetterBox(auto=False,
// scaleup=True): sides are rounded to even on ties, the grey is shared, the odd line goes below and
// right. kTopLeft is YOLOX's preproc: sides are truncated, the picture stands in the top left
// corner.
//
// Resizing is cv::resize INTER_LINEAR on 8 bits (half-pixel centres, 11-bit weights), within one
// level. Plans are values; the functions are pure and may run on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "perception/inference/model_package.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::vision {

// A part of a picture in whole pixels.
struct Region {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Region&, const Region&) = default;
};

struct LetterboxPlan {
  Size source;       // Of the whole picture.
  Region region;     // The part of it that is shown to the network; left and top are even.
  Size network;      // Of the network's input picture.
  Size resized;      // Of the region inside the input picture, at least 1x1.
  int offset_x = 0;  // Where it stands there.
  int offset_y = 0;
  float scale = 1;  // Network pixels per source pixel, before rounding: what boxes are mapped by.
  std::uint8_t pad_value = 114;

  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(network.width) * static_cast<std::size_t>(network.height) * 3;
  }
};

// `source` and `input` are at least 1x1. A `region` is clipped to the picture and grown to even
// left and top (where 4:2:0 chroma begins); one that lies outside, or none, means the whole
// picture.
[[nodiscard]] LetterboxPlan plan_letterbox(Size source, const inference::InputSpec& input,
                                           std::optional<Region> region = std::nullopt);

// The smallest picture for a network that shows a source of this shape as large as `network` does:
// without the grey that a square has above and below a wide picture, but for what a head's coarsest
// stride needs. Never larger than `network`.
[[nodiscard]] Size fitted(Size network, Size source);

// Fills `rgb` (plan.bytes(), rows of R G B, no padding) from `frame`, whose size is plan.source.
// Converts, resizes and pads in one pass over the rows.
void letterbox(const media::Frame& frame, const LetterboxPlan& plan, std::span<std::uint8_t> rgb);

// Boxes between the network's and the source's pixels. to_source clips to the picture.
[[nodiscard]] Box to_source(const Box& network, const LetterboxPlan& plan);
[[nodiscard]] Box to_network(const Box& source, const LetterboxPlan& plan);

}  // namespace tally::vision
