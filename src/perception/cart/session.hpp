// One camera's part of a session, fed frame by frame: gate -> detect -> stock.
//
// Which frames the detector looks at depends on the frames alone, never on how fast answers come,
// and answers are used in order; so the outcome does not depend on the machine's load. Answers are
// awaited only when every request of the engine is busy, so decoding and inference overlap.
//
// Ownership: borrows the detectors, which must have no other work meanwhile. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/cart/session_watcher.hpp"
#include "perception/cart/stock.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cart {

struct StageSeconds {
  double gate = 0;
  double detect = 0;  // Time spent handing pictures over and waiting for answers.
  double stock = 0;
};

// What looks at a camera's frames. All borrowed.
struct CameraDetectors {
  vision::Detector& full;
  // The same network for pictures of small_look_size(), asked for at the first small look, since
  // opening it takes time that the first full one need not wait for. Empty, or where it gives
  // null: every look is a full one.
  std::function<vision::Detector*()> small = {};
};

class CameraSession {
 public:
  // `zone` as shares of the picture. `clock_seconds` may be empty.
  CameraSession(CameraDetectors detectors, std::vector<ClassRole> roles,
                std::optional<vision::Box> zone, Savings savings,
                std::function<double()> clock_seconds);

  // The next frame, all of one size. Errors are the engine's.
  Result<void> push(const media::Frame& frame);
  Result<StockOutcome> finish();

  [[nodiscard]] const std::vector<FrameNote>& notes() const { return notes_; }
  [[nodiscard]] std::int64_t looks() const { return looks_; }
  [[nodiscard]] const StageSeconds& seconds() const { return seconds_; }

 private:
  struct Pending {
    SessionTime time;
    vision::LumaImage picture;
    vision::MotionField motion;
    LookKind look = LookKind::kNone;
  };
  [[nodiscard]] LookKind possible(LookKind look);
  Result<void> submit(const media::Frame& frame, LookKind look);
  Result<void> collect_one();
  void drain();
  [[nodiscard]] double clock() const { return clock_seconds_ ? clock_seconds_() : 0; }

  CameraDetectors detectors_;
  vision::Detector* small_ = nullptr;  // Once it was asked for.
  std::vector<ClassRole> roles_;
  std::optional<vision::Box> zone_;
  std::function<double()> clock_seconds_;
  vision::MotionGate gate_;
  LookSchedule schedule_;
  std::optional<StockModel> stock_;
  float scale_ = 1;
  std::deque<vision::Detector*> asked_;                 // For each look in flight, in order.
  std::deque<Pending> pending_;                         // Frames not yet told to the stock.
  std::deque<std::vector<vision::Detection>> answers_;  // For the looked-at ones, in order.
  std::vector<FrameNote> notes_;
  std::int64_t looks_ = 0;
  StageSeconds seconds_;
};

}  // namespace tally::cart
