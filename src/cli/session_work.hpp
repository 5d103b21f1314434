// What `tally process` needs for a session's folder: its layout, and for a calibrated cabinet a
// model of close-ups, an embedder and what it knows of the products.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "cli/console.hpp"
#include "cli/early_reader.hpp"
#include "cli/model.hpp"
#include "cli/process_command.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/process.hpp"
#include "perception/cart/session.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::cli {

// The detectors of one camera's video: for pictures of the video's shape, and small ones, where
// these savings are on. The video is opened for it, and `options` made to read it from there;
// `reader` outlives them. Errors: those of the package, told before the video's, and of the video.
Result<cart::CameraDetectors> fitting_detectors(DetectorOnDemand& detector, EarlyReader& reader,
                                                const std::filesystem::path& video,
                                                cart::ProcessOptions& options);

// All borrowed. Opens the models of cabinets when the first one asks for them.
class SessionWork {
 public:
  SessionWork(const ProcessArguments& arguments, Console& console, DetectorOnDemand& detector,
              const cart::Layout& layout)
      : arguments_(arguments), console_(console), detector_(detector), layout_(layout) {}

  // The session's own layout, photos or gallery are used where the command line gives none.
  Result<cart::ProcessOutcome> process(const std::filesystem::path& folder,
                                       const cart::ProcessOptions& options);

 private:
  Result<cart::ProcessOutcome> process_one_camera(const cart::SessionFile& session,
                                                  const cart::Layout& layout,
                                                  cart::ProcessOptions options);
  Result<cart::ProcessOutcome> process_calibrated(const cart::SessionFile& session,
                                                  const cart::Layout& layout,
                                                  const cart::ProcessOptions& options);
  Result<void> open_models(const cart::Savings& savings);
  Result<identify::Gallery> gallery_of(const cart::SessionFile& session);
  Result<identify::Gallery> saved_gallery(const std::filesystem::path& folder);
  void tell_unknown(const cart::Layout& layout, const identify::Gallery& gallery);

  const ProcessArguments& arguments_;
  Console& console_;
  DetectorOnDemand& detector_;  // Of sessions without calibrated cameras.
  const cart::Layout& layout_;
  std::unique_ptr<vision::Detector> finder_;  // The same package, for whole pictures of cabinets.
  bool finds_in_small_ = true;                // Of kWholeLookSize, not of the package's own size.
  std::unique_ptr<vision::Detector> close_up_;
  std::unique_ptr<vision::Embedder> embedder_;
  std::filesystem::path enrolled_;  // The photos of gallery_: they are looked at once.
  identify::Gallery gallery_;
};

}  // namespace tally::cli
