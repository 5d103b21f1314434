// A session of a calibrated cabinet, fed frame by frame from all its cameras: gate -> find hands ->
// close-ups -> embed -> follow -> acts -> decide.
//
// Two networks look. The detector sees whole pictures, and tells where hands are; the close-up
// model sees what is around each of them (close_up.hpp), and what it says counts. While something
// moves a whole picture is looked at now and then; in between, close-ups follow the hands that the
// camera's last look found (look_plan.hpp).
//
// Which frames are looked at depends on the frames alone. Answers are used in the order of the
// frames, and a look of a camera begins when its last one has been answered. So the outcome does
// not depend on the machine's load, and inference overlaps with decoding and with the other
// cameras' looks.
//
// Ownership: borrows the models, which must have no other work meanwhile. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "perception/cabinet/close_up.hpp"
#include "perception/cabinet/conclude.hpp"
#include "perception/cabinet/look_plan.hpp"
#include "perception/cabinet/session_classes.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/cart/session_watcher.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"
#include "perception/vision/luma.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cabinet {

// Scores of the close-up model from which something is seen.
inline constexpr float kHeldScore = 0.25F;
inline constexpr float kHandScore = 0.3F;

struct CabinetSetup {
  const cart::Layout* layout = nullptr;  // Calibrated. Outlives the session.
  std::vector<std::size_t> cameras;      // Index into Layout::cameras for each video.
  vision::Detector* detector = nullptr;  // Of whole pictures.
  vision::Detector* close_up = nullptr;  // Of windows around hands; takes a square.
  vision::Embedder* embedder = nullptr;
  ProductLikelihood likelihood;
  CabinetClasses classes;  // Of both.
  cart::Savings savings;
  std::function<double()> clock_seconds;  // Monotonic, for StageSeconds; may be empty.
};

struct StageSeconds {
  double gate = 0;
  double detect = 0;    // Handing whole pictures over and waiting for answers;
  double close_up = 0;  // the same of close-ups.
  double embed = 0;
  double facings = 0;
  double fuse = 0;
};

class CabinetSession {
 public:
  explicit CabinetSession(CabinetSetup setup);

  // The next frame of a camera (index into CabinetSetup::cameras), with its time on the session's
  // clock; in order of time over all cameras. Errors are the engine's, or VisionError::kAspect
  // where the picture has another shape than the calibration's.
  Result<void> push(std::size_t camera, const media::Frame& frame);
  // What was seen so far; nothing can be pushed any more. Errors are the engine's.
  Result<Observations> observed();
  // conclude() of it.
  Result<CabinetOutcome> finish();

  [[nodiscard]] const std::vector<cart::FrameNote>& notes(std::size_t camera) const {
    return eyes_[camera].notes;
  }
  [[nodiscard]] std::int64_t looks(std::size_t camera) const { return eyes_[camera].looks; }
  [[nodiscard]] const StageSeconds& seconds() const { return seconds_; }

 private:
  struct Look {
    std::size_t camera;
    SessionTime time;
    media::Frame frame;
    vision::MotionField motion;
    float analysis_scale;
    bool whole;                         // The detector has it, and its windows are not known yet.
    std::vector<CloseUpFinds> windows;  // Given to the close-up model,
    std::size_t answered = 0;           // and so many of them answered.
  };
  struct Eye {  // One camera.
    vision::MotionGate gate;
    LookPlan plan;
    std::vector<vision::Detection> known;  // By its last look, pixels of the frame.
    bool looking = false;                  // A look is not answered yet.
    float scale = 0;  // Pixels of the frame per pixel of the calibration; 0 before the first.
    std::int64_t looks = 0;
    std::vector<cart::FrameNote> notes;
  };

  Result<void> begin_look(std::size_t camera, const media::Frame& frame,
                          const vision::MotionField& motion);
  Result<void> begin_close_ups(Look& look, std::span<const vision::Detection> seeds);
  Result<void> collect_close_up();
  Result<void> finish_look();
  Result<void> see(Look& look, std::span<const vision::Detection> found);
  Result<void> embed(const Look& look, std::span<const vision::Box> held, std::size_t first);
  void leave_models_free();
  [[nodiscard]] double clock() const { return setup_.clock_seconds ? setup_.clock_seconds() : 0; }
  void watch_facings(const Look& look, std::span<const vision::Box> actors);

  CabinetSetup setup_;
  std::vector<vision::Camera> cameras_;
  std::vector<Eye> eyes_;
  std::deque<Look> looks_;           // Not answered yet, by time; at most one of each camera.
  std::deque<std::size_t> waiting_;  // Cameras whose windows the close-up model has, in its order.
  Observations seen_;
  StageSeconds seconds_;
};

}  // namespace tally::cabinet
