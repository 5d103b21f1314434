#include "perception/vision/rgb_rows.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "perception/vision/vectorised.hpp"

namespace tally::vision {
namespace {

struct Coefficients {
  std::int16_t luma_offset;  // Times 8.
  std::int16_t luma;         // These are times 8192.
  std::int16_t red_v;
  std::int16_t green_u;
  std::int16_t green_v;
  std::int16_t blue_u;
};

constexpr Coefficients make_coefficients(double kr, double kb, bool full) {
  const double kg = 1 - kr - kb;
  const double chroma_range = full ? 1.0 : 255.0 / 224.0;
  const auto fixed = [&](double value) {
    const double scaled = value * chroma_range * 8192;
    return static_cast<std::int16_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  };
  return {.luma_offset = static_cast<std::int16_t>(full ? 0 : 16 * 8),
          .luma = static_cast<std::int16_t>(full ? 8192 : 9539),  // 8192 * 255 / 219
          .red_v = fixed(2 * (1 - kr)),
          .green_u = fixed(-2 * (1 - kb) * kb / kg),
          .green_v = fixed(-2 * (1 - kr) * kr / kg),
          .blue_u = fixed(2 * (1 - kb))};
}

constexpr Coefficients kBt601Limited = make_coefficients(0.299, 0.114, false);
constexpr Coefficients kBt601Full = make_coefficients(0.299, 0.114, true);
constexpr Coefficients kBt709Limited = make_coefficients(0.2126, 0.0722, false);
constexpr Coefficients kBt709Full = make_coefficients(0.2126, 0.0722, true);
static_assert(kBt601Limited.red_v == 13075 && kBt601Limited.blue_u == 16525);
static_assert(kBt709Limited.green_u == -1747 && kBt709Limited.green_v == -4366);

const Coefficients& coefficients_of(const media::Frame& frame) {
  const bool full = frame.range == media::ColorRange::kFull;
  if (frame.matrix == media::ColorMatrix::kBt709) return full ? kBt709Full : kBt709Limited;
  return full ? kBt601Full : kBt601Limited;
}

// The high half of a 16-bit product: one instruction per eight or sixteen values.
inline std::int16_t multiply_high(std::int16_t a, std::int16_t b) {
  return static_cast<std::int16_t>((std::int32_t{a} * std::int32_t{b}) >> 16);
}

inline std::uint8_t to_byte(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

TALLY_VECTORISED void expand(const std::uint8_t* u, const std::uint8_t* v, std::size_t pairs,
                             const Coefficients& k, std::int16_t* __restrict red,
                             std::int16_t* __restrict green, std::int16_t* __restrict blue) {
  const Coefficients c = k;
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto du = static_cast<std::int16_t>(u[i] * 8 - 1024);
    const auto dv = static_cast<std::int16_t>(v[i] * 8 - 1024);
    const std::int16_t r = multiply_high(dv, c.red_v);
    const auto g =
        static_cast<std::int16_t>(multiply_high(du, c.green_u) + multiply_high(dv, c.green_v));
    const std::int16_t b = multiply_high(du, c.blue_u);
    red[2 * i] = r;
    red[2 * i + 1] = r;
    green[2 * i] = g;
    green[2 * i + 1] = g;
    blue[2 * i] = b;
    blue[2 * i + 1] = b;
  }
}

TALLY_VECTORISED void combine(const std::uint8_t* luma, const std::int16_t* red,
                              const std::int16_t* green, const std::int16_t* blue,
                              std::size_t width, const Coefficients& k,
                              std::uint8_t* __restrict rgb) {
  const std::int16_t offset = k.luma_offset;
  const std::int16_t factor = k.luma;
  for (std::size_t x = 0; x < width; ++x) {
    const std::int16_t y = multiply_high(static_cast<std::int16_t>(luma[x] * 8 - offset), factor);
    rgb[3 * x] = to_byte(static_cast<std::int16_t>(y + red[x]));
    rgb[3 * x + 1] = to_byte(static_cast<std::int16_t>(y + green[x]));
    rgb[3 * x + 2] = to_byte(static_cast<std::int16_t>(y + blue[x]));
  }
}

}  // namespace

RgbRows::RgbRows(const media::Frame& frame, int left, int width)
    : frame_(frame),
      left_(static_cast<std::size_t>(left)),
      width_(static_cast<std::size_t>(width)) {
  TALLY_ASSERT(left >= 0 && left % 2 == 0 && width > 0 && left + width <= frame.width);
  if (frame.format == media::PixelFormat::kI420) {
    const std::size_t rounded_up = (width_ + 1) / 2 * 2;
    red_.resize(rounded_up);
    green_.resize(rounded_up);
    blue_.resize(rounded_up);
  }
}

void RgbRows::expand_chroma(int chroma_row) {
  const auto row = static_cast<std::size_t>(chroma_row);
  const std::uint8_t* u = frame_.planes[1].data + row * frame_.planes[1].stride_bytes + left_ / 2;
  const std::uint8_t* v = frame_.planes[2].data + row * frame_.planes[2].stride_bytes + left_ / 2;
  expand(u, v, (width_ + 1) / 2, coefficients_of(frame_), red_.data(), green_.data(), blue_.data());
  chroma_row_ = chroma_row;
}

void RgbRows::read(int y, std::uint8_t* rgb) {
  TALLY_ASSERT(y >= 0 && y < frame_.height);
  const std::uint8_t* row =
      frame_.planes[0].data + static_cast<std::size_t>(y) * frame_.planes[0].stride_bytes;
  if (frame_.format == media::PixelFormat::kRgb24) {
    std::memcpy(rgb, row + 3 * left_, 3 * width_);
    return;
  }
  if (y / 2 != chroma_row_) expand_chroma(y / 2);
  combine(row + left_, red_.data(), green_.data(), blue_.data(), width_, coefficients_of(frame_),
          rgb);
}

}  // namespace tally::vision
