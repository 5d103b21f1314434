// Embedder: a model package of task "embed", an engine that runs it, and the cutting out of what it
// looks at, as one thing that takes boxes in frames and gives embeddings: vectors of length 1 whose
// direction says how a thing looks. The nearer two directions, the more alike the things
// (similarity()).
//
// An item's box is grown by kCropMargin of its width and height on each side, so that the item's
// outline is seen, and clipped to the picture; a photo of a product is taken as a whole. Where that
// is at least twice as large as the network's picture it is shrunk by a whole factor first
// (shrink.hpp), and then letterboxed as the package says.
//
// Answers come in the order of submission. The same pixels and box give the same bytes on one
// machine with one engine, whatever else is in flight.
//
// Ownership: an Embedder owns its engine; destroying it waits for what is in flight. One thread at
// a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/letterbox.hpp"
#include "perception/vision/request_ring.hpp"

namespace tally::vision {

using Embedding = std::vector<float>;  // Of length 1.

inline constexpr float kCropMargin = 0.1F;

// The cosine of the angle between two embeddings of the same number of values: 1 for the same
// direction, about 0 for unrelated ones, at least -1.
[[nodiscard]] float similarity(std::span<const float> a, std::span<const float> b);

// What is cut out for an item: `box` grown and clipped, in whole pixels. Empty (no width or no
// height) where the box has no area inside a picture of `size`.
[[nodiscard]] Region crop_of(const Box& box, Size size);

class Embedder {
  struct Checked {};  // Only with_engine() has one: what it makes has been checked.

 public:
  // Batch and input form of the options are the embedder's to say. Errors: PackageError,
  // EngineError; VisionError::kTask for a detector's package, kInputShape, kOutputShape.
  static Result<std::unique_ptr<Embedder>> open(const std::filesystem::path& package_folder,
                                                const inference::EngineOptions& options = {});
  // On any engine that takes one u8 [1, H, W, 3] RGB picture of the package's size.
  static Result<std::unique_ptr<Embedder>> with_engine(inference::ModelPackage package,
                                                       std::unique_ptr<inference::Engine> engine);
  Embedder(Checked, inference::ModelPackage package, std::unique_ptr<inference::Engine> engine);
  Embedder(const Embedder&) = delete;
  Embedder& operator=(const Embedder&) = delete;

  [[nodiscard]] std::size_t capacity() const { return requests_.capacity(); }  // At least 1.
  [[nodiscard]] std::size_t in_flight() const { return requests_.in_flight(); }
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }

  // Starts on an item of a frame, or on a whole picture, and lets go of the frame. Asserts
  // in_flight() < capacity(). After an error nothing is in flight for this item. Errors:
  // VisionError::kRegion for a box without area in the frame; EngineError.
  Result<void> submit(const media::Frame& frame, const Box& item);
  Result<void> submit_whole(const media::Frame& picture);

  // Waits for the oldest in flight. Asserts in_flight() > 0. After an error that item is done with.
  // Errors: EngineError; VisionError::kEmbedding, kOutputShape.
  Result<Embedding> collect();

  // All items of a frame, in their order, on all of the engine's requests. Asserts in_flight() ==
  // 0; after an error nothing is in flight.
  Result<std::vector<Embedding>> embed(const media::Frame& frame, std::span<const Box> items);
  Result<Embedding> embed_whole(const media::Frame& picture);

  [[nodiscard]] const inference::ModelPackage& package() const { return package_; }
  [[nodiscard]] const inference::Engine& engine() const { return *engine_; }

 private:
  Result<void> submit_region(const media::Frame& frame, const Region& region);

  inference::ModelPackage package_;
  std::unique_ptr<inference::Engine> engine_;
  RequestRing requests_;  // Ends before the engine does.
  std::size_t dimensions_;
};

}  // namespace tally::vision
