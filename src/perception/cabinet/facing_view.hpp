// Where a camera sees a facing's front row, and how that place looks.
//
// A view is where the front item of a facing would be in a camera's picture, as far as no shelf and
// no wall hides it. A patch is a small picture of a view; comparing two patches tells whether
// something came or went there in between. Lamps and exposure shift a patch as a whole, so a gain
// and an offset are fitted first.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "perception/cart/layout.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/camera.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cabinet {

struct FacingView {
  std::size_t camera = 0;
  std::size_t facing = 0;  // Index into Layout::facings.
  vision::Box box;         // Pixels of the camera's calibration size.
  double visible = 0;      // Share of the front item's outside that the camera could see, 0..1.
};

// Less visible places tell nothing.
inline constexpr double kViewVisibleMin = 0.2;
inline constexpr float kViewSideMin = 10;  // Pixels.

// `cameras` in the order of `indices` into Layout::cameras; `layout` is calibrated.
[[nodiscard]] std::vector<FacingView> facing_views(const cart::Layout& layout,
                                                   std::span<const vision::Camera> cameras);

inline constexpr int kPatchWidth = 12;
inline constexpr int kPatchHeight = 16;
inline constexpr std::size_t kPatchPixels = std::size_t{kPatchWidth} * kPatchHeight;

struct Patch {
  std::array<float, kPatchPixels> luma{};  // 0..255
  std::array<float, kPatchPixels> cb{};    // About 128.
  std::array<float, kPatchPixels> cr{};
};

// `scale`: pixels of the frame per pixel of the box.
[[nodiscard]] Patch cut_patch(const media::Frame& frame, const vision::Box& box, float scale);

// How much two patches differ, in units of a camera's noise: about 1 where nothing changed.
[[nodiscard]] float difference(const Patch& a, const Patch& b);

// Whether all of the place changed, and not a part of it, as where something beside it went: each
// cell tells by how much it differs, in log odds of its item having left or come against none, and
// this is their mean. Between kCellsAlike and kCellsOther.
inline constexpr float kCellsAlike = -1.5F;
inline constexpr float kCellsOther = 2.4F;
[[nodiscard]] float cells_changed(const Patch& a, const Patch& b);

}  // namespace tally::cabinet
