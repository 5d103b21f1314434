// Where blocks of one picture are found in another. Internal to alignment.cpp.
//
// Zero-mean normalised cross-correlation on bytes of grey, in integers: first in pictures of half
// the size over the whole reach, then in full around the place found, at last between pixels by a
// parabola. Pure.
#pragma once

#include <vector>

#include "perception/identify/view_image.hpp"

namespace tally::identify {

struct BlockMatch {
  vision::Point from;  // Its middle in the first picture.
  vision::Point to;    // In the second.
  double similarity = 0;
  Rgb from_color{};  // Means over the block.
  Rgb to_color{};
};

// The first picture's blocks that have texture, each where it is most alike within `reach` pixels
// (of the first picture) of where `guess` says.
[[nodiscard]] std::vector<BlockMatch> match_blocks(const ViewImage& first, const ViewImage& second,
                                                   const Affine& guess, int reach);

}  // namespace tally::identify
