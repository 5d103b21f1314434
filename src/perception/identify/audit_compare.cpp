#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.hpp"
#include "perception/identify/appearance.hpp"
#include "perception/identify/audit.hpp"

namespace tally::identify {
namespace {

constexpr float kSeenMin = 0.5F;  // Of a facing, in the picture after, to know anything of it.
// Half a pixel is what a fixed camera moves by, at least.
constexpr double kReachMin = 0.5;
constexpr double kReachSigmas = 3;
constexpr double kReachShare = 0.25;  // Of a box's shorter side: beyond is the neighbour's.
constexpr double kScaleMax = 0.06;    // That parallax makes.
constexpr double kScaleMin = 0.005;   // Less can't be seen.
constexpr double kWideShare = 0.2;    // Of a box's shorter side: how far a touched item moves.
constexpr double kStepsAcross = 4;    // Of a search, to each side.
constexpr std::array kWideScales{0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.18};
// Of the picture's longer side, where the alignment says nothing.
constexpr double kSpreadUnaligned = 0.01;

struct Pictures {
  ViewImage before;
  ViewImage after;
  Alignment alignment;
};

vision::Box scaled(const vision::Box& box, double x, double y) {
  const auto wide = static_cast<float>(x);
  const auto high = static_cast<float>(y);
  return {box.left * wide, box.top * high, box.right * wide, box.bottom * high};
}

// A coarse search and a fine one around what it found.
StructureMatch at_its_place(const Pictures& pictures, const vision::Box& box) {
  const auto shorter = static_cast<double>(std::min(box.width(), box.height()));
  const double side = std::max(pictures.before.size.width, pictures.before.size.height);
  const double spread =
      pictures.alignment.found ? pictures.alignment.spread : kSpreadUnaligned * side;
  const double reach = std::min(kReachSigmas * spread + kReachMin, kReachShare * shorter);
  const double radius =
      std::hypot(static_cast<double>(box.width()), static_cast<double>(box.height())) / 2;
  const double scale = std::min(kScaleMax, kReachSigmas * spread / std::max(1.0, radius));
  const std::array three{1 - scale, 1.0, 1 + scale};
  const std::span<const double> scales =
      scale > kScaleMin ? std::span<const double>(three) : std::span(three).subspan(1, 1);
  const double step = std::max(reach / kStepsAcross, 0.25);
  const StructureMatch coarse = match_structure(pictures.before, pictures.after,
                                                pictures.alignment.map, box, {reach, step, scales});
  const std::array kept{coarse.placement.scale};
  const StructureMatch fine =
      match_structure(pictures.before, pictures.after, pictures.alignment.map, box,
                      {step / 2, step / 2, kept}, coarse.placement);
  return fine.similarity > coarse.similarity ? fine : coarse;
}

StructureMatch anywhere_near(const Pictures& pictures, const vision::Box& box) {
  const auto shorter = static_cast<double>(std::min(box.width(), box.height()));
  const double reach = kWideShare * shorter;
  const double step = std::max(1.0, reach / (kStepsAcross + 1));
  return match_structure(pictures.before, pictures.after, pictures.alignment.map, box,
                         {reach, step, kWideScales});
}

// Where the box is in the second picture, upright around its corners.
vision::Box box_after(const Affine& map, const Placement& placement, const vision::Box& box) {
  const std::array corners{vision::Point{box.left, box.top}, vision::Point{box.right, box.top},
                           vision::Point{box.left, box.bottom},
                           vision::Point{box.right, box.bottom}};
  std::array<float, 4> x{};
  std::array<float, 4> y{};
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const vision::Point there = placed(map, placement, box, corners[i]);
    x[i] = there.x;
    y[i] = there.y;
  }
  // The mean of each pair of corners: a turned box does not grow.
  std::ranges::sort(x);
  std::ranges::sort(y);
  return {(x[0] + x[1]) / 2, (y[0] + y[1]) / 2, (x[2] + x[3]) / 2, (y[2] + y[3]) / 2};
}

constexpr std::array kNoGain{1.0, 1.0, 1.0};

FacingView look_at(const Pictures& pictures, const vision::Box& box,
                   std::span<const vision::Box> others) {
  const Affine& map = pictures.alignment.map;
  const Affine same;
  const StructureMatch local = at_its_place(pictures, box);
  const StructureMatch wide = anywhere_near(pictures, box);
  const bool nearer = wide.similarity > local.similarity;
  FacingView view;
  view.structure = local.similarity;
  view.moved_structure = nearer ? wide.similarity : local.similarity;
  view.moved_scale = nearer ? wide.placement.scale : local.placement.scale;
  view.flat =
      is_flat(pictures.before, same, {}, box) && is_flat(pictures.after, map, local.placement, box);
  const auto& gain = pictures.alignment.gain;
  view.colors = ColorShares::distance(colors_in(pictures.before, same, {}, box, kNoGain),
                                      colors_in(pictures.after, map, local.placement, box, gain));
  const vision::Size size = pictures.before.size;
  view.contrast_before = contrast(pictures.before, same, {}, box, others, size, kNoGain);
  view.contrast_after = contrast(pictures.after, map, local.placement, box, others, size, gain);
  view.after = box_after(map, local.placement, box);
  return view;
}

}  // namespace

Comparison compare_stills(const media::Frame& before, const media::Frame& after,
                          std::span<const AuditFacing> facings) {
  Pictures pictures{make_view_image(before), make_view_image(after), {}};
  pictures.alignment = align(pictures.before, pictures.after);
  const vision::Size small = pictures.before.size;
  const vision::Box picture{0, 0, static_cast<float>(small.width),
                            static_cast<float>(small.height)};
  std::vector<vision::Box> boxes;
  for (const AuditFacing& facing : facings) {
    boxes.push_back(vision::intersection(scaled(facing.box, small.width, small.height), picture));
    TALLY_ASSERT(boxes.back().area() > 0);
  }
  Comparison comparison;
  comparison.alignment = pictures.alignment;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    std::vector<vision::Box> others = boxes;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    FacingView view = look_at(pictures, boxes[i], others);
    view.before = scaled(boxes[i], static_cast<double>(before.width) / small.width,
                         static_cast<double>(before.height) / small.height);
    view.after = scaled(view.after, static_cast<double>(after.width) / pictures.after.size.width,
                        static_cast<double>(after.height) / pictures.after.size.height);
    const vision::Box whole{0, 0, static_cast<float>(after.width),
                            static_cast<float>(after.height)};
    const vision::Box seen = vision::intersection(view.after, whole);
    view.hidden = seen.area() < kSeenMin * view.after.area();
    view.after = view.hidden ? whole : seen;
    comparison.views.push_back(std::move(view));
  }
  return comparison;
}

}  // namespace tally::identify
