// The motion gate: which parts of a fixed camera's view change, in every frame, for a few
// microseconds each.
//
// Frames are compared cell by cell (kCellSide analysis pixels square) with one at least kMotionSpan
// older, so that the answer does not depend on the frame rate. What is compared is a cell's
// structure: its pixels' differences less their mean, so that shadows and lamps, which shift a cell
// as a whole, do not count. A cell moves when that stands out from what the least changing quarter
// of this very comparison shows: sensor noise and key-frame pops of the encoder raise that floor
// for all cells alike. When most of the textured view changes at once, the camera moved or the
// light was switched: nothing can be said of single cells, and `view_unsettled` says so.
// (Difference detectors: Kang et al., NoScope, VLDB 2017.)
//
// MotionGate is a value: no clock, no threads. Limits: all pictures have one size. In one too
// flat for a single cell nothing can be told: its view is never settled.
#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include "base/time.hpp"
#include "perception/vision/luma.hpp"

namespace tally::vision {

inline constexpr int kCellSide = 8;  // Analysis pixels.
inline constexpr std::chrono::milliseconds kMotionSpan{60};

struct MotionField {
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> moving;  // Row-major, 1 where the cell changed.
  float activity = 0;                // Share of cells that moved.
  bool view_unsettled = false;

  // Whether any cell that `box` (analysis pixels) touches moved.
  [[nodiscard]] bool any(const Box& box) const;
};

class MotionGate {
 public:
  // The field of this picture against the past one; before there is a past, nothing moves.
  const MotionField& push(SessionTime time, const LumaImage& image);

 private:
  struct Past {
    SessionTime time;
    LumaImage image;
  };
  void compare(const LumaImage& image, const LumaImage& past);

  std::deque<Past> past_;
  std::vector<float> difference_;  // Of each cell, grey levels.
  std::vector<float> texture_;
  std::vector<float> sorted_;
  MotionField field_;
};

}  // namespace tally::vision
