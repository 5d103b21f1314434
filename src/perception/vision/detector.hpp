// Detector: a model package, an engine that runs it, and the reading of its answers, as one thing
// that takes frames and gives detections.
//
//   while (frame = …) { if (d.in_flight() == d.capacity()) use(d.collect()); d.submit(frame); }
//   while (d.in_flight() > 0) use(d.collect());
//
// Answers come in the order of submission, whatever order the engine finishes in. submit()
// letterboxes the frame straight into the request's input and lets go of it. Boxes are in the
// frame's pixels, clipped to it; those without area there are left out. Detections are ordered by
// falling score.
//
// Ownership: a Detector owns its engine; destroying it waits for what is in flight. One thread at a
// time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/head.hpp"
#include "perception/vision/letterbox.hpp"
#include "perception/vision/mask.hpp"
#include "perception/vision/request_ring.hpp"

namespace tally::vision {

struct DetectorOptions {
  inference::EngineOptions engine;  // Batch and input form are the detector's to say.
  std::optional<float> score;       // 0..1. In place of the package's thresholds.
  std::optional<float> iou;         // 0..1.
  std::optional<Size> picture{};    // Of the network, in place of the package's.
};

struct MaskedDetection {
  Detection detection;
  Mask mask;  // Empty where the model gives no masks.
};

class Detector {
  struct Checked {};  // Only with_engine() has one: what it makes has been checked.

 public:
  // Errors: PackageError, EngineError; VisionError where package, engine and head do not fit
  // together.
  static Result<std::unique_ptr<Detector>> open(const std::filesystem::path& package_folder,
                                                const DetectorOptions& options = {});
  static Result<std::unique_ptr<Detector>> open(inference::ModelPackage package,
                                                const DetectorOptions& options = {});
  // On any engine that takes one u8 [1, H, W, 3] RGB picture of the package's size.
  static Result<std::unique_ptr<Detector>> with_engine(inference::ModelPackage package,
                                                       std::unique_ptr<inference::Engine> engine,
                                                       const DetectorOptions& options = {});
  Detector(Checked, inference::ModelPackage package, std::unique_ptr<inference::Engine> engine,
           Head head, const DetectorOptions& options);
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;

  [[nodiscard]] std::size_t capacity() const { return requests_.capacity(); }  // At least 1.
  [[nodiscard]] std::size_t in_flight() const { return requests_.in_flight(); }

  // Starts on a frame, or on a region of it (letterbox.hpp). Asserts in_flight() < capacity().
  // After an error nothing is in flight for this frame.
  Result<void> submit(const media::Frame& frame, std::optional<Region> region = std::nullopt);

  // Waits for the oldest frame in flight. Asserts in_flight() > 0. After an error that frame is
  // done with.
  Result<std::vector<Detection>> collect();
  Result<std::vector<MaskedDetection>> collect_with_masks();

  // submit() and collect(). Asserts in_flight() == 0.
  Result<std::vector<Detection>> detect(const media::Frame& frame);

  [[nodiscard]] const inference::ModelPackage& package() const { return package_; }
  [[nodiscard]] const inference::Engine& engine() const { return *engine_; }

 private:
  struct Answer;
  Result<Answer> finish_oldest();

  inference::ModelPackage package_;
  std::unique_ptr<inference::Engine> engine_;
  Head head_;
  float score_min_;
  float iou_max_;
  RequestRing requests_;              // Ends before the engine does.
  std::vector<LetterboxPlan> plans_;  // One for each of the engine's requests.
  std::vector<Candidate> candidates_;
};

}  // namespace tally::vision
