// From the videos of a calibrated cabinet to a cart: what cart::process_video is for one camera.
//
// The steps are CabinetSession's (session.hpp); reading videos and writing evidence are
// cart::watch_session's.
//
// Thread-safety: one call at a time per detector and embedder.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/process.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/identify/identify.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::cabinet {

enum class CabinetError : std::uint8_t {
  kClasses,  // A detector does not tell hands, items and held items apart, or the close-up model
             // has other classes than the detector, or takes no square.
};
[[nodiscard]] ErrorCode code_of(CabinetError error);

// All borrowed.
struct CabinetModels {
  vision::Detector* detector = nullptr;
  vision::Detector* close_up = nullptr;
  vision::Embedder* embedder = nullptr;
  const identify::Gallery* gallery = nullptr;  // The embedder's own; may be empty.
  identify::IdentifyModel identify;
};

// Products that have a facing and no photo in the gallery, in the layout's order: those are told by
// their places alone.
[[nodiscard]] std::vector<std::string> unknown_products(const cart::Layout& layout,
                                                        const identify::Gallery& gallery);

// `layout` is calibrated. A video that is missing, or is damaged, is a camera less: told in the
// cart, which is less sure. Of the options `camera` is not used. Errors:
// CabinetError; cart::ProcessError::kUncalibrated for a camera that the layout does not know; those
// of videos and engines.
Result<cart::ProcessOutcome> process_cabinet(const cart::SessionFile& session,
                                             const cart::Layout& layout,
                                             const CabinetModels& models,
                                             const cart::ProcessOptions& options);

}  // namespace tally::cabinet
