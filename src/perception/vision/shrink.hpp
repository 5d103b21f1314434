// Making pictures smaller by a whole factor without losing what lies between samples: each new
// pixel is the mean of n x n old ones (cv::resize INTER_AREA by a whole factor).
//
// Bilinear resizing, as letterbox() does it, looks at four pixels only; from a photo of thousands
// of pixels to a network's hundred it would pick pixels almost at random. Pure.
#pragma once

#include "perception/media/frame.hpp"
#include "perception/vision/letterbox.hpp"

namespace tally::vision {

// `region` of `frame` as kRgb24, rounded to nearest; columns and rows that do not fill a square are
// left out. The region lies in the frame, begins at an even column and has at least n x n pixels;
// n >= 1. The new frame owns its pixels and keeps index and time.
[[nodiscard]] media::Frame shrink(const media::Frame& frame, const Region& region, int n);

// The largest n for which no side of a picture of this size becomes shorter than `target`'s would
// when it is fitted into it with its sides in proportion: 1 where nothing is to be done.
[[nodiscard]] int shrink_factor(Size size, Size target);

// What an embedder is shown of a region (plan_letterbox's): shrunk where it is at least twice as
// large as the network's picture, then letterboxed into `rgb`, which has the network's size.
void shrink_and_letterbox(const media::Frame& frame, const Region& region,
                          const inference::InputSpec& input, std::span<std::uint8_t> rgb);

}  // namespace tally::vision
