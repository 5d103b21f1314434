// Where the points of one still are in another one of the same view: cameras are knocked, lenses
// breathe, a hand holds the camera.
//
// Textured blocks of the first picture are looked for in the second by zero-mean normalised
// cross-correlation, coarse to fine; an affine map that most of them agree with is found by random
// sampling (Fischler & Bolles, 1981; here with fixed seeds) and refined by reweighted least squares
// (Tukey's biweight). Blocks that show what has changed disagree and do not count. Three rounds,
// each around the last one's map. Pure; the same pictures give the same bytes.
#pragma once

#include <array>

#include "perception/identify/view_image.hpp"

namespace tally::identify {

struct Alignment {
  Affine map;  // From the first picture's pixels to the second's.
  // Whether enough blocks agree. If not, `map` only makes the sizes equal.
  bool found = false;
  double agreeing = 0;  // Share of the blocks, weighted by how well they were found.
  // Distance of agreeing blocks from the map, standard deviation along an axis, pixels: how far a
  // thing that has not moved may lie from where the map says, since not all is in one plane.
  double spread = 0;
  // Median of 1 - z * z over agreeing blocks, z being their correlation: how unlike the two
  // pictures are where nothing has changed.
  double noise = 0;
  // By which the second picture's colours are multiplied to look like the first's.
  std::array<double, 3> gain{1, 1, 1};
};

inline constexpr double kAgreeingMin = 0.3;
// Of the longer side: how far things may have moved in the picture.
inline constexpr double kMotionMax = 0.125;

[[nodiscard]] Alignment align(const ViewImage& first, const ViewImage& second);

}  // namespace tally::identify
