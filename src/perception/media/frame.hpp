// A decoded picture. Frames of a video are planar 4:2:0 (I420) as the codec made them; stills are
// RGB.
//
// Ownership: a Frame either owns its pixels or borrows a slot of the decoder's shared memory, which
// goes back to the decoder when the last copy of the Frame is gone. Copying a Frame copies a
// pointer. Thread-safety: pixels are read-only; a Frame may be handed to and released on any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/time.hpp"

namespace tally::media {

enum class PixelFormat : std::uint8_t {
  kI420,   // Planes Y, U, V; U and V have ceil(width/2) x ceil(height/2) samples.
  kRgb24,  // One plane, R G B interleaved.
};

// How Y'CbCr maps to R'G'B' (ITU-T H.273 matrix coefficients and range).
enum class ColorMatrix : std::uint8_t { kBt601, kBt709 };
enum class ColorRange : std::uint8_t { kLimited, kFull };

struct Plane {
  const std::uint8_t* data = nullptr;
  std::size_t stride_bytes = 0;  // At least the bytes of one row.
};

struct Frame {
  PixelFormat format = PixelFormat::kI420;
  ColorMatrix matrix = ColorMatrix::kBt601;
  ColorRange range = ColorRange::kLimited;
  int width = 0;  // Pixels as shown: a rotation in the container is applied by the decoder.
  int height = 0;
  std::int64_t index = 0;  // 0, 1, 2, … in presentation order.
  SessionTime time{0};     // Presentation time, relative to the first frame of the video.
  std::array<Plane, 3> planes{};
  std::shared_ptr<const void> keep_alive;  // Owns what `planes` point to.
};

}  // namespace tally::media
