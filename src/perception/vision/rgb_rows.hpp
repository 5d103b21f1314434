// Rows of a frame as R G B bytes, converted one at a time, where they are needed.
//
// Y'CbCr becomes R'G'B' with the integer arithmetic of FFmpeg's swscale for an unscaled yuv420p ->
// rgb24 (13-bit coefficients of ITU-R BT.601 or BT.709, limited or full range; the chroma sample of
// each 2x2 square serves all four pixels), so that pictures extracted by ffmpeg and ours have the
// same bytes.
//
// RgbRows borrows the frame. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "perception/media/frame.hpp"

namespace tally::vision {

class RgbRows {
 public:
  // Columns [left, left + width) of `frame`, which they lie within; `left` is even.
  RgbRows(const media::Frame& frame, int left, int width);

  // Writes 3 * width bytes of row `y`. Going down row by row is cheapest.
  void read(int y, std::uint8_t* rgb);

 private:
  void expand_chroma(int chroma_row);

  const media::Frame& frame_;
  std::size_t left_;
  std::size_t width_;
  int chroma_row_ = -1;  // That the next three hold: what chroma adds to each pixel of a row.
  std::vector<std::int16_t> red_;
  std::vector<std::int16_t> green_;
  std::vector<std::int16_t> blue_;
};

}  // namespace tally::vision
