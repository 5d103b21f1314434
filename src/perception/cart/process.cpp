#include "perception/cart/process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/assert.hpp"
#include "perception/cart/events.hpp"
#include "perception/cart/session.hpp"
#include "perception/cart/watch.hpp"

namespace tally::cart {
namespace {

Result<std::optional<vision::Box>> zone_of(const Layout& layout, const std::string& camera) {
  for (const LayoutCamera& candidate : layout.cameras) {
    if (candidate.id == camera) return candidate.zone;
  }
  if (layout.cameras.empty()) return std::nullopt;
  std::vector<std::string> ids;
  for (const LayoutCamera& candidate : layout.cameras) ids.push_back(candidate.id);
  return fail(
      LayoutError::kValue,
      fmt::format("the layout has no camera \"{}\"; name the video's camera, by --camera or in "
                  "session.toml, as one of its own: {}",
                  camera, fmt::join(ids, ", ")));
}

// One of a session's cameras by itself, without a calibration; the others have no video.
class OneCamera final : public SessionWatcher {
 public:
  struct Which {
    std::string camera;
    std::size_t index = 0;
    std::size_t count = 1;
  };
  OneCamera(CameraDetectors detectors, Which which, std::vector<ClassRole> roles,
            std::optional<vision::Box> zone, const ProcessOptions& options)
      : detectors_(detectors),
        which_(std::move(which)),
        review_(options.review),
        session_(detectors, std::move(roles), zone, options.savings, options.clock_seconds) {}

  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    TALLY_ASSERT(camera == which_.index);
    return session_.push(frame);
  }

  void lose(std::size_t /*camera*/, SessionTime /*at*/) override {}

  Result<SessionFindings> finish() override {
    auto stock = session_.finish();
    if (!stock) return std::unexpected(std::move(stock.error()));
    SessionFindings findings;
    findings.events = merge_into_events(stock->changes, which_.camera);
    findings.lines = sum_lines(findings.events);
    findings.decision = decide(findings.lines, stock->doubts, review_);
    findings.cameras.resize(which_.count);
    findings.cameras[which_.index] = {stock->zone, session_.notes(), session_.looks()};
    for (const auto& [time, count] : stock->counts) findings.stock.push_back({to_ms(time), count});
    findings.models = {
        {"detect", detectors_.full.package().name, detectors_.full.package().sha256}};
    const StageSeconds& seconds = session_.seconds();
    findings.stage_seconds = {
        {"gate", seconds.gate}, {"detect", seconds.detect}, {"stock", seconds.stock}};
    return findings;
  }

 private:
  CameraDetectors detectors_;
  Which which_;
  ReviewPolicy review_;
  CameraSession session_;
};

Result<ProcessOutcome> watch_one_camera(const SessionFile& session, CameraDetectors detectors,
                                        const Layout& layout, ClipNames names,
                                        const ProcessOptions& options) {
  const auto there = std::ranges::find(session.videos, false, &SessionVideo::missing);
  TALLY_ASSERT(there != session.videos.end());
  auto roles = class_roles(layout, detectors.full.package().class_names);
  if (!roles) return std::unexpected(std::move(roles.error()));
  auto zone = zone_of(layout, there->camera);
  if (!zone) return std::unexpected(std::move(zone.error()));
  OneCamera watcher(detectors,
                    {there->camera, static_cast<std::size_t>(there - session.videos.begin()),
                     session.videos.size()},
                    std::move(*roles), *zone, options);
  return watch_session(session, watcher, layout.sha256, names, options);
}

}  // namespace

ErrorCode code_of(ProcessError error) {
  switch (error) {
    case ProcessError::kCancelled:
      return {"cart.cancelled", ErrorKind::kFailed};
    case ProcessError::kChanged:
      return {"cart.changed", ErrorKind::kConflict};
    case ProcessError::kUncalibrated:
      return {"cart.uncalibrated", ErrorKind::kFailed};
  }
  std::abort();
}

Result<ProcessOutcome> process_video(const std::filesystem::path& video, CameraDetectors detectors,
                                     const Layout& layout, const ProcessOptions& options) {
  const SessionFile session{.videos = {{.camera = options.camera, .file = video}}};
  return watch_one_camera(session, detectors, layout, ClipNames::kByEvent, options);
}

Result<ProcessOutcome> process_session(const SessionFile& session, CameraDetectors detectors,
                                       const Layout& layout, const ProcessOptions& options) {
  if (session.videos_there() == 1) {
    return watch_one_camera(session, detectors, layout, ClipNames::kByCamera, options);
  }
  TALLY_ASSERT(!layout.calibrated());
  return std::unexpected(check_calibrated(session, layout).error());
}

Result<void> check_calibrated(const SessionFile& session, const Layout& layout) {
  constexpr std::string_view kNeeds =
      "several cameras need a layout with a [cabinet] in which each of them is calibrated";
  if (!layout.calibrated()) {
    return fail(ProcessError::kUncalibrated,
                fmt::format("{}: give one with --layout, name it in session.toml, or process the "
                            "video of one camera by itself",
                            kNeeds));
  }
  std::vector<std::string> unknown;
  for (const SessionVideo& video : session.videos) {
    const auto camera = std::ranges::find(layout.cameras, video.camera, &LayoutCamera::id);
    const bool known = camera != layout.cameras.end() && camera->calibration;
    if (!video.missing && !known) unknown.push_back(video.camera);
  }
  if (unknown.empty()) return {};
  return fail(ProcessError::kUncalibrated, fmt::format("{}: this one lacks the calibration of {}",
                                                       kNeeds, fmt::join(unknown, ", ")));
}

}  // namespace tally::cart
