// Annotated pictures for people: boxes, names, scores and masks over a frame, and JPEG to show
// them.
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/mask.hpp"

namespace tally::vision {

struct Picture {
  Size size;
  std::vector<std::uint8_t> rgb;  // Rows of R G B, no padding.
};

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

[[nodiscard]] Picture to_picture(const media::Frame& frame);

[[nodiscard]] Color color_of(int class_id);  // The same class has the same colour everywhere.

// Everything below is clipped to the picture; sizes of lines and letters follow the picture's
// height.
void draw_box(Picture& picture, const Box& box, Color color);
// Letters of a built-in 5x7 font on a ground of `color`, above the point if there is room, else
// below. Lower case is shown as upper case, what the font has not as a hollow square.
void draw_label(Picture& picture, Point at, std::string_view text, Color color);
void draw_mask(Picture& picture, const Mask& mask,
               Color color);  // No mask, or another size: nothing.

// A box and "NAME 0.91" for each. An id outside `class_names` is shown as a number.
void draw_detections(Picture& picture, std::span<const Detection> detections,
                     std::span<const std::string> class_names);

inline constexpr int kJpegSideMax = 65'500;  // libjpeg's limit.

// `quality` is 1..100. Errors: VisionError::kEncode.
Result<std::string> encode_jpeg(const Picture& picture, int quality = 90);

}  // namespace tally::vision
