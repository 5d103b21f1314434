// From a video to a cart: decode -> gate -> detect -> stock -> events -> decide -> evidence.
//
// `process_video` is the whole of it for one clip on disk. The steps are pure (session.hpp): same
// video, model, layout and options give the same cart, byte for byte, whatever the machine's load.
// Only reading the clip, its digest and writing evidence touch the disk; the clock is passed in and
// feeds statistics alone.
//
// Thread-safety: one call at a time per Detector.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/media/video_reader.hpp"
#include "perception/vision/detector.hpp"

namespace tally::cart {

enum class ProcessError : std::uint8_t {
  kCancelled,  // ProcessOptions::cancelled said so.
  kChanged,    // The file was written to while it was read.
};
[[nodiscard]] ErrorCode code_of(ProcessError error);

struct Progress {
  std::int64_t frames_done = 0;
  std::optional<std::int64_t> frames_total;  // As far as the container tells.
};

struct ProcessOptions {
  std::string camera = "cam0";
  Savings savings;
  media::ReaderOptions reader;
  // Evidence clips go here, as evidence/0001.mp4 and so on; none are written where it is empty.
  std::filesystem::path evidence_folder;
  std::function<void(const Progress&)> on_progress;  // Called at most once a frame; may be empty.
  std::function<double()> clock_seconds;  // Monotonic; empty: no times in the statistics.
  std::function<bool()> cancelled;        // Asked once a frame; true ends the work. May be empty.
};

// What the report draws besides the cart.
struct TimelineSample {
  std::int64_t at_ms = 0;
  float activity = 0;  // Share of the view that moved, 0..1.
  bool detected = false;
};

struct StockSample {  // Number of items at rest in the stock zone, when it changed.
  std::int64_t at_ms = 0;
  int items = 0;
};

struct ProcessOutcome {
  Cart cart;
  int width = 0;
  int height = 0;
  std::optional<vision::Box> zone;       // Stock zone, learnt or given; frame pixels.
  std::vector<TimelineSample> timeline;  // At most 10 per second.
  std::vector<StockSample> stock;
};

Result<ProcessOutcome> process_video(const std::filesystem::path& video, vision::Detector& detector,
                                     const Layout& layout, const ProcessOptions& options);

}  // namespace tally::cart
