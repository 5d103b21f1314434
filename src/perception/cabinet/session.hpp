// A session of a calibrated cabinet, fed frame by frame from all its cameras: gate -> detect ->
// embed -> follow -> acts -> decide.
//
// Cameras whose clock is off by seconds are found by what they see and set right
// (clock_offset.hpp).
//
// Which frames are looked at depends on the frames alone: a camera whose view moves is looked at
// each kActiveLook, one at rest each kRestLook. Answers are used in the order of
// the frames. So the outcome does not depend on the machine's load, and inference overlaps with
// decoding.
//
// Ownership: borrows detector and embedder, which must have no other work meanwhile. One thread.
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
#include "perception/cabinet/acts.hpp"
#include "perception/cabinet/carry.hpp"
#include "perception/cabinet/facing_view.hpp"
#include "perception/cabinet/facing_watch.hpp"
#include "perception/cabinet/tally_up.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/cart/session_watcher.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"
#include "perception/vision/luma.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cabinet {

inline constexpr SessionTime kActiveLook = from_seconds(0.06);
inline constexpr SessionTime kRestLook = from_seconds(0.5);
inline constexpr SessionTime kActiveAfter = from_seconds(0.4);  // Motion keeps looks frequent.
inline constexpr float kActiveShare = 0.002F;
inline constexpr float kHeldScore = 0.25F;
inline constexpr float kHandScore = 0.3F;

// What the detector's classes mean.
struct CabinetClasses {
  int hand = 0;
  int item = 1;
  int item_in_hand = 2;
};

struct CabinetOutcome {
  CabinetCart cart;
  std::vector<CarriedItem> items;  // With the unlikely acts too.
  std::vector<Carry> carries;
  std::vector<Sighting> sightings;
  std::vector<SessionTime> clock_offsets;  // Of each camera; 0 where its clock was left as it is.
};

struct CabinetSetup {
  const cart::Layout* layout = nullptr;  // Calibrated. Outlives the session.
  std::vector<std::size_t> cameras;      // Index into Layout::cameras for each video.
  vision::Detector* detector = nullptr;
  vision::Embedder* embedder = nullptr;
  ProductLikelihood likelihood;
  CabinetClasses classes;
  cart::Savings savings;  // Without the gate stillness is looked at too; without stride each frame.
  std::function<double()> clock_seconds;  // Monotonic, for StageSeconds; may be empty.
};

struct StageSeconds {
  double gate = 0;
  double detect = 0;  // Handing pictures over and waiting for answers.
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
  Result<CabinetOutcome> finish();

  [[nodiscard]] const std::vector<cart::FrameNote>& notes(std::size_t camera) const {
    return eyes_[camera].notes;
  }
  [[nodiscard]] std::int64_t looks(std::size_t camera) const { return eyes_[camera].looks; }
  [[nodiscard]] const StageSeconds& seconds() const { return seconds_; }

 private:
  struct Pending {
    std::size_t camera;
    SessionTime time;
    media::Frame frame;
    vision::MotionField motion;
    float analysis_scale;
  };
  struct Eye {  // One camera.
    vision::MotionGate gate;
    std::optional<SessionTime> last_look;
    SessionTime moved_at{from_seconds(-1)};
    float scale = 0;  // Pixels of the frame per pixel of the calibration; 0 before the first.
    std::int64_t looks = 0;
    std::vector<cart::FrameNote> notes;
    SessionTime offset{0};  // To add to its times.
  };

  [[nodiscard]] bool look_now(Eye& eye, SessionTime time, float activity);
  Result<void> collect_one();
  Result<void> embed(const Pending& pending, std::span<const vision::Box> held, std::size_t first);
  void set_clocks_right();
  [[nodiscard]] double clock() const { return setup_.clock_seconds ? setup_.clock_seconds() : 0; }
  void watch_facings(const Pending& pending, std::span<const vision::Box> actors);
  [[nodiscard]] double evidence(std::size_t facing, SessionTime before, SessionTime after) const;

  CabinetSetup setup_;
  std::size_t in_flight_max_ = 1;
  std::vector<vision::Camera> cameras_;
  std::vector<Eye> eyes_;
  std::vector<FacingView> views_;
  std::vector<FacingWatch> watches_;  // For each view.
  std::deque<Pending> pending_;
  std::vector<Sighting> sightings_;
  StageSeconds seconds_;
};

}  // namespace tally::cabinet
