#include "perception/vision/draw.hpp"

#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "perception/vision/error.hpp"
#include "perception/vision/font.hpp"
#include "perception/vision/rgb_rows.hpp"

namespace tally::vision {
namespace {

constexpr int kHeightPerScale = 360;  // Lines and letters double with every so many rows.

int scale_of(const Picture& picture) { return std::max(1, picture.size.height / kHeightPerScale); }

std::uint8_t* pixel(Picture& picture, int x, int y) {
  const auto index = static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.size.width) +
                     static_cast<std::size_t>(x);
  return picture.rgb.data() + 3 * index;
}

void paint(std::uint8_t* rgb, Color color) {
  rgb[0] = color.red;
  rgb[1] = color.green;
  rgb[2] = color.blue;
}

void fill(Picture& picture, int left, int top, int width, int height, Color color) {
  const int right = std::min(left + width, picture.size.width);
  const int bottom = std::min(top + height, picture.size.height);
  for (int y = std::max(0, top); y < bottom; ++y) {
    for (int x = std::max(0, left); x < right; ++x) paint(pixel(picture, x, y), color);
  }
}

// Whole pixels not far outside the picture, so that sums of them stay small; NaN becomes 0.
int to_pixel(float value, int limit) {
  if (std::isnan(value)) return 0;
  return static_cast<int>(std::clamp(std::round(value), -1.0F, static_cast<float>(limit) + 1));
}

void draw_letter(Picture& picture, int left, int top, int scale, char letter, Color color) {
  const Glyph& glyph = glyph_of(letter);
  for (int y = 0; y < kGlyphHeight; ++y) {
    for (int x = 0; x < kGlyphWidth; ++x) {
      const bool dot = (glyph[static_cast<std::size_t>(y)] >> (kGlyphWidth - 1 - x) & 1) != 0;
      if (dot) fill(picture, left + x * scale, top + y * scale, scale, scale, color);
    }
  }
}

// UTF-8 continuation bytes take no room: one letter, one square.
bool is_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

Picture to_picture(const media::Frame& frame) {
  Picture picture{.size = {frame.width, frame.height}, .rgb = {}};
  const std::size_t stride = static_cast<std::size_t>(frame.width) * 3;
  picture.rgb.resize(stride * static_cast<std::size_t>(frame.height));
  RgbRows rows(frame, 0, frame.width);
  for (int y = 0; y < frame.height; ++y) {
    rows.read(y, picture.rgb.data() + static_cast<std::size_t>(y) * stride);
  }
  return picture;
}

Color color_of(int class_id) {
  static constexpr std::array<Color, 12> kColors{{{230, 25, 75},
                                                  {60, 180, 75},
                                                  {67, 99, 216},
                                                  {245, 130, 49},
                                                  {145, 30, 180},
                                                  {0, 150, 170},
                                                  {240, 50, 230},
                                                  {128, 128, 0},
                                                  {154, 99, 36},
                                                  {0, 117, 117},
                                                  {128, 0, 0},
                                                  {0, 0, 117}}};
  return kColors[static_cast<std::size_t>(static_cast<unsigned>(class_id)) % kColors.size()];
}

void draw_box(Picture& picture, const Box& box, Color color) {
  const int line = scale_of(picture) + 1;
  const int left = to_pixel(box.left, picture.size.width);
  const int top = to_pixel(box.top, picture.size.height);
  const int width = to_pixel(box.right, picture.size.width) - left;
  const int height = to_pixel(box.bottom, picture.size.height) - top;
  fill(picture, left, top, width, line, color);
  fill(picture, left, top + height - line, width, line, color);
  fill(picture, left, top, line, height, color);
  fill(picture, left + width - line, top, line, height, color);
}

void draw_label(Picture& picture, Point at, std::string_view text, Color color) {
  const int scale = scale_of(picture);
  const int advance = (kGlyphWidth + 1) * scale;
  const auto letters = static_cast<int>(std::ranges::count_if(text, is_letter));
  const int width = letters * advance + scale;
  const int height = (kGlyphHeight + 2) * scale;
  const int below = to_pixel(at.y, picture.size.height);
  const int left =
      std::max(0, std::min(to_pixel(at.x, picture.size.width), picture.size.width - width));
  const int top = below >= height ? below - height : below;
  fill(picture, left, top, width, height, color);
  int x = left + scale;
  for (const char letter : text) {
    if (!is_letter(letter)) continue;
    draw_letter(picture, x, top + scale, scale, letter, {255, 255, 255});
    x += advance;
  }
}

void draw_mask(Picture& picture, const Mask& mask, Color color) {
  if (mask.empty() || mask.picture != picture.size) return;
  const std::vector<std::uint8_t> set = rasterise(mask);
  const auto mix = [](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>((a + b) / 2);
  };
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i] == 0) continue;
    std::uint8_t* rgb = picture.rgb.data() + 3 * i;
    paint(rgb, {mix(rgb[0], color.red), mix(rgb[1], color.green), mix(rgb[2], color.blue)});
  }
}

void draw_detections(Picture& picture, std::span<const Detection> detections,
                     std::span<const std::string> class_names) {
  for (const Detection& detection : detections) {
    const Color color = color_of(detection.class_id);
    const bool named = detection.class_id >= 0 &&
                       static_cast<std::size_t>(detection.class_id) < class_names.size();
    const std::string name = named ? class_names[static_cast<std::size_t>(detection.class_id)]
                                   : fmt::format("#{}", detection.class_id);
    draw_box(picture, detection.box, color);
    draw_label(picture, {detection.box.left, detection.box.top},
               fmt::format("{} {:.2f}", name, detection.score), color);
  }
}

Result<std::string> encode_jpeg(const Picture& picture, int quality) {
  const Size size = picture.size;
  const bool fits = size.width > 0 && size.height > 0 && size.width <= kJpegSideMax &&
                    size.height <= kJpegSideMax && quality >= 1 && quality <= 100 &&
                    picture.rgb.size() == static_cast<std::size_t>(size.width) *
                                              static_cast<std::size_t>(size.height) * 3;
  if (!fits) {
    return fail(VisionError::kEncode,
                fmt::format("a picture of {}x{} with {} bytes can't be written as JPEG of quality "
                            "{}: sides are 1 to {}, quality is 1 to 100",
                            size.width, size.height, picture.rgb.size(), quality, kJpegSideMax));
  }
  const std::unique_ptr<void, int (*)(tjhandle)> compressor(tjInitCompress(), tjDestroy);
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
  const bool done = compressor != nullptr &&
                    tjCompress2(compressor.get(), picture.rgb.data(), size.width, 0, size.height,
                                TJPF_RGB, &bytes, &count, TJSAMP_420, quality, 0) == 0;
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(bytes, tjFree);
  if (!done) {
    return fail(VisionError::kEncode, fmt::format("writing a {}x{} JPEG failed: {}", size.width,
                                                  size.height, tjGetErrorStr2(compressor.get())));
  }
  return std::string(reinterpret_cast<const char*>(bytes), count);
}

}  // namespace tally::vision
