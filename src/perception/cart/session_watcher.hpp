// What watches a session: frames of its cameras go in, in order of time; events come out.
//
// A watcher depends on frames alone: no clock, no disk. It is fed by watch_session (watch.hpp),
// which reads the videos and writes the evidence. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cart {

// Of the slots that media::ReaderOptions has by default: two are the decoder's, one holds the frame
// read ahead, one the frame that is pushed.
inline constexpr int kFramesKeptMax = 4;

struct FrameNote {  // What the gate said of a frame.
  SessionTime time{0};
  float activity = 0;  // Share of the view that moves, 0..1.
  bool detected = false;
};

struct StockSample {  // Number of items at rest in the stock zone, when it changed.
  std::int64_t at_ms = 0;
  int items = 0;
};

struct SeenBox {           // What the model saw in a picture, to draw over the video.
  std::int64_t at_ms = 0;  // On the session's clock as the camera has it, without its offset.
  bool hand = false;       // Else an item in a hand.
  vision::Box box;         // Shares of the picture, 0..1.
  float score = 0;
};

struct CameraFindings {
  std::optional<vision::Box> zone;  // Stock zone, learnt or given; frame pixels.
  std::vector<FrameNote> notes;     // For each frame, by time.
  std::int64_t looks = 0;           // Frames that the model looked at.
  SessionTime clock_offset{0};      // To add to its times: by so much its clock was found wrong.
  std::vector<SeenBox> boxes{};     // By time; none where the watcher tells none.
};

struct SessionFindings {
  std::vector<CartEvent> events;  // By time; each names the cameras that saw it, the best first.
  std::vector<CartLine> lines;
  Decision decision;
  std::vector<CameraFindings> cameras;  // Of each camera, by index.
  std::vector<StockSample> stock;
  std::vector<CartModel> models;                              // As in CartInputs.
  std::vector<std::pair<std::string, double>> stage_seconds;  // As in CartStats.
};

class SessionWatcher {
 public:
  virtual ~SessionWatcher() = default;

  // The next frame of any camera: times, which are on the session's clock, never go back. All
  // frames of a camera have one size. Of each camera kFramesKeptMax may be kept beyond the call; a
  // decoder whose frames are all kept waits for ever.
  virtual Result<void> push(std::size_t camera, const media::Frame& frame) = 0;

  // No frame of this camera comes any more, before its time: the file is missing or damaged.
  // `at` is the time of its last frame, 0 where there was none.
  virtual void lose(std::size_t camera, SessionTime at) = 0;

  // Called once, after the last frame, also where reading failed: whatever happened, what the
  // watcher borrowed is left without work.
  virtual Result<SessionFindings> finish() = 0;

  // Asked once, after finish(). Where the findings leave doubts and a closer look may tell: the
  // watcher of that look, which is shown the same frames again and whose findings count.
  virtual std::unique_ptr<SessionWatcher> look_again() { return nullptr; }
};

}  // namespace tally::cart
