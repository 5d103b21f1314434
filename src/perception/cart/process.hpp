// From videos to a cart: decode -> gate -> detect -> stock -> events -> decide -> evidence.
//
// `process_video` is the whole of it for one clip on disk, `process_session` for a session folder
// of one. Several cameras are joined by what knows where they are (cabinet/process.hpp). The steps
// are pure (session_watcher.hpp): same videos, model, layout and options give the same cart, byte
// for byte, whatever the machine's load. Only reading the clips, their digests and writing evidence
// touch the disk; the clock is passed in and feeds statistics alone.
//
// Thread-safety: one call at a time per Detector.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "perception/cart/events.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/cart/session.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/cart/session_watcher.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cart {

enum class ProcessError : std::uint8_t {
  kCancelled,     // ProcessOptions::cancelled said so.
  kChanged,       // The file was written to while it was read.
  kUncalibrated,  // Several cameras, and the layout does not say where they are.
};
[[nodiscard]] ErrorCode code_of(ProcessError error);

struct Progress {
  std::int64_t frames_done = 0;              // Those of a second look come on top.
  std::optional<std::int64_t> frames_total;  // As far as the container tells.
};

struct ProcessOptions {
  std::string camera = "cam0";  // Of process_video.
  Savings savings;
  // Cabinets: a session whose cart is not sure is looked at again without savings.
  bool second_look = true;
  ReviewPolicy review;
  media::ReaderOptions reader;
  // Evidence clips go here, as evidence/0001.mp4 and so on for one video, evidence/0001_cam0.mp4
  // for a session; none are written where it is empty.
  std::filesystem::path evidence_folder;
  std::function<void(const Progress&)> on_progress;  // Called at most once a frame; may be empty.
  std::function<double()> clock_seconds;  // Monotonic; empty: no times in the statistics.
  // How a video is opened; empty: VideoReader::open. For a session that is still being recorded it
  // gives readers of growing files: a cart is the same as that of the whole files.
  std::function<Result<std::unique_ptr<media::VideoReader>>(const SessionVideo&)> open_video;
  bool opens_whole_files = false;   // What open_video gives is of files that do not grow.
  std::function<bool()> cancelled;  // Asked once a frame; true ends the work. May be empty.
};

// What the report draws besides the cart.
struct TimelineSample {
  std::int64_t at_ms = 0;
  float activity = 0;  // Share of the view that moved, 0..1.
  bool detected = false;
};

struct CameraOutcome {
  std::string camera;
  std::string file_name;
  int width = 0;  // 0 where its video could not be opened.
  int height = 0;
  std::optional<vision::Box> zone;  // Stock zone, learnt or given; frame pixels.
  std::int64_t frames_detected = 0;
  std::vector<TimelineSample> timeline;  // At most 10 per second.
  std::vector<SeenBox> boxes;            // By time.
  std::string problem;                   // Why not all of its video was read; empty where it was.
};

struct ProcessOutcome {
  Cart cart;
  std::vector<CameraOutcome> cameras;  // As Cart::inputs.videos.
  std::vector<StockSample> stock;
};

Result<ProcessOutcome> process_video(const std::filesystem::path& video, CameraDetectors detectors,
                                     const Layout& layout, const ProcessOptions& options);

// A session of which one video is there. Of several with a layout that is not calibrated the error
// is ProcessError::kUncalibrated, with what to do; a calibrated one is process_cabinet's.
Result<ProcessOutcome> process_session(const SessionFile& session, CameraDetectors detectors,
                                       const Layout& layout, const ProcessOptions& options);

// Whether the layout is of a cabinet and has a calibration for each camera that has a video.
// Errors: ProcessError::kUncalibrated, with what to do.
Result<void> check_calibrated(const SessionFile& session, const Layout& layout);

}  // namespace tally::cart
