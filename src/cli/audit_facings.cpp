#include "cli/audit_facings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/cli_error.hpp"
#include "perception/cabinet/facing_view.hpp"
#include "perception/vision/camera.hpp"

namespace tally::cli {
namespace {

identify::AuditFacing audit_facing(const cart::Layout& layout, std::size_t index,
                                   const vision::Box& box) {
  const cart::LayoutFacing& facing = layout.facings[index];
  return {.id = facing.id,
          .product = layout.products[facing.product].id,
          .box = box,
          .rows = facing.rows,
          .stock = facing.stock};
}

std::vector<identify::AuditFacing> by_calibration(const cart::Layout& layout,
                                                  const vision::CameraModel& model) {
  const vision::Camera camera(model);
  const auto wide = static_cast<float>(model.size.width);
  const auto high = static_cast<float>(model.size.height);
  std::vector<identify::AuditFacing> facings;
  for (const cabinet::FacingView& view : cabinet::facing_views(layout, {&camera, 1})) {
    facings.push_back(audit_facing(layout, view.facing,
                                   {view.box.left / wide, view.box.top / high,
                                    view.box.right / wide, view.box.bottom / high}));
  }
  return facings;
}

std::vector<identify::AuditFacing> by_views(const cart::Layout& layout, std::size_t camera) {
  std::vector<const cart::LayoutView*> views;
  for (const cart::LayoutView& view : layout.views) {
    if (view.camera == camera) views.push_back(&view);
  }
  std::ranges::stable_sort(views, {}, &cart::LayoutView::facing);
  std::vector<identify::AuditFacing> facings;
  for (const cart::LayoutView* view : views) {
    facings.push_back(audit_facing(layout, view->facing, view->box));
  }
  return facings;
}

}  // namespace

Result<std::vector<identify::AuditFacing>> audit_facings(const cart::Layout& layout,
                                                         const std::string& camera) {
  const auto found = std::ranges::find(layout.cameras, camera, &cart::LayoutCamera::id);
  if (found == layout.cameras.end()) {
    std::vector<std::string> known;
    for (const cart::LayoutCamera& other : layout.cameras) known.push_back(other.id);
    return fail(
        CliError::kUsage,
        fmt::format("the layout has no camera \"{}\"; it has {}; choose with --camera", camera,
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }
  const bool calibrated = layout.calibrated() && found->calibration.has_value();
  auto facings = calibrated
                     ? by_calibration(layout, *found->calibration)
                     : by_views(layout, static_cast<std::size_t>(found - layout.cameras.begin()));
  if (facings.empty()) {
    return fail(CliError::kUsage,
                fmt::format("camera \"{}\" sees no facing of the layout; say where its facings are "
                            "with [[view]] (docs/layout.md)",
                            camera));
  }
  return facings;
}

}  // namespace tally::cli
