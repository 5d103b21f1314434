// Puts a decoded picture into a slot of shared memory: as shown (the container's or camera's
// rotation applied) and in the announced format.
//
// Pictures that are I420 with 8 bits are copied plane by plane, once. Others go through swscale: to
// I420 with the same matrix and range (video), or to RGB24 with full chroma interpolation (stills;
// see chroma.hpp).
//
// Thread-safety: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/ffmpeg.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {

// First transpose (swap rows and columns), then mirror.
struct Orientation {
  bool transpose = false;
  bool mirror_x = false;
  bool mirror_y = false;
};

// `matrix`: nine numbers as in ISO/IEC 14496-12 §8.5; null: upright.
[[nodiscard]] Orientation orientation_of_matrix(const std::int32_t* matrix);
// `value`: Exif's Orientation tag, 1 to 8; others are taken as upright.
[[nodiscard]] Orientation orientation_of_exif(int value);

struct PictureShape {
  int width = 0;  // As shown.
  int height = 0;
  PixelFormat format = PixelFormat::kI420;
  ColorMatrix matrix = ColorMatrix::kBt601;
  ColorRange range = ColorRange::kLimited;

  bool operator==(const PictureShape&) const = default;
};

[[nodiscard]] PictureShape shape_of(const AVFrame& picture, PixelFormat format,
                                    const Orientation& orientation);

class PictureWriter {
 public:
  PictureWriter(PictureShape shape, Orientation orientation);

  [[nodiscard]] const PictureShape& shape() const { return shape_; }
  [[nodiscard]] const protocol::FrameLayout& layout() const { return layout_; }

  // Precondition: shape_of(picture) == shape(); `slot` has layout().bytes. Errors: kCorrupt.
  Outcome<void> write(const AVFrame& picture, std::span<std::byte> slot);

 private:
  // Pixels that are ready but for their orientation.
  struct Planes {
    std::array<const std::uint8_t*, 4> data{};
    std::array<int, 4> stride{};
  };
  Outcome<Planes> converted(const AVFrame& picture);
  const AVFrame& with_full_chroma(const AVFrame& picture);
  Outcome<void> set_up_scaler(const AVFrame& picture);

  PictureShape shape_;
  Orientation orientation_;
  protocol::FrameLayout layout_;
  Owned<SwsContext> scaler_;
  AVPixelFormat scaler_from_ = AV_PIX_FMT_NONE;
  Owned<AVFrame> scratch_;
  Owned<AVFrame> full_chroma_;
};

}  // namespace tally::media::decoder
